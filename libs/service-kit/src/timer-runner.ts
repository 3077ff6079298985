import { crashPoint } from '@waybill/kernel'
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Log } from './logging.js'
import { runInScope, scopeAfter } from './scope.js'
import { isSettled } from './settled-timers.js'
import { claimTimers, LEASE_SECONDS, nextTimerInMs, releaseTimers, renewTimers, type Claimed } from './timer-table.js'
import type { Due, TimerSubscription } from './timers.js'

/** How long a timer set by another process may be overlooked. */
const POLL_MS = 1_000
/** From one look to the next, at least: what is set meanwhile is claimed together. The busier the database, the longer. */
const PACE_MS = 10
const PACE_MAX_MS = 100
const RENEW_MS = (LEASE_SECONDS * 1_000) / 3

export interface TimerHandler extends TimerSubscription {
  readonly handle: (due: readonly Due[]) => Promise<void>
}

/** Hands due timers to their handlers, in this process, beside runners in others. */
export class TimerRunner {
  private readonly handlers: ReadonlyMap<string, TimerHandler>
  private readonly inHand = new Map<string, number>()
  /** By kind, what is claimed and waits for its turn: so many at once would take each other's database connections. */
  private readonly queues = new Map<string, { working: number; readonly waiting: (readonly Due[])[] }>()
  private readonly working = new Set<Promise<void>>()
  private readonly held = new Set<Due['cause']>()
  private isStopping = false
  private wake: NodeJS.Timeout | undefined
  private wakeAt = Number.POSITIVE_INFINITY
  private lookedAt = 0
  private paceMs = PACE_MS
  private renewal: NodeJS.Timeout | undefined
  private claiming: Promise<void> | undefined
  private isAskedAgain = false

  constructor(
    private readonly pool: Pool,
    handlers: readonly TimerHandler[],
    private readonly log: Log,
  ) {
    this.handlers = new Map(handlers.map((handler) => [handler.kind, handler]))
    if (this.handlers.size !== handlers.length) throw new Error(`Two handlers of one kind of timer: ${handlers.map(({ kind }) => kind).join(', ')}`)
  }

  start(): void {
    if (this.handlers.size === 0) return
    this.renewal = setInterval(() => void this.renew(), RENEW_MS)
    this.look()
  }

  /** A timer was set, due then: look in time. */
  scheduled(dueAt: Date): void {
    this.lookIn(dueAt.getTime() - Date.now())
  }

  /** Claims no more and waits for the handlers at work, at most so long; what they still hold then comes due at once. */
  async stop(withinMs: number): Promise<void> {
    this.isStopping = true
    clearTimeout(this.wake)
    await this.claiming
    const enough = new AbortController()
    const deadline = wait(withinMs, undefined, { signal: enough.signal }).catch(() => undefined)
    await Promise.race([Promise.allSettled(this.working), deadline])
    enough.abort()
    clearInterval(this.renewal)
    if (this.held.size > 0) await releaseTimers(this.pool, [...this.held], 'stopped', true)
  }

  private lookIn(ms: number): void {
    if (this.isStopping || this.handlers.size === 0) return
    const now = Date.now()
    const at = Math.max(now + Math.max(0, Math.min(ms, POLL_MS)), Math.min(this.lookedAt, now) + this.paceMs)
    if (at >= this.wakeAt) return
    clearTimeout(this.wake)
    this.wakeAt = at
    this.wake = setTimeout(() => this.look(), at - now)
  }

  private look(): void {
    this.wakeAt = Number.POSITIVE_INFINITY
    if (this.isStopping) return
    if (this.claiming) {
      this.isAskedAgain = true
      return
    }
    this.lookedAt = Date.now()
    this.claiming = this.claim().finally(() => {
      this.paceMs = Math.min(PACE_MAX_MS, Math.max(PACE_MS, 3 * (Date.now() - this.lookedAt)))
      this.claiming = undefined
      if (!this.isAskedAgain) return
      this.isAskedAgain = false
      this.lookIn(0)
    })
  }

