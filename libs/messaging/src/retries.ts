import type { EventCause } from '@waybill/kernel'
import type { Delivery } from './delivery.js'
import { decode, type Headers, type RawRecord } from './envelope.js'
import { codeOf, isTransient, messageOf } from './failure.js'
import { noteHeld } from './held-history.js'
import { retryHead, retrySchedule, storable } from './parking.js'
import { inTransaction, type SqlClient } from './platform.js'
import { quarantine } from './quarantine.js'
import type { RoundWork, WorkParts } from './round-work.js'
import { openCopy, tellable, type StoredCopy } from './sealed-copies.js'
import { Bell } from './waiting.js'

const LOOK_EVERY_MS = 1_000
const COUNT_EVERY_MS = 5_000
/** A key under way is left alone by the other replicas for so long. */
const CLAIM = '30 seconds'
const KEYS_AT_ONCE = 20
/** Keys emptied side by side: a long queue must not hold up the others, nor take the service's connections. */
const DRAINS_AT_ONCE = 3
const TRANSIENT_RETRY = '5 seconds'

interface Key {
  readonly topic: string
  readonly key: string
}

interface HeadRow extends StoredCopy {
  readonly id: string
  readonly revision: number
  readonly event_id: string
  readonly subject: string
  readonly sequence: string | null
  readonly partition: number
  readonly offset: string
  readonly payload_hash: string
}

type HeldCount = Readonly<Record<'keys' | 'stopped' | 'parked_seconds' | 'messages' | 'quarantined' | 'quarantined_seconds', string | null>>

/** Tries parked keys again: their first message, and when that succeeds those behind it, in order. */
export class Retries {
  private readonly bell = new Bell()
  private stopped = false
  private running: Promise<void> | undefined
  private countedAt = 0

  constructor(
    private readonly parts: WorkParts,
    private readonly work: RoundWork,
  ) {}

  start(): void {
    this.running ??= this.run()
  }

  /** Something was made due. */
  kick(): void {
    this.bell.ring()
  }

