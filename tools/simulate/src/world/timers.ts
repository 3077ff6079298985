import type { JsonObject, TimerCause } from '@waybill/kernel'
import type { Due, Timer } from '@waybill/service-kit'
import type { Undo } from '../database/table.js'

const LEASE_MS = 30_000
const BACKOFF_MAX_MS = 30_000

interface Kept {
  readonly kind: string
  readonly subject: string
  readonly token: string
  readonly dueAt: Date
  readonly nextAt: number
  readonly payload: JsonObject
  readonly correlationId: string | null
  readonly attempt: number
}

const nameOf = (kind: string, subject: string): string => `${kind}\n${subject}`

/** A service's durable timers, as its kit keeps them: libs/service-kit/src/timer-table.ts. */
export class Timers {
  private readonly kept: Map<string, Kept>
  /** How often each was set, so that tokens differ. */
  private readonly times: Map<string, number>
  private dues: readonly Kept[] | undefined
  private duesAt = -1
  private nextAtKnown: number | undefined

  constructor(from?: Timers) {
    this.kept = new Map(from?.kept)
    this.times = new Map(from?.times)
  }

  set({ kind, subject, dueAt, payload, correlationId }: Timer): Undo {
    const name = nameOf(kind, subject)
    const times = (this.times.get(name) ?? 0) + 1
    this.times.set(name, times)
    return this.put(name, { kind, subject, token: `${name}\n${times}`, dueAt, nextAt: dueAt.getTime(), payload: payload ?? {}, correlationId: correlationId ?? null, attempt: 0 })
  }

  cancel(kind: string, subject: string): Undo {
    return this.put(nameOf(kind, subject), undefined)
  }

  /** Takes the timer away if it is still the one that was claimed. */
  consume({ timer, subject, token }: TimerCause): Undo | undefined {
    const name = nameOf(timer, subject)
    return this.kept.get(name)?.token === token ? this.put(name, undefined) : undefined
  }

  /** Those that may be claimed now. */
  due(now: number): readonly Kept[] {
    if (this.dues === undefined || (this.duesAt !== now && (this.nextAt() ?? Infinity) <= now)) {
      this.dues = [...this.kept.values()].filter(({ nextAt }) => nextAt <= now)
      this.duesAt = now
    }
    return this.dues
  }

  nextAt(): number | undefined {
    if (this.nextAtKnown === undefined) {
      let next = Infinity
      for (const { nextAt } of this.kept.values()) if (nextAt < next) next = nextAt
      this.nextAtKnown = next
    }
    return this.nextAtKnown === Infinity ? undefined : this.nextAtKnown
  }

  claim({ kind, subject }: Pick<Kept, 'kind' | 'subject'>, now: number): Due | undefined {
    const name = nameOf(kind, subject)
    const timer = this.kept.get(name)
    if (!timer || timer.nextAt > now) return undefined
    const attempt = timer.attempt + 1
    this.put(name, { ...timer, attempt, nextAt: now + LEASE_MS })
    const { token, correlationId, payload, dueAt } = timer
    return { cause: { kind: 'timer', timer: kind, subject, token, correlationId, actor: `timer:${kind}`, traceparent: null }, subject, payload, attempt, dueAt }
  }

  /** Keeps what is worked on from being claimed by others. */
  renew({ cause: { timer, subject, token } }: Due, now: number): void {
    const name = nameOf(timer, subject)
    const kept = this.kept.get(name)
    if (kept?.token === token) this.put(name, { ...kept, nextAt: now + LEASE_MS })
  }

  /** The handler is through: what it left comes back after its pause. */
  release({ cause: { timer, subject, token } }: Due, now: number): void {
    const name = nameOf(timer, subject)
    const kept = this.kept.get(name)
    if (kept?.token === token) this.put(name, { ...kept, nextAt: now + Math.min(BACKOFF_MAX_MS, 1_000 * 2 ** Math.min(kept.attempt - 1, 20)) })
  }

  has(kind: string, subject: string): boolean {
    return this.kept.has(nameOf(kind, subject))
  }

  all(): readonly Pick<Kept, 'kind' | 'subject' | 'dueAt' | 'nextAt'>[] {
    return [...this.kept.values()]
  }

  private put(name: string, timer: Kept | undefined): Undo {
    const before = this.kept.get(name)
    if (timer) this.kept.set(name, timer)
    else this.kept.delete(name)
    this.changed()
    return () => {
      if (before) this.kept.set(name, before)
      else this.kept.delete(name)
      this.changed()
    }
  }

  private changed(): void {
    this.dues = undefined
    this.nextAtKnown = undefined
  }
}