  private async claim(): Promise<void> {
    try {
      const room = this.room()
      const claimed = room.size > 0 ? await claimTimers(this.pool, room) : []
      this.hand(claimed)
      // kinds without room are looked at again when something of theirs is done
      const open = this.room()
      const next = open.size > 0 ? await nextTimerInMs(this.pool, [...open.keys()]) : undefined
      this.lookIn(next ?? POLL_MS)
    } catch (error) {
      this.log.warn('timers cannot be read, looking again', { error })
      this.lookIn(POLL_MS)
    }
  }

  /** How many more timers of each kind there is room for. */
  private room(): Map<string, number> {
    const room = new Map<string, number>()
    for (const { kind, batch, concurrency } of this.handlers.values()) {
      const free = batch * concurrency - (this.inHand.get(kind) ?? 0)
      if (free > 0) room.set(kind, free)
    }
    return room
  }

  private hand(claimed: readonly Claimed[]): void {
    for (const handler of this.handlers.values()) {
      const due = claimed.flatMap((one) => (one.kind === handler.kind ? [one.due] : []))
      // what failed before comes alone, so that one bad timer does not take others with it again
      const batches = [...chunksOf(due.filter(({ attempt }) => attempt === 1), handler.batch), ...due.filter(({ attempt }) => attempt > 1).map((one) => [one])]
      this.inHand.set(handler.kind, (this.inHand.get(handler.kind) ?? 0) + due.length)
      for (const { cause } of due) this.held.add(cause)
      this.queueOf(handler).waiting.push(...batches)
      this.workOn(handler)
    }
  }

  private queueOf({ kind }: TimerHandler): { working: number; readonly waiting: (readonly Due[])[] } {
    const known = this.queues.get(kind)
    if (known) return known
    const queue = { working: 0, waiting: [] }
    this.queues.set(kind, queue)
    return queue
  }

  private workOn(handler: TimerHandler): void {
    const queue = this.queueOf(handler)
    while (queue.working < handler.concurrency && !this.isStopping) {
      const batch = queue.waiting.shift()
      if (!batch) return
      queue.working += 1
      const done: Promise<void> = this.handle(handler, batch).finally(() => {
        this.working.delete(done)
        queue.working -= 1
        const inHand = this.inHand.get(handler.kind) ?? 0
        this.inHand.set(handler.kind, inHand - batch.length)
        for (const { cause } of batch) this.held.delete(cause)
        this.workOn(handler)
        // there was no room for more of this kind: more may be due
        if (inHand >= handler.batch * handler.concurrency) this.lookIn(0)
      })
      this.working.add(done)
    }
  }

  private async handle(handler: TimerHandler, batch: readonly Due[]): Promise<void> {
    const causes = batch.map(({ cause }) => cause)
    const [first] = causes
    const scope = scopeAfter(first?.traceparent, batch.length === 1 ? first?.correlationId : null)
    let failure: string | null = null
    try {
      crashPoint('C36-fired')
      await runInScope(scope, () => handler.handle(batch))
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error)
      runInScope(scope, () => this.log.error('timer failed, comes back', { timer: handler.kind, timers: batch.length, attempt: batch[0]?.attempt, error }))
    }
    const left = causes.filter((cause) => !isSettled(cause))
    if (left.length === 0) return
    try {
      await releaseTimers(this.pool, left, failure)
      // they come back after their pause
      this.lookIn(0)
    } catch (error) {
      this.log.warn('timers not given back, their lease ends by itself', { timer: handler.kind, error })
    }
  }

  private async renew(): Promise<void> {
    if (this.held.size === 0) return
    try {
      await renewTimers(this.pool, [...this.held])
    } catch (error) {
      this.log.warn('timers not renewed', { error })
    }
  }
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size))
}