  async stop(): Promise<void> {
    this.stopped = true
    this.bell.ring()
    await this.running
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        const keys = await this.claimDue()
        await this.drainAll(keys)
        await this.count()
        if (keys.length === KEYS_AT_ONCE) continue
      } catch (error) {
        this.parts.log.warn({ group: this.parts.group, error: messageOf(error) }, 'parked keys could not be looked at')
      }
      if (!this.stopped) await this.bell.wait(LOOK_EVERY_MS)
    }
  }

  private async claimDue(): Promise<readonly Key[]> {
    const { rows } = await this.parts.pool.query<Key>({
      name: 'messaging.retries.claim',
      text: `UPDATE messaging.parked_key SET next_attempt_at = clock_timestamp() + interval '${CLAIM}'
        WHERE (consumer_group, topic, key) IN (
          SELECT consumer_group, topic, key FROM messaging.parked_key
          WHERE consumer_group = $1 AND status = 'waiting' AND next_attempt_at <= clock_timestamp()
          ORDER BY next_attempt_at LIMIT ${KEYS_AT_ONCE} FOR UPDATE SKIP LOCKED)
        RETURNING topic, key`,
      values: [this.parts.group],
    })
    return rows
  }

  private async drainAll(keys: readonly Key[]): Promise<void> {
    const rest = [...keys]
    const drainNext = async (): Promise<void> => {
      for (let key = rest.shift(); key && !this.stopped; key = rest.shift()) await this.drain(key)
    }
    // all of them end before anybody closes the pool, whatever one runs into
    const ended = await Promise.allSettled(Array.from({ length: DRAINS_AT_ONCE }, drainNext))
    for (const end of ended) if (end.status === 'rejected') throw end.reason
  }

  /** One message after the other until the key is free, or one fails again. */
  private async drain(key: Key): Promise<void> {
    while (!this.stopped) {
      const head = await this.head(key)
      if (!head || !(await this.retry(key, head))) return
    }
    // Stopped in the middle: whoever looks next goes on.
    await this.reschedule(key, '0 seconds')
  }

  /** True: it is out of the way and the next may be tried. */
  private async retry(key: Key, head: HeadRow): Promise<boolean> {
    const copy = openCopy(head)
    if (!copy) return this.passOver(key, head)
    const record = recordOf(key, head, copy)
    const topic = this.parts.topics.get(key.topic)
    const decoded = topic && decode(record, { group: this.parts.group, topic, eventOfType: this.parts.eventOfType, handles: (type) => this.parts.handlers.has(type) })
    try {
      if (!decoded || decoded.kind === 'refused') {
        const [code, detail] = decoded ? [decoded.code, decoded.detail] : ['unknown-topic', key.topic]
        return await this.passOn(key, head, decoded?.cause, 'quarantined', (client) => quarantine(client, this.parts, [{ record, cause: decoded?.cause, code, detail }]))
      }
      if (decoded.kind === 'ignored') return await this.ignore(key, head, decoded.cause)
      // What it was when it came, so that the same record coming once more is no conflict with what an operator made of it.
      const cause: EventCause = { ...decoded.cause, payloadHash: head.payload_hash }
      const delivery: Delivery = { record, cause, event: decoded.event, payload: decoded.payload, parked: head, admission: undefined }
      await this.work.handle(cause.type, [delivery])
      if (delivery.admission === 'parked') await this.failed(key, head)
      return delivery.admission !== 'parked'
    } catch (error) {
      if (isTransient(error)) {
        await this.reschedule(key, TRANSIENT_RETRY)
        return false
      }
      return !(await this.failed(key, head, { code: codeOf(error), error: messageOf(error) }))
    }
  }

  /** Takes the first message out of the queue without handling it. */
  private passOn(key: Key, head: HeadRow, passed: Pick<EventCause, 'topic' | 'subject' | 'sequence'> | undefined, act: 'ignored' | 'quarantined' | 'passed', also?: (client: SqlClient) => Promise<unknown>): Promise<boolean> {
    return inTransaction(this.parts.pool, async (client) => {
      const parked = await retryHead(client, this.parts.group, key, head)
      if (!parked) return true
      await also?.(client)
      if (passed) await this.parts.inbox.passParked(client, passed)
      await parked.leave(act)
      return true
    })
  }

  /** What no handler takes counts in its sequence like any other: it may not pass what is missing before it. */
  private async ignore(key: Key, head: HeadRow, cause: EventCause): Promise<boolean> {
    const misses = await inTransaction(this.parts.pool, (client) => this.parts.inbox.missesOne(client, cause))
    if (misses) return !(await this.failed(key, head))
    return this.passOn(key, head, cause, 'ignored')
  }

  /** Its key was deleted, with the right to keep it: nobody can read it any more, and nothing may wait for it. */
  private passOver(key: Key, head: HeadRow): Promise<boolean> {
    return this.passOn(key, head, { topic: key.topic, subject: head.subject, sequence: head.sequence === null ? null : Number(head.sequence) }, 'passed')
  }

  /** `why` left out: the inbox has written it down. False: it is not what it was when it was read, an operator was faster. */
  private async failed(key: Key, head: HeadRow, why?: { readonly code: string; readonly error: string }): Promise<boolean> {
    const row = await inTransaction(this.parts.pool, async (client) => {
      const { rows } = await client.query<{ attempts: number; status: string; code: string; error: string }>({
        name: 'messaging.retries.failed',
        text: `UPDATE messaging.parked_key SET attempts = attempts + 1, code = coalesce($7, code), error = coalesce($8, error),
            status = CASE WHEN attempts + 1 < cardinality($4::interval[]) THEN 'waiting' ELSE 'stopped' END,
            next_attempt_at = CASE WHEN attempts + 1 < cardinality($4::interval[]) THEN clock_timestamp() + ($4::interval[])[attempts + 2] END
          WHERE consumer_group = $1 AND topic = $2 AND key = $3
            AND EXISTS (SELECT FROM messaging.parked_message m WHERE m.id = $5 AND m.revision = $6 AND m.status = 'waiting') RETURNING attempts, status, code, error`,
        values: [this.parts.group, key.topic, key.key, retrySchedule, head.id, head.revision, why?.code ?? null, why ? storable(tellable(this.parts, key.topic, why.error)) : null],
      })
      const [found] = rows
      if (!found) return undefined
      const sealed = head.scope === null || head.sealing_key === null ? undefined : { scope: head.scope, key: head.sealing_key }
      const content = { error: storable(why?.error ?? found.error) }
      await noteHeld(client, this.parts.group, [{ ...key, eventId: head.event_id, of: { parked: head.id }, act: 'failed', code: found.code, content, sealed }])
      return found
    })
    if (row?.status === 'stopped') this.parts.alarm('retries-used-up', 'a parked key was tried as often as planned: a person has to decide', { topic: key.topic, key: key.key, code: row.code, attempts: row.attempts })
    return row !== undefined
  }

  private async reschedule({ topic, key }: Key, after: string): Promise<void> {
    await this.parts.pool.query({
      name: 'messaging.retries.reschedule',
      text: 'UPDATE messaging.parked_key SET next_attempt_at = clock_timestamp() + $4::interval WHERE consumer_group = $1 AND topic = $2 AND key = $3',
      values: [this.parts.group, topic, key, after],
    })
  }

  private async head({ topic, key }: Key): Promise<HeadRow | undefined> {
    const { rows } = await this.parts.pool.query<HeadRow>({
      name: 'messaging.retries.head',
      text: `SELECT m.id, m.revision, m.event_id, m.subject, m.sequence, m.partition, m."offset", NULL::bytea AS key, m.headers, m.payload, m.scope, k.key AS sealing_key, encode(m.payload_hash, 'hex') AS payload_hash
        FROM messaging.parked_message m LEFT JOIN messaging.sealing_key k ON k.topic = m.topic AND k.scope = m.scope
        WHERE m.consumer_group = $1 AND m.topic = $2 AND m.key = $3 AND m.status = 'waiting' ORDER BY m.id LIMIT 1`,
      values: [this.parts.group, topic, key],
    })
    return rows[0]
  }

  private async count(): Promise<void> {
    if (Date.now() - this.countedAt < COUNT_EVERY_MS) return
    this.countedAt = Date.now()
    const { rows } = await this.parts.pool.query<HeldCount>({
      name: 'messaging.retries.count',
      text: `SELECT k.*, q.*, (SELECT count(*) FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'waiting') AS messages
        FROM (SELECT count(*) AS keys, count(*) FILTER (WHERE status = 'stopped') AS stopped, extract(epoch FROM clock_timestamp() - min(parked_at)) AS parked_seconds
              FROM messaging.parked_key WHERE consumer_group = $1) k,
          (SELECT count(*) AS quarantined, extract(epoch FROM clock_timestamp() - min(quarantined_at)) AS quarantined_seconds
              FROM messaging.quarantine WHERE consumer_group = $1 AND status = 'open') q`,
      values: [this.parts.group],
    })
    const { metrics } = this.parts
    const count = (field: keyof HeldCount): number => Number(rows[0]?.[field] ?? 0)
    metrics.parkedKeys.set(count('keys'))
    metrics.parkedStopped.set(count('stopped'))
    metrics.parkedSeconds.set(count('parked_seconds'))
    metrics.parkedMessages.set(count('messages'))
    metrics.quarantined.set(count('quarantined'))
    metrics.quarantinedSeconds.set(count('quarantined_seconds'))
  }
}

function recordOf({ topic, key }: Key, row: HeadRow, { headers, payload }: { readonly headers: Headers; readonly payload: Buffer | null }): RawRecord {
  return { topic, partition: row.partition, offset: BigInt(row.offset), key: Buffer.from(key), value: payload, headers, timestamp: String(Date.now()) }
}
