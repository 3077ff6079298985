import type { Delivery } from './delivery.js'
import { noteHeld } from './held-history.js'
import type { SqlClient } from './platform.js'
import { copyOf, keyIn, keysFor, scopeOf, sealCopy, tellable, type Home } from './sealed-copies.js'

/** A message that has to wait, and why: its own fault, or only because its key waits already ('queued'). */
export interface NewlyParked {
  readonly delivery: Delivery
  readonly code: string
  readonly error: string
}

/** When a parked key is tried again after so many attempts; after the last, only a person goes on. */
export const retrySchedule: readonly string[] = ['10 seconds', '1 minute', '5 minutes', '30 minutes', '2 hours', '12 hours']

const ERROR_LENGTH_MAX = 2_000

/** The code of a message that came before one that is missing. */
export const GAP = 'sequence-gap'

/** The code of a message that waits only because its key does. */
export const QUEUED = 'queued'

/**
 * Parks messages in the caller's transaction, in this order. A key that waits already keeps its state; the messages queue behind.
 * Those of personal topics are kept sealed.
 */
export async function parkMessages(client: SqlClient, home: Home, parked: readonly NewlyParked[]): Promise<void> {
  const { group } = home
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
      // what we say of gaps and queues quotes nobody
      sorted.map(({ delivery, code, error }) => storable(code === GAP || code === QUEUED ? error : tellable(home, delivery.cause.topic, error))),
      retrySchedule[0],
    ],
  })
  const causes = parked.map(({ delivery }) => delivery.cause)
  const scopes = parked.map(({ delivery }) => scopeOf(home, delivery.record, delivery.cause.type))
  const keyOfScope = await keysFor(client, causes.flatMap(({ topic }, index) => (scopes[index] == null ? [] : [{ topic, scope: scopes[index] }])))
  const sealed = causes.map(({ topic }, index) => (scopes[index] == null ? undefined : { scope: scopes[index], key: keyIn(keyOfScope, topic, scopes[index]) }))
  const copies = parked.map(({ delivery }) => copyOf(delivery.record))
  const { rows } = await client.query<{ id: string; event_id: string }>({
    name: 'messaging.park.messages',
    text: `INSERT INTO messaging.parked_message (consumer_group, topic, key, partition, "offset", event_id, type, subject, sequence, correlation_id, headers, payload, payload_hash, scope)
      SELECT $1, t.topic, t.key, t.partition, t."offset", t.event_id, t.type, t.subject, t.sequence, t.correlation_id, t.headers, t.payload, decode(t.hash, 'hex'), t.scope
      FROM unnest($2::text[], $3::text[], $4::integer[], $5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::bigint[], $10::text[], $11::jsonb[], $12::bytea[], $13::text[], $14::text[])
        WITH ORDINALITY AS t (topic, key, partition, "offset", event_id, type, subject, sequence, correlation_id, headers, payload, hash, scope, place)
      ORDER BY place
      ON CONFLICT (consumer_group, event_id) DO NOTHING RETURNING id, event_id`,
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
      copies.map(({ headers }, index) => (sealed[index] ? '{}' : JSON.stringify(headers))),
      copies.map((copy, index) => (sealed[index] ? sealCopy(sealed[index].key, copy) : copy.payload)),
      causes.map(({ payloadHash }) => payloadHash.slice(0, 32)),
      scopes,
    ],
  })
  // what only queues has no history of its own yet
  const ids = new Map(rows.map(({ id, event_id }) => [event_id, id]))
  const failed = parked.flatMap(({ delivery: { cause }, code, error }, index) => {
    const id = ids.get(cause.eventId)
    if (id === undefined || code === QUEUED) return []
    return [{ topic: cause.topic, key: cause.key, eventId: cause.eventId, of: { parked: id }, act: 'parked' as const, code, content: { error: storable(error) }, sealed: sealed[index] }]
  })
  await noteHeld(client, group, failed)
}

/** Parks one message that failed, unless somebody has handled it meanwhile. */
export async function parkFailed(client: SqlClient, home: Home, failed: NewlyParked): Promise<boolean> {
  const { rows } = await client.query({
    name: 'messaging.park.handled',
    text: 'SELECT FROM messaging.inbox WHERE event_id = $1 AND consumer_group = $2',
    values: [failed.delivery.cause.eventId, home.group],
  })
  if (rows.length > 0) return false
  await parkMessages(client, home, [failed])
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

/** A parked message as it was read: an edit makes another of it. */
export interface ParkedAs {
  readonly id: string
  readonly revision: number
}

/** Locks the key and gives the way out, if this message still is its first and nobody has edited it since it was read. */
export async function retryHead(client: SqlClient, group: string, { topic, key }: { readonly topic: string; readonly key: string }, read: ParkedAs): Promise<{ leave(act?: 'handled' | 'ignored' | 'quarantined' | 'passed'): Promise<void> } | undefined> {
  const lock = await client.query({
    name: 'messaging.park.lock',
    text: 'SELECT FROM messaging.parked_key WHERE consumer_group = $1 AND topic = $2 AND key = $3 FOR UPDATE',
    values: [group, topic, key],
  })
  if (lock.rows.length === 0) return undefined
  const { rows } = await client.query<ParkedAs>({
    name: 'messaging.park.head',
    text: `SELECT id, revision FROM messaging.parked_message WHERE consumer_group = $1 AND topic = $2 AND key = $3 AND status = 'waiting' ORDER BY id LIMIT 1`,
    values: [group, topic, key],
  })
  if (rows[0]?.id !== read.id || rows[0].revision !== read.revision) return undefined
  return {
    leave: async (act = 'handled') => {
      await client.query({
        name: 'messaging.park.leave',
        text: `WITH gone AS (DELETE FROM messaging.parked_message WHERE id = $1 RETURNING *)
          INSERT INTO messaging.held_history (consumer_group, topic, key, event_id, parked_id, act) SELECT consumer_group, topic, key, event_id, id, $2 FROM gone`,
        values: [read.id, act],
      })
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
      text: `UPDATE messaging.parked_key SET status = 'waiting', attempts = 0, code = '${QUEUED}', error = '', next_attempt_at = clock_timestamp() WHERE consumer_group = $1 AND topic = $2 AND key = $3`,
      values: [group, topic, key],
    })
}

/** Error texts carry what somebody sent: PostgreSQL stores neither NUL nor half a surrogate pair. */
export const storable = (error: string): string => error.replaceAll('\u0000', '').toWellFormed().slice(0, ERROR_LENGTH_MAX)
