import { Problem } from '@waybill/service-kit'
import { Neighbours, type Passed, type PassedAnswer } from '../operations/neighbours.js'

/** A person waits: longer than this is an answer too. */
const DEADLINE_MS = 10_000

/** What a neighbour's answer says beside its body that is meant for the caller. */
const PASSED_ON = ['content-type', 'retry-after', 'allow', 'www-authenticate', 'idempotent-replayed', 'location']
/** They take no body, and fetch sends none. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD'])

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
      const response = await fetch(`${url}${path}`, { method, headers, signal: AbortSignal.timeout(DEADLINE_MS), ...(body === undefined || bodiless.has(method) ? {} : { body }) })
      const told = PASSED_ON.flatMap((name) => (response.headers.has(name) ? [[name, response.headers.get(name) ?? '']] : []))
      return { status: response.status, headers: { 'content-type': 'application/json', ...(Object.fromEntries(told) as Record<string, string>) }, body: await response.text() }
    } catch (error) {
      throw new Problem('service-unreachable', { detail: `${service} does not answer`, cause: error })
    }
  }
}
