import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { developmentToken, type Role } from '@waybill/service-kit'

/** Where the services answer, and what opens them. */
export interface ApiAddresses {
  readonly services: Readonly<Partial<Record<ServiceName, string>>>
  /** Makes development tokens, where the installation has a development issuer. */
  readonly developmentKey?: string
  /** Given instead where it has not. */
  readonly token?: string
}

export interface ApiAnswer {
  readonly status: number
  // an answer's shape is known to who asked
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
}

/** How long somebody goes on asking a service that restarts, is overloaded or gives no answer. */
export interface Patience {
  /** Tries of one request. */
  readonly tries: number
  /** The longest pause between two of them. Unit: ms. */
  readonly pauseMaxMs: number
  /** An answer that comes later is no answer; left out: as long as the connection lives. Unit: ms. */
  readonly answerMs?: number
}

/** About two minutes in all. */
const usualPatience: Patience = { tries: 12, pauseMaxMs: 15_000 }

/** A caller of the public APIs that keeps one key over all tries, so that a repeated request is done once. */
export class Api {
  private readonly tokens = new Map<Role, Promise<string>>()

  constructor(
    private readonly addresses: ApiAddresses,
    /** Who asks, as histories name them. */
    private readonly person = 'Import',
    private readonly patience: Patience = usualPatience,
  ) {}

  async send(service: ServiceName, method: 'GET' | 'POST', path: string, body?: unknown, { role = 'admin', key = randomUUID() }: { readonly role?: Role; readonly key?: string } = {}): Promise<ApiAnswer> {
    const url = this.addresses.services[service]
    if (url === undefined) throw new Error(`It is not known where ${service} answers`)
    const { tries, pauseMaxMs } = this.patience
    for (let attempt = 1; ; attempt++) {
      const answer = await this.once(url + path, method, body, role, key)
      if (answer !== undefined && (attempt === tries || !isForLater(answer))) return answer
      if (attempt === tries) throw new Error(`${service} does not answer at ${url}. Fix: is it running?`)
      await wait(Math.min(pauseMaxMs, 250 * 2 ** attempt))
    }
  }

  private async once(url: string, method: string, body: unknown, role: Role, key: string): Promise<ApiAnswer | undefined> {
    const headers: Record<string, string> = { authorization: `Bearer ${await this.tokenOf(role)}`, ...(method === 'GET' ? {} : { 'idempotency-key': key }) }
    if (body !== undefined) headers['content-type'] = 'application/json'
    return answerOf(url, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }, this.patience.answerMs)
  }

  tokenOf(role: Role): Promise<string> {
    const { token, developmentKey } = this.addresses
    if (token !== undefined) return Promise.resolve(token)
    if (developmentKey === undefined) throw new Error('A token is needed. Fix: --token TOKEN, or WAYBILL_TOKEN')
    const made = this.tokens.get(role) ?? developmentToken(developmentKey, { subject: this.person.toLowerCase(), role, name: this.person })
    this.tokens.set(role, made)
    return made
  }
}

/** What was answered, whole; nothing where the connection was refused or broke on the way, or the answer took longer than `answerMs`. */
export async function answerOf(url: string, request: RequestInit, answerMs?: number): Promise<ApiAnswer | undefined> {
  try {
    const response = await fetch(url, { ...request, ...(answerMs === undefined ? {} : { signal: AbortSignal.timeout(answerMs) }) })
    const text = await response.text()
    return { status: response.status, body: text.startsWith('{') || text.startsWith('[') ? (JSON.parse(text) as unknown) : text }
  } catch (error) {
    // a service that restarts refuses connections for a moment, and one that was killed ends in the middle of its answer
    if (error instanceof TypeError || (error instanceof Error && error.name === 'TimeoutError')) return undefined
    throw error
  }
}

/** Does it pass by itself? Then the same request under the same key is to be sent again. */
export const isForLater = ({ status, body }: ApiAnswer): boolean => status >= 500 || status === 429 || (status === 409 && (body as { code?: string }).code === 'request-in-progress')
