import type { Delivery } from './delivery.js'
import { headersAsText } from './envelope.js'
import type { SqlClient } from './platform.js'

/** A message that has to wait, and why: its own fault, or only because its key waits already ('queued'). */
export interface NewlyParked {
  readonly delivery: Delivery
  readonly code: string
  readonly error: string
}

/** When a parked key is tried again after so many attempts; after the last, only a person goes on. */
export const retrySchedule: readonly string[] = ['10 seconds', '1 minute', '5 minutes', '30 minutes', '2 hours', '12 hours']

const ERROR_LENGTH_MAX = 2_000

/** Parks messages in the caller's transaction, in this order. A key that waits already keeps its state; the messages queue behind. */
export async function parkMessages(client: SqlClient, group: string, parked: readonly NewlyParked[]): Promise<void> {
  const keys = new Map<string, NewlyParked>()
  for (const entry of parked) {
    const id = `${entry.delivery.cause.topic}\u0000${entry.delivery.cause.key}`
    if (!keys.has(id)) keys.set(id, entry)
  }
  const sorted = [...keys.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
  await client.query({
    name: 'messaging.park.keys',
    text: `INSERT INTO messaging.parked_key (consumer_group, topic, key, status, code, error, next_attempt_at)
      SELECT $1, topic, key, 'waiting', code, error, clock_timestamp() + $6::interval
      FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS t (topic, key, code, error)
      ON CONFLICT (consumer_group, topic, key) DO NOTHING`,
    values: [
      group,
      sorted.map(({ delivery }) => delivery.cause.topic),
      sorted.map(({ delivery }) => delivery.cause.key),
      sorted.map(({ code }) => code),
      sorted.map(({ error }) => storable(error)),
      retrySchedule[0],
    ],
  })
  const causes = parked.map(({ delivery }) => delivery.cause)
  await client.query({
    name: 'messaging.park.messages',
    text: `INSERT INTO messaging.parked_message (consumer_group, topic, key, partition, "offset", event_id, type, subject, sequence, correlation_id, headers, payload, payload_hash)
      SELECT $1, t.topic, t.key, t.partition, t."offset", t.event_id, t.type, t.subject, t.sequence, t.correlation_id, t.headers, t.payload, decode(t.hash, 'hex')
      FROM unnest($2::text[], $3::text[], $4::integer[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::jsonb[], $12::bytea[], $13::text[])
        WITH ORDINALITY AS t (topic, key, partition, "offset", event_id, type, subject, sequence, correlation_id, headers, payload, hash, place)
      ORDER BY place
      ON CONFLICT (consumer_group, event_id) DO NOTHING`,
    values: [
      group,
      causes.map(({ topic }) => topic),
      causes.map(({ key }) => key),
      causes.map(({ partition }) => partition),
      causes.map(({ offset }) => offset.toString()),
      causes.map(({ eventId }) => eventId),
      causes.map(({ type }) => type),
      causes.map(({ subject }) => subject),
      causes.map(({ sequence }) => sequence),
      causes.map(({ correlationId }) => correlationId),
      parked.map(({ delivery }) => JSON.stringify(headersAsText(delivery.record.headers))),
      parked.map(({ delivery }) => delivery.record.value),
      causes.map(({ payloadHash }) => payloadHash.slice(0, 32)),
    ],
  })
}

/** Parks one message that failed, unless somebody has handled it meanwhile. */
export async function parkFailed(client: SqlClient, group: string, failed: NewlyParked): Promise<boolean> {
  const { rows } = await client.query({
    name: 'messaging.park.handled',
    text: 'SELECT FROM messaging.inbox WHERE event_id = $1 AND consumer_group = $2',
    values: [failed.delivery.cause.eventId, group],
  })
  if (rows.length > 0) return false
  await parkMessages(client, group, [failed])
  return true
}

/** Has these keys tried again at once. */
export async function wakeParkedKeys(client: SqlClient, group: string, keys: readonly { readonly topic: string; readonly key: string }[]): Promise<number> {
  const { rowCount } = await client.query({
    name: 'messaging.park.wake',
    text: `UPDATE messaging.parked_key SET next_attempt_at = clock_timestamp(), status = 'waiting'
      WHERE consumer_group = $1 AND (topic, key) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
    values: [group, keys.map(({ topic }) => topic), keys.map(({ key }) => key)],
  })
  return rowCount ?? 0
}

export async function setParkedCode(client: SqlClient, group: string, { topic, key }: { readonly topic: string; readonly key: string }, code: string, error: string): Promise<void> {
  await client.query({
    name: 'messaging.park.code',
    text: 'UPDATE messaging.parked_key SET code = $4, error = $5 WHERE consumer_group = $1 AND topic = $2 AND key = $3',
    values: [group, topic, key, code, storable(error)],
  })
}

/** Locks the key and gives the way out, if this message still is its first. */
export async function retryHead(client: SqlClient, group: string, { topic, key }: { readonly topic: string; readonly key: string }, parkedId: string): Promise<{ leave(): Promise<void> } | undefined> {
  const lock = await client.query({
    name: 'messaging.park.lock',
    text: 'SELECT FROM messaging.parked_key WHERE consumer_group = $1 AND topic = $2 AND key = $3 FOR UPDATE',
    values: [group, topic, key],
  })
  if (lock.rows.length === 0) return undefined
  const { rows } = await client.query<{ id: string }>({
    name: 'messaging.park.head',
    text: `SELECT id FROM messaging.parked_message WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND status = 'waiting' ORDER BY id LIMIT 1`,
    values: [group, topic, key],
  })
  if (rows[0]?.id !== parkedId) return undefined
  return {
    leave: async () => {
      await client.query({ name: 'messaging.park.leave', text: 'DELETE FROM messaging.parked_message WHERE id = $1', values: [parkedId] })
      await closeKeyIfEmpty(client, group, topic, key)
    },
  }
}

/** The key stops waiting with its last message; else the next one is due at once. */
export async function closeKeyIfEmpty(client: SqlClient, group: string, topic: string, key: string): Promise<void> {
  const waiting = `EXISTS (SELECT FROM messaging.parked_message WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND status = 'waiting')`
  const { rowCount } = await client.query({
    name: 'messaging.park.close',
    text: `DELETE FROM messaging.parked_key WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND NOT ${waiting}`,
    values: [group, topic, key],
  })
  if (rowCount === 0)
    await client.query({
      name: 'messaging.park.next',
      text: `UPDATE messaging.parked_key SET status = 'waiting', attempts = 0, code = 'queued', error = '', next_attempt_at = clock_timestamp() WHERE consumer_group = $1 AND topic = $2 AND key = $3`,
      values: [group, topic, key],
    })
}

/** Error texts carry what somebody sent: PostgreSQL stores neither NUL nor half a surrogate pair. */
const storable = (error: string): string => error.replaceAll('\u0000', '').toWellFormed().slice(0, ERROR_LENGTH_MAX)
