import { Problem } from '@waybill/service-kit'
import { Neighbours, type Passed, type PassedAnswer } from '../operations/neighbours.js'

/** A person waits: longer than this is an answer too. */
const DEADLINE_MS = 10_000

/** Reaches the other services over HTTP, with the token of who asks. */
export class HttpNeighbours extends Neighbours {
  constructor(private readonly urls: ReadonlyMap<string, string>) {
    super()
  }

  get names(): readonly string[] {
    return [...this.urls.keys()].sort()
  }

  async ask(service: string, { method, path, headers, body }: Passed): Promise<PassedAnswer | undefined> {
    const url = this.urls.get(service)
    if (url === undefined) return undefined
    try {
      const response = await fetch(`${url}${path}`, { method, headers, signal: AbortSignal.timeout(DEADLINE_MS), ...(body === undefined || method === 'GET' ? {} : { body }) })
      return { status: response.status, contentType: response.headers.get('content-type') ?? 'application/json', body: await response.text() }
    } catch (error) {
      throw new Problem('service-unreachable', { detail: `${service} does not answer`, cause: error })
    }
  }
}
