import { seal, unseal } from './seal.js'
import type { SqlClient } from './platform.js'

/** What happened to a message that was parked or quarantined. */
export type HeldAct =
  /** It failed for the first time, and its key waits. */
  | 'parked'
  /** It was tried again, and failed. */
  | 'failed'
  /** It was handled in the end. */
  | 'handled'
  /** Known, but handled nowhere in this build. */
  | 'ignored'
  /** It left for quarantine: nobody can read it any more as a message of ours. */
  | 'quarantined'
  /** A person had it tried again. */
  | 'retry'
  /** A person changed it. */
  | 'edit'
  /** A person gave it up. */
  | 'skip'
  | 'discard'
  /** A person looked at a sealed copy. */
  | 'read'
  /** Who it is about was forgotten. */
  | 'erased'
  /** Kept as long as a copy of personal data may be. */
  | 'expired'
  /** What nobody can read any more was passed over. */
  | 'passed'

/** What was said of it, as far as it may quote the message: sealed where the message is. */
export interface HeldContent {
  readonly error?: string
  /** An edit: what it was, and what it became. */
  readonly before?: string | null
  readonly after?: string | null
}

export interface HeldEntry {
  readonly topic: string
  readonly key: string | null
  readonly eventId: string | null
  readonly of: { readonly parked: string } | { readonly quarantine: string }
  readonly act: HeldAct
  readonly code?: string
  readonly by?: { readonly who: string; readonly why: string }
  readonly content?: HeldContent
  /** Of a sealed message: its scope, and the key of it. */
  readonly sealed?: { readonly scope: string; readonly key: Buffer } | undefined
}

/** One line of the history of a message, as operators read it. */
export interface HistoryLine {
  readonly at: Date
  readonly act: HeldAct
  readonly eventId: string | null
  /** The id it had, or has, among the parked messages; null of a quarantined one. */
  readonly id: string | null
  readonly code: string | null
  readonly who: string | null
  readonly why: string | null
  readonly error: string | null
  readonly before: string | null
  readonly after: string | null
  /** Once sealed, and nobody can read it any more. */
  readonly erased: boolean
}

/** Writes what happened; part of the caller's transaction. */
export async function noteHeld(client: SqlClient, group: string, entries: readonly HeldEntry[]): Promise<void> {
  if (entries.length === 0) return
  await client.query({
    name: 'messaging.held.note',
    text: `INSERT INTO messaging.held_history (consumer_group, topic, key, event_id, parked_id, quarantine_id, act, code, who, why, scope, content)
      SELECT $1, t.* FROM unnest($2::text[], $3::text[], $4::uuid[], $5::bigint[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bytea[]) AS t`,
    values: [
      group,
      entries.map(({ topic }) => topic),
      entries.map(({ key }) => key),
      entries.map(({ eventId }) => eventId),
      entries.map(({ of }) => ('parked' in of ? of.parked : null)),
      entries.map(({ of }) => ('quarantine' in of ? of.quarantine : null)),
      entries.map(({ act }) => act),
      entries.map(({ code }) => code ?? null),
      entries.map(({ by }) => by?.who ?? null),
      entries.map(({ by }) => by?.why ?? null),
      entries.map(({ sealed }) => sealed?.scope ?? null),
      entries.map(({ content, sealed }) => (content === undefined ? null : sealed ? seal(sealed.key, JSON.stringify(content)) : Buffer.from(JSON.stringify(content)))),
    ],
  })
}

interface HistoryRow {
  readonly at: Date
  readonly act: HeldAct
  readonly event_id: string | null
  readonly parked_id: string | null
  readonly code: string | null
  readonly who: string | null
  readonly why: string | null
  readonly scope: string | null
  readonly content: Buffer | null
  readonly sealing_key: Buffer | null
}

const LINES_MAX = 500

/** The history of one message, or of all that ever waited under a key, the oldest first. Limit: the last 500. */
export async function historyOf(client: SqlClient, group: string, of: { readonly parked: string } | { readonly quarantine: string } | { readonly topic: string; readonly key: string }): Promise<readonly HistoryLine[]> {
  const where = 'parked' in of ? 'h.parked_id = $2::bigint AND $3::text IS NULL' : 'quarantine' in of ? 'h.quarantine_id = $2::bigint AND $3::text IS NULL' : 'h.topic = $2 AND h.key = $3 AND h.parked_id IS NOT NULL'
  const [first, second] = 'parked' in of ? [of.parked, null] : 'quarantine' in of ? [of.quarantine, null] : [of.topic, of.key]
  const { rows } = await client.query<HistoryRow>({
    text: `SELECT h.at, h.act, h.event_id, h.parked_id, h.code, h.who, h.why, h.scope, h.content, k.key AS sealing_key
      FROM messaging.held_history h LEFT JOIN messaging.sealing_key k ON k.topic = h.topic AND k.scope = h.scope
      WHERE h.consumer_group = $1 AND ${where} ORDER BY h.id DESC LIMIT ${LINES_MAX}`,
    values: [group, first, second],
  })
  return rows.reverse().map(toLine)
}

function toLine({ at, act, event_id, parked_id, code, who, why, scope, content, sealing_key }: HistoryRow): HistoryLine {
  const erased = content !== null && scope !== null && sealing_key === null
  const text = content === null || erased ? '{}' : scope === null || sealing_key === null ? content.toString('utf8') : unseal(sealing_key, content)
  const { error = null, before = null, after = null } = JSON.parse(text) as HeldContent
  return { at, act, eventId: event_id, id: parked_id, code, who, why, error, before, after, erased }
}

/** What is no longer held and older than the inbox is forgotten. */
export async function dropOldHistory(client: SqlClient, days: number): Promise<void> {
  await client.query({
    text: `DELETE FROM messaging.held_history h WHERE at < clock_timestamp() - make_interval(days => $1)
      AND NOT EXISTS (SELECT FROM messaging.parked_message m WHERE m.id = h.parked_id)
      AND NOT EXISTS (SELECT FROM messaging.quarantine q WHERE q.id = h.quarantine_id)`,
    values: [days],
  })
}
