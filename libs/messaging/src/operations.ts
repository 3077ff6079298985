import type { EventDefinition } from '@waybill/contracts'
import type { JsonObject } from '@waybill/kernel'
import { isUtf8 } from 'node:buffer'
import type { Delivery } from './delivery.js'
import { decode, encodePayload, type Headers, type RawRecord } from './envelope.js'
import { codeOf, isTransient } from './failure.js'
import type { NextOffsets } from './offsets.js'
import { closeKeyIfEmpty } from './parking.js'
import { inTransaction, type SqlClient } from './platform.js'
import type { KafkaDriver } from './kafka-driver.js'
import type { Retries } from './retries.js'
import type { RoundWork, WorkParts } from './round-work.js'

/** Who acts on parked and quarantined messages, and why. Both are recorded. */
export interface Operator {
  /** role:id */
  readonly who: string
  readonly why: string
}

/** A key whose messages wait: the first failed, or misses one before it; the others queue behind. */
export interface ParkedKey {
  readonly topic: string
  readonly key: string
  /** waiting: tried again at `nextAttemptAt`; stopped: only a person goes on. */
  readonly status: 'waiting' | 'stopped'
  readonly code: string
  readonly error: string
  readonly attempts: number
  readonly parkedAt: Date
  readonly nextAttemptAt: Date | null
  readonly messages: number
  readonly head: { readonly id: string; readonly eventId: string; readonly type: string; readonly subject: string; readonly sequence: number | null; readonly correlationId: string | null }
}

/** A stored message; the payload as UTF-8 text where it is text, else base64. */
export interface StoredMessage {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: string | null
  readonly eventId: string | null
  readonly type: string | null
  readonly headers: Headers
  readonly payload: string | null
  readonly payloadEncoding: 'utf8' | 'base64'
  readonly status: string
  readonly code: string
  readonly detail: string | null
  readonly at: Date
  readonly decidedBy: string | null
  readonly decidedWhy: string | null
}

export interface Paged {
  readonly limit?: number
  /** The id (quarantine) or `<topic>/<key>` (parked keys) of the last one seen. */
  readonly after?: string
}

/** What became of a message taken out of quarantine. */
export interface Redriven {
  readonly id: string
  /** done: handled; parked: its key waits and it queues there; refused: still not acceptable, `code` says why; gone: not open any more. */
  readonly outcome: 'done' | 'parked' | 'refused' | 'gone'
  readonly code?: string
}

export interface OperationsParts extends WorkParts {
  readonly work: RoundWork
  readonly retries: Retries
  readonly offsets: NextOffsets
  readonly driver: KafkaDriver
  /** Has a consumer that waits for a decision look at its offsets again. */
  readonly lookAgain: () => void
}

const LIMIT_DEFAULT = 50
const LIMIT_MAX = 200
const BULK_MAX = 1_000

/** What operators do with what could not be handled. Everything is recorded with who and why. */
export class Operations {
  constructor(private readonly parts: OperationsParts | undefined) {}

  async parkedKeys(filter: { readonly topic?: string; readonly key?: string; readonly code?: string } & Paged = {}): Promise<readonly ParkedKey[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<ParkedKeyRow>({
      text: `SELECT k.topic, k.key, k.status, k.code, k.error, k.attempts, k.parked_at, k.next_attempt_at, h.id, h.event_id, h.type, h.subject, h.sequence, h.correlation_id,
          (SELECT count(*) FROM messaging.parked_message m WHERE m.consumer_group = k.consumer_group AND m.topic = k.topic AND m.key = k.key AND m.status = 'waiting') AS messages
        FROM messaging.parked_key k CROSS JOIN LATERAL (
          SELECT * FROM messaging.parked_message m WHERE m.consumer_group = k.consumer_group AND m.topic = k.topic AND m.key = k.key AND m.status = 'waiting' ORDER BY m.id LIMIT 1) h
        WHERE k.consumer_group = $1 AND ($2::text IS NULL OR k.topic = $2) AND ($3::text IS NULL OR k.key = $3) AND ($4::text IS NULL OR k.code = $4)
          AND ($5::text IS NULL OR k.topic || '/' || k.key > $5)
        ORDER BY k.topic || '/' || k.key LIMIT $6`,
      values: [group, filter.topic ?? null, filter.key ?? null, filter.code ?? null, filter.after ?? null, limitOf(filter)],
    })
    return rows.map(toParkedKey)
  }

