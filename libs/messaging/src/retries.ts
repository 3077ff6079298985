import type { EventCause } from '@waybill/kernel'
import type { Delivery } from './delivery.js'
import { decode, type Headers, type RawRecord } from './envelope.js'
import { codeOf, isTransient, messageOf } from './failure.js'
import { retryHead, retrySchedule, setParkedCode } from './parking.js'
import { inTransaction, type SqlClient } from './platform.js'
import { quarantine } from './quarantine.js'
import type { RoundWork, WorkParts } from './round-work.js'
import { Bell } from './waiting.js'

const LOOK_EVERY_MS = 1_000
const COUNT_EVERY_MS = 5_000
/** A key under way is left alone by the other replicas for so long. */
const CLAIM = '30 seconds'
const KEYS_AT_ONCE = 20
const TRANSIENT_RETRY = '5 seconds'

interface Key {
  readonly topic: string
  readonly key: string
}

interface HeadRow {
  readonly id: string
  readonly partition: number
  readonly offset: string
  readonly headers: Headers
  readonly payload: Buffer | null
  readonly payload_hash: string
}

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
        for (const key of await this.claimDue()) if (!this.stopped) await this.drain(key)
        await this.count()
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
    const record = recordOf(key, head)
    const topic = this.parts.topics.get(key.topic)
    const decoded = topic && decode(record, { group: this.parts.group, topic, eventOfType: this.parts.eventOfType, handles: (type) => this.parts.handlers.has(type) })
    try {
      if (!decoded || decoded.kind === 'refused') {
        const [code, detail] = decoded ? [decoded.code, decoded.detail] : ['unknown-topic', key.topic]
        return await this.passOn(key, head, decoded?.cause, (client) => quarantine(client, this.parts.group, [{ record, cause: decoded?.cause, code, detail }]))
      }
      if (decoded.kind === 'ignored') return await this.passOn(key, head, decoded.cause, async () => 0)
      // What it was when it came, so that the same record coming once more is no conflict with what an operator made of it.
      const cause: EventCause = { ...decoded.cause, payloadHash: head.payload_hash }
      const delivery: Delivery = { record, cause, event: decoded.event, payload: decoded.payload, parkedId: head.id, admission: undefined }
      await this.work.handle(cause.type, [delivery])
      if (delivery.admission === 'parked') await this.failed(key)
      return delivery.admission !== 'parked'
    } catch (error) {
      if (isTransient(error)) {
        await this.reschedule(key, TRANSIENT_RETRY)
      } else {
        await setParkedCode(this.parts.pool, this.parts.group, key, codeOf(error), messageOf(error))
        await this.failed(key)
      }
      return false
    }
  }

  /** Takes the first message out of the queue without handling it. */
  private passOn(key: Key, head: HeadRow, cause: EventCause | undefined, also: (client: SqlClient) => Promise<number>): Promise<boolean> {
    return inTransaction(this.parts.pool, async (client) => {
      const parked = await retryHead(client, this.parts.group, key, head.id)
      if (!parked) return false
      await also(client)
      if (cause) await this.parts.inbox.passParked(client, cause)
      await parked.leave()
      return true
    })
  }

  private async failed(key: Key): Promise<void> {
    const { rows } = await this.parts.pool.query<{ attempts: number; status: string; code: string }>({
      name: 'messaging.retries.failed',
      text: `UPDATE messaging.parked_key SET attempts = attempts + 1,
          status = CASE WHEN attempts + 1 < cardinality($4::interval[]) THEN 'waiting' ELSE 'stopped' END,
          next_attempt_at = CASE WHEN attempts + 1 < cardinality($4::interval[]) THEN clock_timestamp() + ($4::interval[])[attempts + 2] END
        WHERE consumer_group = $1 AND topic = $2 AND key = $3 RETURNING attempts, status, code`,
      values: [this.parts.group, key.topic, key.key, retrySchedule],
    })
    const row = rows[0]
    if (row?.status === 'stopped') this.parts.alarm('retries-used-up', 'a parked key was tried as often as planned: a person has to decide', { topic: key.topic, key: key.key, code: row.code, attempts: row.attempts })
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
      text: `SELECT id, partition, "offset", headers, payload, encode(payload_hash, 'hex') AS payload_hash FROM messaging.parked_message
        WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND status = 'waiting' ORDER BY id LIMIT 1`,
      values: [this.parts.group, topic, key],
    })
    return rows[0]
  }

  private async count(): Promise<void> {
    if (Date.now() - this.countedAt < COUNT_EVERY_MS) return
    this.countedAt = Date.now()
    const { rows } = await this.parts.pool.query<{ keys: string; messages: string; quarantined: string }>({
      name: 'messaging.retries.count',
      text: `SELECT (SELECT count(*) FROM messaging.parked_key WHERE consumer_group = $1) AS keys,
        (SELECT count(*) FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'waiting') AS messages,
        (SELECT count(*) FROM messaging.quarantine WHERE consumer_group = $1 AND status = 'open') AS quarantined`,
      values: [this.parts.group],
    })
    const { metrics } = this.parts
    metrics.parkedKeys.set(Number(rows[0]?.keys ?? 0))
    metrics.parkedMessages.set(Number(rows[0]?.messages ?? 0))
    metrics.quarantined.set(Number(rows[0]?.quarantined ?? 0))
  }
}

function recordOf({ topic, key }: Key, row: HeadRow): RawRecord {
  return { topic, partition: row.partition, offset: BigInt(row.offset), key: Buffer.from(key), value: row.payload, headers: row.headers, timestamp: String(Date.now()) }
}
