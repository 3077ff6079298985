import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import { crashPoint } from '@waybill/kernel'
import type { EventCause } from '@waybill/kernel'
import { inBatchSpan } from './batch-span.js'
import { Poison, received, type Delivery, type Received } from './delivery.js'
import { decode, type RawRecord } from './envelope.js'
import { Breaker, codeOf, isTransient, messageOf } from './failure.js'
import type { Inbox } from './inbox.js'
import type { MessagingMetrics } from './metrics.js'
import { parkFailed } from './parking.js'
import { inTransaction, type MessagingLog, type RaiseAlarm, type SqlPool } from './platform.js'
import { quarantine, type Refused } from './quarantine.js'
import { watermarkSet } from './registry.js'
import { tellable } from './sealed-copies.js'
import { backoffMs } from './waiting.js'

/** Takes all messages of one type that a transaction shall hold. Returned means committed, thrown means rolled back. */
export type Handler = (batch: readonly Received<unknown>[]) => Promise<void>

/** Above, a transaction costs latency and heap; below 700, a quarter more CPU. Source: research/07 section 3.1. */
const TRANSACTION_MESSAGES_MAX = 1_000
const RETRY_FIRST_MS = 50
const RETRY_MAX_MS = 5_000
const STUCK_TRIES = 5
const BREAKER_PAUSE_MS = 10_000

/** The round cannot go on: the group has moved on, or the process stops. What is not done yet comes again. */
export class RoundAborted extends Error {
  constructor() {
    super('the round was aborted')
    this.name = 'RoundAborted'
  }
}

/** What a round may wait for. */
export interface RoundLife {
  readonly aborted: boolean
  /** Throws: RoundAborted as soon as there is no point in waiting. */
  wait(ms: number): Promise<void>
}

export interface WorkParts {
  readonly group: string
  readonly topics: ReadonlyMap<string, TopicDefinition>
  readonly eventOfType: (type: string) => EventDefinition | undefined
  readonly handlers: ReadonlyMap<string, Handler>
  readonly pool: SqlPool
  readonly inbox: Inbox
  /** Takes in how far owners say they have published. They need no inbox: the same one again says the same. */
  readonly noteWatermark: (record: RawRecord, cause: EventCause, payload: unknown) => void
  readonly metrics: MessagingMetrics
  readonly log: MessagingLog
  readonly alarm: RaiseAlarm
  readonly breakerPauseMs?: number
}

/** A message in the queue of its key. Refused ones with a readable envelope keep their place in it. */
interface Queued {
  readonly fate: 'handled' | 'ignored' | 'refused'
  readonly delivery: Delivery
  readonly refusal: Refused | undefined
}

const UNHANDLED = ''

/** Does what a fetch brought: one queue per key, the heads of one type together in one transaction, until all queues are empty. */
export class RoundWork {
  private readonly breaker = new Breaker()
  /** Set while a retry waits for the database: no progress is expected then. */
  waitsForDatabase = false
  /** Last moment something was done. */
  progressAt = Date.now()

  constructor(private readonly parts: WorkParts) {}

  get paused(): boolean {
    return this.breaker.tripped
  }

  /** Throws: RoundAborted. Every other failure is dealt with here. */
  async run(records: readonly RawRecord[], life: RoundLife): Promise<void> {
    const { queues, unreadable } = this.sort(records)
    if (unreadable.length > 0) await this.insist(life, () => this.settleUnhandled([], unreadable))
    for (;;) {
      if (life.aborted) throw new RoundAborted()
      const type = mostFrequentHead(queues)
      if (type === undefined) return
      const taken = takeHeads(queues, type)
      if (type === UNHANDLED) await this.insist(life, () => this.settleUnhandled(taken, taken.flatMap(({ refusal }) => refusal ?? [])))
      else await this.flush(type, taken.map(({ delivery }) => delivery), life)
      this.progressAt = Date.now()
    }
  }

  /** Hands deliveries of one type to their handler; says of each what the inbox said. Throws whatever the handler throws. */
  async handle(type: string, deliveries: readonly Delivery[]): Promise<void> {
    const handler = this.parts.handlers.get(type)
    if (!handler) throw new Error(`no handler of ${type}`)
    for (const delivery of deliveries) delivery.admission = undefined
    const end = this.parts.metrics.handlerSeconds.startTimer({ type })
    await inBatchSpan(type, deliveries.map(({ cause }) => cause), () => handler(deliveries.map(received)))
    crashPoint('C15-committed')
    end()
    const leftOut = deliveries.filter(({ admission }) => admission === undefined)
    // What a handler did not pass on to its store needed no change: it is recorded as handled all the same.
    if (leftOut.length > 0) await inTransaction(this.parts.pool, (client) => this.parts.inbox.admit(client, leftOut.map((delivery) => received(delivery).cause)))
    for (const { admission } of deliveries) this.parts.metrics.consumed.inc({ type, outcome: admission ?? 'fresh' })
  }

