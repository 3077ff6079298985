import type { Headers } from './envelope.js'
import type { SqlClient } from './platform.js'
import type { JournalRow } from './relay-cursor.js'

/** Something the relay has to send once more: a subject's facts from a sequence on, or (null) the latest of a compacted subject. */
export interface Republish {
  readonly topic: string
  readonly subject: string
  readonly fromSequence: number | null
}

const ROWS_MAX = 2_000

/** Asks this service's relay to publish facts of a subject again; part of the caller's transaction. */
export async function askForRepublish(client: SqlClient, asked: readonly Republish[]): Promise<void> {
  await insert(client, asked, 0)
}

/** Has the latest of each subject sent once more after a while. */
export async function sendLatestAgain(client: SqlClient, subjects: readonly { readonly topic: string; readonly subject: string }[], afterMs: number): Promise<void> {
  const unique = new Map(subjects.map(({ topic, subject }) => [`${topic}\u0000${subject}`, { topic, subject, fromSequence: null }]))
  await insert(client, [...unique.values()], afterMs)
}

async function insert(client: SqlClient, asked: readonly Republish[], afterMs: number): Promise<void> {
  if (asked.length === 0) return
  await client.query({
    name: 'messaging.republish.ask',
    text: `INSERT INTO messaging.republish (topic, subject, from_sequence, due_at)
      SELECT DISTINCT topic, subject, from_sequence, clock_timestamp() + make_interval(secs => $4)
      FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (topic, subject, from_sequence)
      ON CONFLICT (topic, subject, from_sequence) DO UPDATE SET due_at = greatest(republish.due_at, excluded.due_at)`,
    values: [asked.map(({ topic }) => topic), asked.map(({ subject }) => subject), asked.map(({ fromSequence }) => fromSequence), afterMs / 1000],
  })
}

export async function dueRepublishes(client: SqlClient): Promise<readonly Republish[]> {
  const { rows } = await client.query<{ topic: string; subject: string; from_sequence: string | null }>({
    name: 'messaging.republish.due',
    text: 'SELECT topic, subject, from_sequence FROM messaging.republish WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT 100',
  })
  return rows.map(({ topic, subject, from_sequence }) => ({ topic, subject, fromSequence: from_sequence === null ? null : Number(from_sequence) }))
}

export async function dropRepublish(client: SqlClient, { topic, subject, fromSequence }: Republish): Promise<void> {
  await client.query({
    name: 'messaging.republish.drop',
    text: 'DELETE FROM messaging.republish WHERE topic = $1 AND subject = $2 AND from_sequence IS NOT DISTINCT FROM $3::bigint AND due_at <= clock_timestamp()',
    values: [topic, subject, fromSequence],
  })
}

/** The journal rows to send. Limit: 2,000; a reader that misses more asks again when it gets there. */
export async function rowsToRepublish(client: SqlClient, { topic, subject, fromSequence }: Republish): Promise<readonly (JournalRow & { readonly sequence: number | null })[]> {
  const { rows } = await client.query<{ seq: string; key: string; sequence: string | null; headers: Headers; payload: Buffer; created_at: Date }>({
    name: fromSequence === null ? 'messaging.republish.latest' : 'messaging.republish.from',
    text: `SELECT seq, key, sequence, headers, payload, created_at FROM messaging.journal WHERE topic = $1 AND subject = $2 ${
      fromSequence === null ? 'ORDER BY seq DESC LIMIT 1' : `AND sequence >= $3 ORDER BY seq LIMIT ${ROWS_MAX}`
    }`,
    values: fromSequence === null ? [topic, subject] : [topic, subject, fromSequence],
  })
  return rows.map((row) => ({
    seq: Number(row.seq),
    topic,
    key: row.key,
    subject,
    sequence: row.sequence === null ? null : Number(row.sequence),
    headers: row.headers,
    payload: row.payload,
    createdAt: row.created_at,
  }))
}

/** Did this service ever publish about the subject? Where several services write a topic, all of them are asked. */
export async function isOurs(client: SqlClient, { topic, subject }: Republish): Promise<boolean> {
  const { rows } = await client.query({ name: 'messaging.republish.ours', text: 'SELECT FROM messaging.subjects WHERE topic = $1 AND subject = $2', values: [topic, subject] })
  return rows.length > 0
}