  async parkedMessages(topic: string, key: string): Promise<readonly StoredMessage[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({
      text: `SELECT m.id, m.topic, m.partition, m."offset", convert_to(m.key, 'UTF8') AS key, m.event_id, m.type, m.headers, m.payload, m.status,
          CASE WHEN row_number() OVER (ORDER BY m.id) = 1 THEN k.code ELSE 'queued' END AS code, CASE WHEN row_number() OVER (ORDER BY m.id) = 1 THEN k.error END AS detail, m.parked_at AS at,
          NULL AS decided_by, NULL AS decided_why
        FROM messaging.parked_message m JOIN messaging.parked_key k USING (consumer_group, topic, key)
        WHERE m.consumer_group = $1 AND m.topic = $2 AND m.key = $3 AND m.status = 'waiting' ORDER BY m.id LIMIT ${LIMIT_MAX}`,
      values: [group, topic, key],
    })
    return rows.map(toStored)
  }

  /** Tries now. By key, or all whose first message failed with this code. Returns how many keys. */
  async retryParked(which: { readonly topic: string; readonly key: string } | { readonly code: string }, by: Operator): Promise<number> {
    const { pool, group } = this.consumer()
    const [topic, key, code] = 'code' in which ? [null, null, which.code] : [which.topic, which.key, null]
    const woken = await inTransaction(pool, async (client) => {
      const { rowCount } = await client.query({
        text: `UPDATE messaging.parked_key SET status = 'waiting', attempts = 0, next_attempt_at = clock_timestamp()
          WHERE consumer_group = $1 AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR key = $3) AND ($4::text IS NULL OR code = $4)`,
        values: [group, topic, key, code],
      })
      await record(client, by, 'retry parked', { group, ...which, keys: rowCount ?? 0 })
      return rowCount ?? 0
    })
    this.parts?.retries.kick()
    return woken
  }

  /** Replaces the payload of a parked message, then tries now. False: it is not parked any more. Throws: MessageRefused. */
  async editParked(id: string, payload: JsonObject, by: Operator): Promise<boolean> {
    const { pool, group, eventOfType } = this.consumer()
    const edited = await inTransaction(pool, async (client) => {
      const parked = await parkedRow(client, group, id)
      if (!parked) return false
      const event: EventDefinition | undefined = eventOfType(parked.type)
      const bytes = event ? encodePayload(event, payload) : Buffer.from(JSON.stringify(payload))
      await client.query({ text: `UPDATE messaging.parked_message SET payload = $2, edited = true WHERE id = $1`, values: [id, bytes] })
      await client.query({
        text: `UPDATE messaging.parked_key SET status = 'waiting', next_attempt_at = clock_timestamp() WHERE consumer_group = $1 AND topic = $2 AND key = $3`,
        values: [group, parked.topic, parked.key],
      })
      await record(client, by, 'edit parked', { group, id, eventId: parked.event_id })
      return true
    })
    this.parts?.retries.kick()
    return edited
  }

  /** Gives a parked message up; those behind it go on. False: it is not parked any more. */
  async skipParked(id: string, by: Operator): Promise<boolean> {
    const { pool, group } = this.consumer()
    const skipped = await inTransaction(pool, async (client) => {
      const parked = await parkedRow(client, group, id)
      if (!parked) return false
      await client.query({ text: `UPDATE messaging.parked_message SET status = 'skipped' WHERE id = $1`, values: [id] })
      if (parked.sequence !== null)
        await client.query({
          text: `INSERT INTO messaging.consumed_sequence AS c (consumer_group, topic, subject, sequence) VALUES ($1, $2, $3, $4)
            ON CONFLICT (consumer_group, topic, subject) DO UPDATE SET sequence = greatest(c.sequence, excluded.sequence)`,
          values: [group, parked.topic, parked.subject, parked.sequence],
        })
      await closeKeyIfEmpty(client, group, parked.topic, parked.key)
      await record(client, by, 'skip parked', { group, id, eventId: parked.event_id })
      return true
    })
    this.parts?.retries.kick()
    return skipped
  }

  async quarantined(filter: { readonly status?: 'open' | 'done' | 'discarded'; readonly code?: string; readonly topic?: string } & Paged = {}): Promise<readonly StoredMessage[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({
      text: `${STORED} WHERE q.consumer_group = $1 AND ($2::text IS NULL OR q.status = $2) AND ($3::text IS NULL OR q.code = $3) AND ($4::text IS NULL OR q.topic = $4) AND q.id > $5 ORDER BY q.id LIMIT $6`,
      values: [group, filter.status ?? null, filter.code ?? null, filter.topic ?? null, filter.after ?? 0, limitOf(filter)],
    })
    return rows.map(toStored)
  }

