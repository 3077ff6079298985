import { createServer, request, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

/** A line to a server that can lose what comes back: the request arrives and is done, the answer is cut off. */
export interface LossyProxy {
  readonly url: string
  /** How often each path was asked for. */
  readonly asked: Map<string, number>
  /** Loses the answers to the next requests of this method and path. */
  loseNext(method: string, path: string, times?: number): void
  /** Keeps all answers to this method and path until told to let them go: what was asked for is done, and its caller does not know. */
  hold(method: string, path: string): () => void
  stop(): Promise<void>
}

export async function lossyProxy(target: string): Promise<LossyProxy> {
  const toLose = new Map<string, number>()
  const asked = new Map<string, number>()
  const held = new Map<string, Promise<void>>()
  const server: Server = createServer((incoming, outgoing) => {
    const path = `${incoming.method} ${incoming.url?.split('?')[0]}`
    asked.set(path, (asked.get(path) ?? 0) + 1)
    forward(target, incoming).then(
      async ({ status, body, type }) => {
        await held.get(path)
        const left = toLose.get(path) ?? 0
        if (left > 0) {
          toLose.set(path, left - 1)
          outgoing.destroy()
          return
        }
        outgoing.writeHead(status, { 'content-type': type }).end(body)
      },
      () => outgoing.destroy(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    loseNext: (method, path, times = 1) => {
      toLose.set(`${method} ${path}`, times)
    },
    hold: (method, path) => {
      let letGo = (): void => undefined
      held.set(`${method} ${path}`, new Promise((resolve) => (letGo = resolve)))
      return () => {
        held.delete(`${method} ${path}`)
        letGo()
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function forward(target: string, incoming: IncomingMessage): Promise<{ status: number; body: Buffer; type: string }> {
  const body = await buffer(incoming)
  return new Promise((resolve, reject) => {
    const out = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers: { ...incoming.headers, host: new URL(target).host } }, (answer) => {
      buffer(answer).then((data) => resolve({ status: answer.statusCode ?? 500, body: data, type: answer.headers['content-type'] ?? 'application/json' }), reject)
    })
    out.on('error', reject)
    out.end(body)
  })
}
