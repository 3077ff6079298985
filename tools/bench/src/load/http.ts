import { Agent, request, type OutgoingHttpHeaders } from 'node:http'

/** What a request was answered. */
export interface HttpAnswer {
  readonly status: number
  readonly body: string
  /** Seconds after which to come again, where it was said. */
  readonly retryAfter: number | undefined
}

/** A client that keeps its connections and does as little as possible: it shares the machine with those it measures. */
export class HttpClient {
  private readonly agent: Agent

  constructor(connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' })
  }

  /** Sends one request. Rejects where the connection breaks. */
  send(url: URL, method: 'GET' | 'POST', headers: OutgoingHttpHeaders, body?: string): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const asked = request({ host: url.hostname, port: url.port, path: url.pathname + url.search, method, headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }, agent: this.agent }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const after = response.headers['retry-after']
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8'), retryAfter: after === undefined ? undefined : Number(after) })
        })
      })
      asked.on('error', reject)
      asked.end(body)
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** Does each piece of work, at most so many at once, in order. Throws what the first failure threw. */
export async function inParallel<T>(items: readonly T[], width: number, work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next
      next += 1
      await work(items[index] as T, index)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
}