  async quarantinedMessage(id: string): Promise<StoredMessage | undefined> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({ text: `${STORED} WHERE q.consumer_group = $1 AND q.id = $2`, values: [group, id] })
    return rows.map(toStored)[0]
  }

  /** Decodes and handles again, as it is. One outcome a message. Throws what is transient. */
  async retryQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<readonly Redriven[]> {
    const ids = await this.openIds(which)
    const outcomes: Redriven[] = []
    for (const id of ids) outcomes.push(await this.redrive(id, by, 'retry quarantined'))
    return outcomes
  }

  /** Replaces key, headers or payload, then handles. */
  async editQuarantined(id: string, change: { readonly key?: string; readonly headers?: Headers; readonly payload?: string }, by: Operator): Promise<Redriven> {
    const { pool, group } = this.consumer()
    await pool.query({
      text: `UPDATE messaging.quarantine SET key = coalesce($3, key), headers = headers || coalesce($4::jsonb, '{}'), payload = coalesce($5, payload),
          event_id = CASE WHEN $6::uuid IS NULL THEN event_id ELSE $6 END
        WHERE consumer_group = $1 AND id = $2 AND status = 'open'`,
      values: [group, id, bytesOf(change.key), change.headers === undefined ? null : JSON.stringify(change.headers), bytesOf(change.payload), idIn(change.headers)],
    })
    return this.redrive(id, by, 'edit quarantined')
  }

  /** Gives quarantined records up. Returns how many. */
  async discardQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<number> {
    const { pool, group } = this.consumer()
    const ids = await this.openIds(which)
    return inTransaction(pool, async (client) => {
      const { rowCount } = await client.query({ text: `UPDATE messaging.quarantine SET status = 'discarded' WHERE consumer_group = $1 AND id = ANY($2::bigint[]) AND status = 'open'`, values: [group, ids] })
      for (const id of ids) await record(client, by, 'discard quarantined', { group, quarantine: id })
      return rowCount ?? 0
    })
  }

  /** Records of this partition are gone from the broker before we read them: go on behind the hole. */
  async acceptLoss(topic: string, partition: number, by: Operator): Promise<void> {
    const { driver, group, offsets, pool } = this.consumer()
    const found = (await driver.offsets(group, [topic])).find((one) => one.partition === partition)
    if (!found) throw new Error(`no partition ${partition} of ${topic}`)
    await inTransaction(pool, async (client) => {
      await offsets.reset({ topic, partition, offset: found.low }, client)
      await record(client, by, 'accept loss', { group, topic, partition, low: found.low.toString() })
    })
    // The group itself is moved by the consumer when it looks again: nobody else may touch a group that could have members.
    this.parts?.lookAgain()
  }

  private async redrive(id: string, by: Operator, action: string): Promise<Redriven> {
    const { pool, group, topics, eventOfType, handlers, work } = this.consumer()
    const { rows } = await pool.query<QuarantineRow>({
      text: `SELECT topic, partition, "offset", key, payload, headers FROM messaging.quarantine WHERE consumer_group = $1 AND id = $2 AND status = 'open'`,
      values: [group, id],
    })
    const row = rows[0]
    const topic = topics.get(row?.topic ?? '')
    if (!row || !topic) return { id, outcome: 'gone' }
    const raw: RawRecord = { topic: row.topic, partition: row.partition, offset: BigInt(row.offset), key: row.key, value: row.payload, headers: row.headers, timestamp: String(Date.now()) }
    const decoded = decode(raw, { group, topic, eventOfType, handles: (type) => handlers.has(type) })
    if (decoded.kind === 'refused') return this.refuse(id, decoded.code, decoded.detail, by, action)
    let parked = false
    if (decoded.kind === 'fact') {
      const delivery: Delivery = { record: raw, cause: decoded.cause, event: decoded.event, payload: decoded.payload, redriven: true, admission: undefined }
      try {
        await work.handle(decoded.cause.type, [delivery])
      } catch (error) {
        if (isTransient(error)) throw error
        return this.refuse(id, codeOf(error), error instanceof Error ? error.message : String(error), by, action)
      }
      if (delivery.admission === 'refused') return this.refuse(id, 'event-id-conflict', 'this event id was handled with other content', by, action)
      parked = delivery.admission === 'parked'
    }
    await inTransaction(pool, async (client) => {
      await client.query({ text: `UPDATE messaging.quarantine SET status = 'done' WHERE id = $1`, values: [id] })
      await record(client, by, action, { group, quarantine: id, outcome: parked ? 'parked' : 'done' })
    })
    return { id, outcome: parked ? 'parked' : 'done' }
  }

  private async refuse(id: string, code: string, detail: string, by: Operator, action: string): Promise<Redriven> {
    await inTransaction(this.consumer().pool, async (client) => {
      await client.query({ text: 'UPDATE messaging.quarantine SET code = $2, detail = left($3, 500) WHERE id = $1', values: [id, code, detail.replaceAll('\u0000', '').toWellFormed()] })
      await record(client, by, action, { quarantine: id, outcome: 'refused', code })
    })
    return { id, outcome: 'refused', code }
  }

  private async openIds(which: { readonly ids: readonly string[] } | { readonly code: string }): Promise<readonly string[]> {
    if ('ids' in which) return which.ids
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<{ id: string }>({
      text: `SELECT id FROM messaging.quarantine WHERE consumer_group = $1 AND code = $2 AND status = 'open' ORDER BY id LIMIT ${BULK_MAX}`,
      values: [group, which.code],
    })
    return rows.map(({ id }) => id)
  }

  private consumer(): OperationsParts {
    if (!this.parts) throw new Error('this service consumes nothing')
    return this.parts
  }
}