  private sort(records: readonly RawRecord[]): { readonly queues: Map<string, Queued[]>; readonly unreadable: Refused[] } {
    const queues = new Map<string, Queued[]>()
    const unreadable: Refused[] = []
    for (const record of records) {
      const sorted = this.readOrRefuse(record)
      if (sorted === undefined) continue
      if (!('fate' in sorted)) {
        unreadable.push(sorted)
        continue
      }
      const { topic, key } = sorted.delivery.cause
      const id = `${topic}\u0000${key}`
      const queue = queues.get(id)
      if (queue) queue.push(sorted)
      else queues.set(id, [sorted])
    }
    return { queues, unreadable }
  }

  /** A reader that breaks on a record, by a defect of ours, must not stop all others. */
  private readOrRefuse(record: RawRecord): Queued | Refused | undefined {
    try {
      return this.read(record)
    } catch (error) {
      return { record, cause: undefined, code: 'reader-failed', detail: messageOf(error) }
    }
  }

  /** Undefined: it is dealt with. */
  private read(record: RawRecord): Queued | Refused | undefined {
    const topic = this.parts.topics.get(record.topic)
    if (!topic) return { record, cause: undefined, code: 'unknown-topic', detail: record.topic }
    const decoded = decode(record, { group: this.parts.group, topic, eventOfType: this.parts.eventOfType, handles: (type) => this.parts.handlers.has(type) })
    if (decoded.kind === 'refused') {
      const refusal: Refused = { record, cause: decoded.cause, code: decoded.code, detail: decoded.detail }
      if (!decoded.cause) return refusal
      return { fate: 'refused', refusal, delivery: { record, cause: decoded.cause, event: undefined, payload: undefined, admission: undefined } }
    }
    if (decoded.kind === 'fact' && decoded.event === watermarkSet) {
      this.parts.noteWatermark(record, decoded.cause, decoded.payload)
      this.parts.metrics.consumed.inc({ type: decoded.cause.type, outcome: 'noted' })
      return undefined
    }
    if (decoded.kind === 'ignored') return { fate: 'ignored', refusal: undefined, delivery: { record, cause: decoded.cause, event: undefined, payload: undefined, admission: undefined } }
    if (decoded.keyIsHint) this.parts.metrics.keyHints.inc({ topic: record.topic })
    return { fate: 'handled', refusal: undefined, delivery: { record, cause: decoded.cause, event: decoded.event, payload: decoded.payload, admission: undefined } }
  }

  /** What has no handler is written by us: places in sequences, and quarantine rows. */
  private async settleUnhandled(taken: readonly Queued[], refused: readonly Refused[]): Promise<void> {
    const passed = taken.flatMap(({ fate, delivery }) => (fate === 'handled' ? [] : [{ fate, delivery }]))
    const stored = await inTransaction(this.parts.pool, async (client) => {
      if (passed.length > 0) await this.parts.inbox.account(client, passed)
      return quarantine(client, this.parts, refused)
    })
    if (stored > 0) crashPoint('C17-quarantined')
    for (const { fate, delivery } of passed) if (fate === 'ignored') this.parts.metrics.consumed.inc({ type: delivery.cause.type, outcome: delivery.admission === 'parked' ? 'parked' : 'ignored' })
    for (const { code } of refused) this.parts.metrics.consumed.inc({ type: 'unreadable', outcome: code })
    const first = refused[0]
    if (stored > 0 && first)
      this.parts.alarm('quarantined', 'records could not be taken and lie in quarantine', { records: stored, code: first.code, detail: tellable(this.parts, first.record.topic, first.detail), topic: first.record.topic, partition: first.record.partition, offset: first.record.offset.toString() })
  }

