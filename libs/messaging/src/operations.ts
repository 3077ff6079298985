import type { EventDefinition } from '@waybill/contracts'
import type { JsonObject } from '@waybill/kernel'
import type { Delivery } from './delivery.js'
import { decode, encodePayload, type Headers, type RawRecord } from './envelope.js'
import { codeOf, isTransient, messageOf } from './failure.js'
import { historyOf, noteHeld, type HeldAct, type HeldContent, type HistoryLine } from './held-history.js'
import { toHeld, toParkedKey, toStored, type HeldMessage, type Paged, type ParkedCause, type ParkedKey, type ParkedKeyRow, type QuarantineCause, type StoredMessage, type StoredRow } from './held-messages.js'
import type { KafkaDriver } from './kafka-driver.js'
import { partitionId, type NextOffsets } from './offsets.js'
import { closeKeyIfEmpty, storable } from './parking.js'
import { inTransaction, type SqlClient } from './platform.js'
import type { Retries } from './retries.js'
import type { RoundWork, WorkParts } from './round-work.js'
import { openCopy, sealCopy, tellable, type Copy, type StoredCopy } from './sealed-copies.js'

/** Who acts on parked and quarantined messages, and why. Both are recorded. */
export interface Operator {
  /** role:id */
  readonly who: string
  readonly why: string
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
        FROM messaging.parked_key k CROSS JOIN LATERAL (${HEAD}) h
        WHERE k.consumer_group = $1 AND ($2::text IS NULL OR k.topic = $2) AND ($3::text IS NULL OR k.key = $3) AND ($4::text IS NULL OR k.code = $4)
          AND ($5::text IS NULL OR k.topic || '/' || k.key > $5)
        ORDER BY k.topic || '/' || k.key LIMIT $6`,
      values: [group, filter.topic ?? null, filter.key ?? null, filter.code ?? null, filter.after ?? null, limitOf(filter)],
    })
    return rows.map(toParkedKey)
  }

  /** Why keys wait, the most keys first. Limit: 200. */
  async parkedCauses(): Promise<readonly ParkedCause[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<ParkedCause>({
      text: `SELECT k.code, k.topic, h.type, count(*)::int AS keys, coalesce(sum(n.messages), 0)::int AS messages, (count(*) FILTER (WHERE k.status = 'stopped'))::int AS stopped, min(k.parked_at) AS "oldestAt"
        FROM messaging.parked_key k CROSS JOIN LATERAL (${HEAD}) h
          LEFT JOIN (SELECT topic, key, count(*) AS messages FROM messaging.parked_message WHERE consumer_group = $1 AND status = 'waiting' GROUP BY topic, key) n ON n.topic = k.topic AND n.key = k.key
        WHERE k.consumer_group = $1 GROUP BY k.code, k.topic, h.type ORDER BY keys DESC, k.code, k.topic, h.type LIMIT ${LIMIT_MAX}`,
      values: [group],
    })
    return rows
  }

  /** The messages of one parked key, in their order; `after` is the id of the last one seen. */
  async parkedMessages(topic: string, key: string, page: Paged = {}): Promise<readonly StoredMessage[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({
      text: `${PARKED} WHERE m.consumer_group = $1 AND m.topic = $2 AND m.key = $3 AND m.status = 'waiting' AND m.id > $4 ORDER BY m.id LIMIT $5`,
      values: [group, topic, key, page.after ?? 0, limitOf(page)],
    })
    return rows.map(toStored)
  }

  /** One parked or skipped message, opened, with its history. That somebody read a sealed one is recorded. */
  async parkedMessage(id: string, who: string): Promise<HeldMessage | undefined> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({ text: `${PARKED} WHERE m.consumer_group = $1 AND m.id = $2`, values: [group, id] })
    return this.opened(rows[0], { parked: id }, who)
  }

  /** All that happened to the messages of a key, those that are handled by now included, the oldest first. */
  async parkedHistory(topic: string, key: string): Promise<readonly HistoryLine[]> {
    const { pool, group } = this.consumer()
    return historyOf(pool, group, { topic, key })
  }

  /** Tries now. By key, or all whose first message failed with this code (and lies on this topic). Returns how many keys. */
  async retryParked(which: { readonly topic: string; readonly key: string } | { readonly code: string; readonly topic?: string }, by: Operator): Promise<number> {
    const { pool, group } = this.consumer()
    const [topic, key, code] = 'code' in which ? [which.topic ?? null, null, which.code] : [which.topic, which.key, null]
    const woken = await inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ keys: number }>({
        text: `WITH found AS (
            SELECT topic, key FROM messaging.parked_key
            WHERE consumer_group = $1 AND ($2::text IS NULL OR topic = $2) AND ($3::text IS NULL OR key = $3) AND ($4::text IS NULL OR code = $4) ORDER BY topic, key FOR UPDATE
          ), woken AS (
            UPDATE messaging.parked_key k SET status = 'waiting', attempts = 0, next_attempt_at = clock_timestamp() FROM found f
            WHERE k.consumer_group = $1 AND k.topic = f.topic AND k.key = f.key RETURNING k.*
          ), noted AS (
            INSERT INTO messaging.held_history (consumer_group, topic, key, event_id, parked_id, act, who, why)
            SELECT k.consumer_group, k.topic, k.key, h.event_id, h.id, 'retry', $5, $6 FROM woken k CROSS JOIN LATERAL (${HEAD}) h
          )
          SELECT count(*)::int AS keys FROM woken`,
        values: [group, topic, key, code, by.who, by.why],
      })
      const keys = rows[0]?.keys ?? 0
      await record(client, by, 'retry parked', { group, ...which, keys })
      return keys
    })
    this.parts?.retries.kick()
    return woken
  }

  /** Replaces the payload of a parked message, then tries now. False: it is not parked any more. Throws: MessageRefused. */
  async editParked(id: string, payload: JsonObject, by: Operator): Promise<boolean> {
    const { pool, group, eventOfType } = this.consumer()
    const edited = await inTransaction(pool, async (client) => {
      const parked = await parkedRow(client, group, id)
      const copy = parked && openCopy(parked)
      if (!parked || !copy) return false
      const event: EventDefinition | undefined = eventOfType(parked.type)
      const bytes = event ? encodePayload(event, payload) : Buffer.from(JSON.stringify(payload))
      await client.query({
        text: `UPDATE messaging.parked_message SET payload = $2, revision = revision + 1 WHERE id = $1`,
        values: [id, sealedAs(parked, { ...copy, payload: bytes, detail: '' }) ?? bytes],
      })
      await client.query({
        text: `UPDATE messaging.parked_key SET status = 'waiting', next_attempt_at = clock_timestamp() WHERE consumer_group = $1 AND topic = $2 AND key = $3`,
        values: [group, parked.topic, parked.parked_key],
      })
      await this.note(client, parked, { act: 'edit', by, content: { before: copy.payload?.toString('utf8') ?? null, after: bytes.toString('utf8') } })
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
      if (parked.is_head) await closeKeyIfEmpty(client, group, parked.topic, parked.parked_key)
      await this.note(client, parked, { act: 'skip', by })
      await record(client, by, 'skip parked', { group, id, eventId: parked.event_id })
      return true
    })
    this.parts?.retries.kick()
    return skipped
  }

  async quarantined(filter: { readonly status?: 'open' | 'done' | 'discarded'; readonly code?: string; readonly topic?: string } & Paged = {}): Promise<readonly StoredMessage[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({
      text: `${QUARANTINED} WHERE q.consumer_group = $1 AND ($2::text IS NULL OR q.status = $2) AND ($3::text IS NULL OR q.code = $3) AND ($4::text IS NULL OR q.topic = $4) AND q.id > $5 ORDER BY q.id LIMIT $6`,
      values: [group, filter.status ?? null, filter.code ?? null, filter.topic ?? null, filter.after ?? 0, limitOf(filter)],
    })
    return rows.map(toStored)
  }

  /** Why records lie open in quarantine, the most first. Limit: 200. */
  async quarantineCauses(): Promise<readonly QuarantineCause[]> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<QuarantineCause>({
      text: `SELECT code, topic, count(*)::int AS records, min(quarantined_at) AS "oldestAt" FROM messaging.quarantine
        WHERE consumer_group = $1 AND status = 'open' GROUP BY code, topic ORDER BY records DESC, code, topic LIMIT ${LIMIT_MAX}`,
      values: [group],
    })
    return rows
  }

  /** One quarantined record, opened, with its history. That somebody read a sealed one is recorded. */
  async quarantinedMessage(id: string, who: string): Promise<HeldMessage | undefined> {
    const { pool, group } = this.consumer()
    const { rows } = await pool.query<StoredRow>({ text: `${QUARANTINED} WHERE q.consumer_group = $1 AND q.id = $2`, values: [group, id] })
    return this.opened(rows[0], { quarantine: id }, who)
  }

  /** Decodes and handles again, as it is. One outcome a message. Throws what is transient. */
  async retryQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<readonly Redriven[]> {
    const ids = await this.openIds(which)
    const outcomes: Redriven[] = []
    for (const id of ids) outcomes.push(await this.redrive(id, by, 'retry'))
    return outcomes
  }

  /** Replaces key, headers or payload, then handles. */
  async editQuarantined(id: string, change: { readonly key?: string; readonly headers?: Headers; readonly payload?: string }, by: Operator): Promise<Redriven> {
    const edited = await inTransaction(this.consumer().pool, async (client) => {
      const row = await this.openRow(client, id)
      const before = row && openCopy(row)
      if (!row || !before) return false
      const after: Copy = {
        key: bytesOf(change.key) ?? before.key,
        headers: { ...before.headers, ...change.headers },
        payload: bytesOf(change.payload) ?? before.payload,
        detail: before.detail ?? '',
      }
      const sealed = sealedAs(row, after)
      await client.query({
        text: `UPDATE messaging.quarantine SET key = $2, headers = $3, payload = $4, event_id = coalesce($5::uuid, event_id) WHERE id = $1`,
        values: [id, sealed ? null : after.key, JSON.stringify(sealed ? {} : after.headers), sealed ?? after.payload, idIn(change.headers)],
      })
      await this.note(client, row, { act: 'edit', by, content: { before: textOf(before), after: textOf(after) } })
      return true
    })
    return edited ? this.redrive(id, by, 'edit') : { id, outcome: 'gone' }
  }

  /** Gives quarantined records up. Returns how many. */
  async discardQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<number> {
    const { pool, group } = this.consumer()
    const ids = await this.openIds(which)
    return inTransaction(pool, async (client) => {
      const { rows } = await client.query<{ id: string; topic: string; event_id: string | null }>({
        text: `UPDATE messaging.quarantine SET status = 'discarded' WHERE consumer_group = $1 AND id = ANY($2::bigint[]) AND status = 'open' RETURNING id, topic, event_id`,
        values: [group, ids],
      })
      await noteHeld(client, group, rows.map(({ id, topic, event_id }) => ({ topic, key: null, eventId: event_id, of: { quarantine: id }, act: 'discard' as const, by })))
      if (rows.length > 0) await record(client, by, 'discard quarantined', { group, quarantine: rows.map(({ id }) => id) })
      return rows.length
    })
  }

  /**
   * Records of this partition are gone from the broker before we read them: go on behind the hole.
   * False, and nothing is changed: none of what we read is lost there. A group set back for nothing would read everything again.
   */
  async acceptLoss(topic: string, partition: number, by: Operator): Promise<boolean> {
    const { driver, group, offsets, pool, topics } = this.consumer()
    if (!topics.has(topic)) return false
    const found = (await driver.offsets(group, [topic])).find((one) => one.partition === partition)
    if (!found) return false
    const next = (await offsets.load()).get(partitionId(topic, partition)) ?? found.committed
    if (next === null || next >= found.low) return false
    await inTransaction(pool, async (client) => {
      await offsets.reset({ topic, partition, offset: found.low }, client)
      await record(client, by, 'accept loss', { group, topic, partition, low: found.low.toString() })
    })
    // The group itself is moved by the consumer when it looks again: nobody else may touch a group that could have members.
    this.parts?.lookAgain()
    return true
  }

  private async redrive(id: string, by: Operator, act: 'retry' | 'edit'): Promise<Redriven> {
    const { pool, group, topics, eventOfType, handlers, work } = this.consumer()
    const row = await this.openRow(pool, id)
    const copy = row && openCopy(row)
    const topic = topics.get(row?.topic ?? '')
    if (!row || !copy || !topic) return { id, outcome: 'gone' }
    const raw: RawRecord = { topic: row.topic, partition: row.partition, offset: BigInt(row.offset), key: copy.key, value: copy.payload, headers: copy.headers, timestamp: String(Date.now()) }
    const decoded = decode(raw, { group, topic, eventOfType, handles: (type) => handlers.has(type) })
    if (decoded.kind === 'refused') return this.refuse(row, decoded.code, decoded.detail, by, act)
    let parked = false
    if (decoded.kind === 'fact') {
      const delivery: Delivery = { record: raw, cause: decoded.cause, event: decoded.event, payload: decoded.payload, redriven: true, admission: undefined }
      try {
        await work.handle(decoded.cause.type, [delivery])
      } catch (error) {
        if (isTransient(error)) throw error
        return this.refuse(row, codeOf(error), messageOf(error), by, act)
      }
      if (delivery.admission === 'refused') return this.refuse(row, 'event-id-conflict', 'this event id was handled with other content', by, act)
      parked = delivery.admission === 'parked'
    }
    const outcome = parked ? 'parked' : 'done'
    await inTransaction(pool, async (client) => {
      await client.query({ text: `UPDATE messaging.quarantine SET status = 'done' WHERE id = $1`, values: [id] })
      if (act === 'retry') await this.note(client, row, { act, by })
      await this.note(client, row, { act: parked ? 'parked' : 'handled' })
      await record(client, by, `${act} quarantined`, { group, quarantine: id, outcome })
    })
    return { id, outcome }
  }

  private async refuse(row: QuarantineRow, code: string, detail: string, by: Operator, act: 'retry' | 'edit'): Promise<Redriven> {
    const home = this.consumer()
    const { id, topic } = row
    await inTransaction(home.pool, async (client) => {
      await client.query({ text: 'UPDATE messaging.quarantine SET code = $2, detail = left($3, 500) WHERE id = $1', values: [id, code, storable(tellable(home, topic, detail))] })
      if (act === 'retry') await this.note(client, row, { act, by })
      await this.note(client, row, { act: 'failed', code, content: { error: storable(detail) } })
      await record(client, by, `${act} quarantined`, { quarantine: id, outcome: 'refused', code })
    })
    return { id, outcome: 'refused', code }
  }

  private async openRow(client: SqlClient, id: string): Promise<QuarantineRow | undefined> {
    const { rows } = await client.query<QuarantineRow>({
      text: `SELECT q.id, q.topic, q.partition, q."offset", q.event_id, q.key, q.payload, q.headers, q.scope, k.key AS sealing_key
        FROM messaging.quarantine q LEFT JOIN messaging.sealing_key k ON k.topic = q.topic AND k.scope = q.scope
        WHERE q.consumer_group = $1 AND q.id = $2 AND q.status = 'open' FOR UPDATE OF q`,
      values: [this.consumer().group, id],
    })
    return rows[0]
  }

  private async opened(row: StoredRow | undefined, of: { readonly parked: string } | { readonly quarantine: string }, who: string): Promise<HeldMessage | undefined> {
    const { pool, group } = this.consumer()
    if (!row) return undefined
    if (row.sealing_key !== null) await noteHeld(pool, group, [{ topic: row.topic, key: row.parked_key, eventId: row.event_id, of, act: 'read', by: { who, why: 'looked at it' } }])
    return toHeld(row, await historyOf(pool, group, of))
  }

  private async note(client: SqlClient, row: ParkedRow | QuarantineRow, line: { readonly act: HeldAct; readonly by?: Operator; readonly code?: string; readonly content?: HeldContent }): Promise<void> {
    const isParked = 'parked_key' in row
    const sealed = row.scope === null || row.sealing_key === null ? undefined : { scope: row.scope, key: row.sealing_key }
    await noteHeld(client, this.consumer().group, [
      { topic: row.topic, key: isParked ? row.parked_key : null, eventId: row.event_id, of: isParked ? { parked: row.id } : { quarantine: row.id }, sealed, ...line },
    ])
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

/** The first message of parked key `k`. */
const HEAD = `SELECT * FROM messaging.parked_message m
  WHERE m.consumer_group = k.consumer_group AND m.topic = k.topic AND m.key = k.key AND m.status = 'waiting' ORDER BY m.id LIMIT 1`

const PARKED = `
  SELECT m.id, m.topic, m.partition, m."offset", m.key AS parked_key, NULL::bytea AS key, m.event_id, m.type, m.headers, m.payload, m.scope, s.key AS sealing_key, m.status, m.parked_at AS at,
    CASE WHEN m.status = 'skipped' THEN 'skipped' WHEN h.id = m.id THEN k.code ELSE 'queued' END AS code, CASE WHEN h.id = m.id THEN k.error END AS detail, NULL AS decided_by, NULL AS decided_why
  FROM messaging.parked_message m LEFT JOIN messaging.parked_key k USING (consumer_group, topic, key) LEFT JOIN LATERAL (
      SELECT m2.id FROM messaging.parked_message m2 WHERE m2.consumer_group = k.consumer_group AND m2.topic = k.topic AND m2.key = k.key AND m2.status = 'waiting' ORDER BY m2.id LIMIT 1) h ON true
    LEFT JOIN messaging.sealing_key s ON s.topic = m.topic AND s.scope = m.scope`

const QUARANTINED = `
  SELECT q.id, q.topic, q.partition, q."offset", NULL AS parked_key, q.key, q.event_id, q.type, q.headers, q.payload, q.scope, s.key AS sealing_key, q.status, q.code, q.detail, q.quarantined_at AS at,
    a.who AS decided_by, a.why AS decided_why
  FROM messaging.quarantine q LEFT JOIN messaging.sealing_key s ON s.topic = q.topic AND s.scope = q.scope LEFT JOIN LATERAL (
    SELECT who, why FROM messaging.held_history h WHERE h.quarantine_id = q.id AND h.who IS NOT NULL AND h.act <> 'read' ORDER BY h.id DESC LIMIT 1) a ON q.status <> 'open'`

interface QuarantineRow extends StoredCopy {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly event_id: string | null
}

interface ParkedRow extends StoredCopy {
  readonly id: string
  readonly topic: string
  readonly parked_key: string
  readonly type: string
  readonly subject: string
  readonly sequence: string | null
  readonly event_id: string
  readonly is_head: boolean
}

/** The parked message, its key locked against a retry that is under way. */
async function parkedRow(client: SqlClient, group: string, id: string): Promise<ParkedRow | undefined> {
  await client.query({
    text: `SELECT FROM messaging.parked_key k WHERE consumer_group = $1 AND (topic, key) = (SELECT topic, key FROM messaging.parked_message WHERE id = $2) FOR UPDATE`,
    values: [group, id],
  })
  const { rows } = await client.query<ParkedRow>({
    text: `SELECT m.id, m.topic, m.key AS parked_key, m.type, m.subject, m.sequence, m.event_id, NULL::bytea AS key, m.headers, m.payload, m.scope, s.key AS sealing_key,
        NOT EXISTS (SELECT FROM messaging.parked_message e WHERE e.consumer_group = m.consumer_group AND e.topic = m.topic AND e.key = m.key AND e.status = 'waiting' AND e.id < m.id) AS is_head
      FROM messaging.parked_message m LEFT JOIN messaging.sealing_key s ON s.topic = m.topic AND s.scope = m.scope
      WHERE m.id = $1 AND m.consumer_group = $2 AND m.status = 'waiting'`,
    values: [id, group],
  })
  return rows[0]
}

/** The copy under the same key as before; undefined where it is kept as it is. */
const sealedAs = ({ scope, sealing_key }: StoredCopy, copy: Copy): Buffer | undefined => (scope === null || sealing_key === null ? undefined : sealCopy(sealing_key, copy))

/** A record for people to compare: what it was, what it became. */
const textOf = ({ key, headers, payload }: Pick<Copy, 'key' | 'headers' | 'payload'>): string =>
  JSON.stringify({ key: key?.toString('utf8') ?? null, headers, payload: payload?.toString('utf8') ?? null })

/** Writes down who did what, and why. */
export async function record(client: SqlClient, { who, why }: Operator, action: string, target: Readonly<Record<string, unknown>>): Promise<void> {
  await client.query({ text: 'INSERT INTO messaging.operator_action (who, why, action, target) VALUES ($1, $2, $3, $4)', values: [who, why, action, JSON.stringify(target)] })
}

const bytesOf = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text))
const limitOf = ({ limit = LIMIT_DEFAULT }: Paged): number => Math.max(1, Math.min(limit, LIMIT_MAX))
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const idIn = (headers: Headers | undefined): string | null => (UUID.test(headers?.['ce_id'] ?? '') ? (headers?.['ce_id'] ?? null) : null)
