import { createServer } from 'node:net'

/** Where every local server listens: this machine only, and no doubt between IPv4 and IPv6. */
export const loopback = '127.0.0.1'

/** The first of the preferred where nobody listens, else any free port. Two calls at once never answer the same one. */
export async function freePort(...preferred: readonly number[]): Promise<number> {
  for (const port of [...preferred, 0]) {
    const found = await tryPort(port)
    if (found !== undefined) return found
  }
  return unreachable()
}

const given = new Set<number>()

/** The port may be answered again: a test that stops a server and starts it in the same place says so. */
export function giveBackPort(port: number): void {
  given.delete(port)
}

async function tryPort(port: number): Promise<number | undefined> {
  if (given.has(port)) return undefined
  const server = createServer()
  const found = await new Promise<number | undefined>((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: loopback, exclusive: true }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : undefined)
    })
  })
  if (server.listening) await new Promise((resolve) => server.close(resolve))
  if (found !== undefined) given.add(found)
  return found
}

function unreachable(): never {
  throw new Error('this machine has no free port')
}
