import { AsyncLocalStorage } from 'node:async_hooks'
import { randomBytes } from 'node:crypto'

/** What is being done now, for logs and traces: it follows every await, from the request or message to the last query. */
export interface Scope {
  readonly traceId: string
  readonly spanId: string
  readonly sampled: boolean
  readonly order?: string
}

const storage = new AsyncLocalStorage<Scope>()

export const currentScope = (): Scope | undefined => storage.getStore()

export const runInScope = <T>(scope: Scope, work: () => T): T => storage.run(scope, work)

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The caller's trace and span, or undefined if the text is no traceparent. */
export function parseTraceparent(text: string | null | undefined): { readonly traceId: string; readonly spanId: string; readonly sampled: boolean } | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text ?? '') ?? []
  return traceId && spanId && flags ? { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 } : undefined
}

/** A new step of the trace that `traceparent` names, or of a new trace. */
export function scopeAfter(traceparent: string | null | undefined, order?: string | null): Scope {
  const parent = parseTraceparent(traceparent)
  return {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    sampled: parent?.sampled ?? true,
    ...(order ? { order } : {}),
  }
}

const traceparentOf = ({ traceId, spanId, sampled }: Scope): string => `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`

/** The W3C traceparent of what is being done now, or null outside any request, message or timer. */
export function currentTraceparent(): string | null {
  const scope = currentScope()
  return scope ? traceparentOf(scope) : null
}