  /** One transaction if all goes well; halves of it down to the culprit if not. */
  private async flush(type: string, batch: readonly Delivery[], life: RoundLife): Promise<void> {
    let rest = batch
    for (let tries = 0; rest.length > 0; tries++) {
      if (life.aborted) throw new RoundAborted()
      try {
        await this.handle(type, rest)
        this.breaker.succeeded(rest.length)
        return
      } catch (error) {
        if (isTransient(error, tries)) {
          await this.waitOut(error, tries, life)
          continue
        }
        const culprit = rest.length === 1 ? rest[0] : error instanceof Poison ? rest.find(({ cause }) => cause.eventId === error.eventId.toLowerCase()) : undefined
        if (culprit) {
          const place = rest.indexOf(culprit)
          const earlier = rest.slice(0, place).filter(({ cause }) => cause.topic === culprit.cause.topic && cause.key === culprit.cause.key)
          // what came before it under its key is done before the key waits, or it would queue behind what it came before
          if (earlier.length > 0) await this.flush(type, earlier, life)
          await this.fail(culprit, error, life)
          rest = rest.filter((delivery) => delivery !== culprit && !earlier.includes(delivery))
          continue
        }
        const middle = Math.ceil(rest.length / 2)
        await this.flush(type, rest.slice(0, middle), life)
        await this.flush(type, rest.slice(middle), life)
        return
      }
    }
  }

  /** Parks the key of a message that fails by itself. While most fail, one message a pause at most: it is us, not the message. */
  private async fail(culprit: Delivery, error: unknown, life: RoundLife): Promise<void> {
    this.breaker.failed()
    if (this.breaker.tripped) {
      this.parts.alarm('consumer-paused', 'most of what was handled lately failed: it is us, not the messages', { group: this.parts.group, type: culprit.cause.type, error: codeOf(error) })
      await life.wait(this.parts.breakerPauseMs ?? BREAKER_PAUSE_MS)
    }
    const code = codeOf(error)
    const parked = await this.insist(life, () => inTransaction(this.parts.pool, (client) => parkFailed(client, this.parts, { delivery: culprit, code, error: messageOf(error) })))
    if (!parked) return
    crashPoint('C18-parked')
    const { topic, type, eventId, subject, correlationId } = culprit.cause
    this.parts.metrics.consumed.inc({ type, outcome: 'parked' })
    this.parts.alarm('parked', 'a message could not be handled: its key waits', { topic, type, eventId, subject, order: correlationId, code, error: tellable(this.parts, topic, messageOf(error)) })
  }

  /** Does what has to succeed before the round may go on, whatever is in the way. Throws: RoundAborted. */
  async insist<R>(life: RoundLife, work: () => Promise<R>): Promise<R> {
    for (let tries = 0; ; tries++) {
      if (life.aborted) throw new RoundAborted()
      try {
        return await work()
      } catch (error) {
        await this.waitOut(error, tries, life)
      }
    }
  }

  private async waitOut(error: unknown, tries: number, life: RoundLife): Promise<void> {
    if (tries === 0 || tries % 20 === 0) this.parts.log.warn({ group: this.parts.group, code: codeOf(error), error: messageOf(error), tries: tries + 1 }, 'work on messages waits for its surroundings')
    const isDefect = !isTransient(error)
    if (isDefect && tries === STUCK_TRIES) this.parts.alarm('consumer-stuck', 'what has to be written down cannot be: the round is tried again and again', { group: this.parts.group, code: codeOf(error), error: messageOf(error) })
    this.waitsForDatabase = !isDefect
    try {
      await life.wait(backoffMs(tries, RETRY_FIRST_MS, RETRY_MAX_MS))
    } finally {
      this.waitsForDatabase = false
    }
  }
}

/** The type most queues, or longest, begin with: fewest transactions. Undefined: all queues are empty. */
function mostFrequentHead(queues: ReadonlyMap<string, readonly Queued[]>): string | undefined {
  const counts = new Map<string, number>()
  for (const queue of queues.values()) {
    const head = queue[0]
    if (head) counts.set(typeOf(head), (counts.get(typeOf(head)) ?? 0) + 1)
  }
  let best: string | undefined
  let most = 0
  for (const [type, count] of counts) {
    if (count > most) {
      best = type
      most = count
    }
  }
  return best
}

/** Takes from each queue the run of messages of this type it begins with, up to what a transaction holds. */
function takeHeads(queues: Map<string, Queued[]>, type: string): Queued[] {
  const taken: Queued[] = []
  for (const [key, queue] of queues) {
    let run = 0
    while (run < queue.length && taken.length + run < TRANSACTION_MESSAGES_MAX && typeOf(queue[run] as Queued) === type) run++
    if (run === 0) continue
    taken.push(...queue.splice(0, run))
    if (queue.length === 0) queues.delete(key)
    if (taken.length === TRANSACTION_MESSAGES_MAX) break
  }
  return taken
}

const typeOf = ({ fate, delivery }: Queued): string => (fate === 'handled' ? delivery.cause.type : UNHANDLED)