const STORED = `
  SELECT q.id, q.topic, q.partition, q."offset", q.key, q.event_id, q.type, q.headers, q.payload, q.status, q.code, q.detail, q.quarantined_at AS at, a.who AS decided_by, a.why AS decided_why
  FROM messaging.quarantine q LEFT JOIN LATERAL (
    SELECT who, why FROM messaging.operator_action WHERE target @> jsonb_build_object('quarantine', q.id::text) ORDER BY id DESC LIMIT 1) a ON q.status <> 'open'`

interface ParkedKeyRow {
  readonly topic: string
  readonly key: string
  readonly status: 'waiting' | 'stopped'
  readonly code: string
  readonly error: string
  readonly attempts: number
  readonly parked_at: Date
  readonly next_attempt_at: Date | null
  readonly id: string
  readonly event_id: string
  readonly type: string
  readonly subject: string
  readonly sequence: string | null
  readonly correlation_id: string | null
  readonly messages: string
}

interface StoredRow {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  readonly event_id: string | null
  readonly type: string | null
  readonly headers: Headers
  readonly payload: Buffer | null
  readonly status: string
  readonly code: string
  readonly detail: string | null
  readonly at: Date
  readonly decided_by: string | null
  readonly decided_why: string | null
}

type QuarantineRow = Pick<StoredRow, 'topic' | 'partition' | 'offset' | 'key' | 'payload' | 'headers'>

interface ParkedRow {
  readonly topic: string
  readonly key: string
  readonly type: string
  readonly subject: string
  readonly sequence: string | null
  readonly event_id: string
}

/** The parked message, its key locked against a retry that is under way. */
async function parkedRow(client: SqlClient, group: string, id: string): Promise<ParkedRow | undefined> {
  await client.query({
    text: `SELECT FROM messaging.parked_key k WHERE consumer_group = $1 AND (topic, key) = (SELECT topic, key FROM messaging.parked_message WHERE id = $2) FOR UPDATE`,
    values: [group, id],
  })
  const { rows } = await client.query<ParkedRow>({
    text: `SELECT topic, key, type, subject, sequence, event_id FROM messaging.parked_message WHERE id = $1 AND consumer_group = $2 AND status = 'waiting'`,
    values: [id, group],
  })
  return rows[0]
}

async function record(client: SqlClient, { who, why }: Operator, action: string, target: Readonly<Record<string, unknown>>): Promise<void> {
  await client.query({ text: 'INSERT INTO messaging.operator_action (who, why, action, target) VALUES ($1, $2, $3, $4)', values: [who, why, action, JSON.stringify(target)] })
}

const toParkedKey = (row: ParkedKeyRow): ParkedKey => ({
  topic: row.topic,
  key: row.key,
  status: row.status,
  code: row.code,
  error: row.error,
  attempts: row.attempts,
  parkedAt: row.parked_at,
  nextAttemptAt: row.next_attempt_at,
  messages: Number(row.messages),
  head: { id: row.id, eventId: row.event_id, type: row.type, subject: row.subject, sequence: row.sequence === null ? null : Number(row.sequence), correlationId: row.correlation_id },
})

function toStored(row: StoredRow): StoredMessage {
  const isText = row.payload === null || isUtf8(row.payload)
  return {
    id: row.id,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    key: row.key === null ? null : row.key.toString('utf8'),
    eventId: row.event_id,
    type: row.type,
    headers: row.headers,
    payload: row.payload === null ? null : row.payload.toString(isText ? 'utf8' : 'base64'),
    payloadEncoding: isText ? 'utf8' : 'base64',
    status: row.status,
    code: row.code,
    detail: row.detail,
    at: row.at,
    decidedBy: row.decided_by,
    decidedWhy: row.decided_why,
  }
}

const bytesOf = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text))
const limitOf = ({ limit = LIMIT_DEFAULT }: Paged): number => Math.max(1, Math.min(limit, LIMIT_MAX))
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const idIn = (headers: Headers | undefined): string | null => (UUID.test(headers?.['ce_id'] ?? '') ? (headers?.['ce_id'] ?? null) : null)
