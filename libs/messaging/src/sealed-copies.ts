import type { TopicDefinition } from '@waybill/contracts'
import { randomUUID } from 'node:crypto'
import { headersAsText, keyByRule, type Headers, type RawRecord } from './envelope.js'
import type { SqlClient } from './platform.js'
import { newSealingKey, seal, unseal } from './seal.js'
import { parseStrictJson } from './strict-json.js'

/** How long copies of personal records are kept, whatever becomes of them. Source: architecture section 3. */
export const COPIES_KEPT_DAYS = 30

/** Stands where the text of an error would: it could quote what somebody sent. The history of the message has it, sealed. */
export const WITHHELD = 'withheld: the topic carries personal data'

/** Whose messages they are, and which topics carry personal data. */
export interface Home {
  readonly group: string
  readonly topics: ReadonlyMap<string, TopicDefinition>
}

/** What of a stored record may say who somebody is. */
export interface Copy {
  readonly key: Buffer | null
  readonly headers: Headers
  readonly payload: Buffer | null
  /** Why it was refused. */
  readonly detail: string
}

/** Whose personal data a copy holds: as the topic's key rule says. */
export interface Scope {
  readonly topic: string
  readonly scope: string
}

/** Keys by scope. */
export type SealingKeys = ReadonlyMap<string, Buffer>

export const isPersonal = ({ topics }: Home, topic: string): boolean => topics.get(topic)?.personal === true

/** May this text stand in logs and columns? */
export const tellable = (home: Home, topic: string, text: string): string => (isPersonal(home, topic) ? WITHHELD : text)

/** Whose data a record carries; null: nobody's, it is kept as it is. What says that somebody is to be forgotten is nobody's. */
export function scopeOf(home: Home, record: RawRecord, type: string | undefined): string | null {
  const topic = home.topics.get(record.topic)
  if (!topic?.personal || (type !== undefined && type === topic.erasedBy)) return null
  const parsed = record.value === null ? undefined : parseStrictJson(record.value.toString('utf8'))
  const payload = parsed !== undefined && 'value' in parsed && typeof parsed.value === 'object' && parsed.value !== null ? (parsed.value as Readonly<Record<string, unknown>>) : {}
  const said = keyByRule(topic.key, payload) ?? record.key?.toString('utf8')
  return said === undefined || said === '' || said.includes('\u0000') ? randomUUID() : scopeName(said)
}

/** In lower case: channels write their references as they like. Long enough for every key that a topic takes. */
export const scopeName = (said: string): string => said.toLowerCase().toWellFormed().slice(0, 512)

const nameOf = ({ topic, scope }: Scope): string => `${topic}\u0000${scope}`

/** The keys of these scopes, made where there are none yet; part of the caller's transaction. */
export async function keysFor(client: SqlClient, scopes: readonly Scope[]): Promise<SealingKeys> {
  const wanted = [...new Map(scopes.map((scope) => [nameOf(scope), scope])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope)
  if (wanted.length === 0) return new Map()
  const { rows } = await client.query<Scope & { readonly key: Buffer }>({
    name: 'messaging.sealing.keys',
    text: `INSERT INTO messaging.sealing_key AS k (topic, scope, key) SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[])
      ON CONFLICT (topic, scope) DO UPDATE SET key = k.key RETURNING topic, scope, key`,
    values: [wanted.map(({ topic }) => topic), wanted.map(({ scope }) => scope), wanted.map(() => newSealingKey())],
  })
  return new Map(rows.map(({ key, ...scope }) => [nameOf(scope), key]))
}

export const keyIn = (keys: SealingKeys, topic: string, scope: string): Buffer => {
  const key = keys.get(nameOf({ topic, scope }))
  if (!key) throw new Error(`no sealing key for ${topic}`)
  return key
}

/** A record as it is kept. */
export const copyOf = (record: RawRecord, detail = ''): Copy => ({ key: record.key, headers: headersAsText(record.headers), payload: record.value, detail })

export function sealCopy(key: Buffer, { key: recordKey, headers, payload, detail }: Copy): Buffer {
  return seal(key, JSON.stringify({ key: recordKey?.toString('base64') ?? null, headers, payload: payload?.toString('base64') ?? null, detail }))
}

/** A stored copy as read from its table, with the key that opens it, if there still is one. */
export interface StoredCopy {
  readonly scope: string | null
  readonly sealing_key: Buffer | null
  readonly key: Buffer | null
  readonly headers: Headers
  readonly payload: Buffer | null
}

/** What a stored copy says; undefined: its key was deleted, nobody can read it any more. */
export function openCopy({ scope, sealing_key, key, headers, payload }: StoredCopy): Omit<Copy, 'detail'> & { readonly detail?: string } | undefined {
  if (scope === null) return { key, headers, payload }
  if (sealing_key === null || payload === null) return undefined
  const opened = JSON.parse(unseal(sealing_key, payload)) as { readonly key: string | null; readonly headers: Headers; readonly payload: string | null; readonly detail: string }
  const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))
  return { key: bytes(opened.key), headers: opened.headers, payload: bytes(opened.payload), detail: opened.detail }
}

/**
 * Makes every copy of these scopes unreadable: their keys are deleted. Quarantined ones are given up, parked ones are passed over
 * at once, so that what waits behind them (the erasure itself, for one) goes on. Part of the caller's transaction.
 */
export async function forgetCopies(client: SqlClient, scopes: readonly Scope[], act: 'erased' | 'expired' = 'erased'): Promise<void> {
  if (scopes.length === 0) return
  await client.query({
    name: 'messaging.sealing.forget',
    text: `WITH forgotten AS (
        DELETE FROM messaging.sealing_key WHERE (topic, scope) IN (SELECT * FROM unnest($1::text[], $2::text[])) RETURNING topic, scope
      ), parked AS (
        SELECT m.* FROM messaging.parked_message m JOIN forgotten USING (topic, scope) WHERE m.status = 'waiting'
      ), woken AS (
        UPDATE messaging.parked_key SET status = 'waiting', next_attempt_at = clock_timestamp()
        WHERE (consumer_group, topic, key) IN (SELECT consumer_group, topic, key FROM parked)
      ), quarantined AS (
        UPDATE messaging.quarantine q SET status = 'discarded' FROM forgotten f WHERE q.topic = f.topic AND q.scope = f.scope AND q.status = 'open' RETURNING q.*
      )
      INSERT INTO messaging.held_history (consumer_group, topic, key, event_id, parked_id, quarantine_id, act)
      SELECT consumer_group, topic, key, event_id, id, NULL::bigint, $3 FROM parked
      UNION ALL SELECT consumer_group, topic, NULL, event_id, NULL, id, $3 FROM quarantined`,
    values: [scopes.map(({ topic }) => topic), scopes.map(({ scope }) => scopeName(scope)), act],
  })
}

/** Scopes whose copies have been kept as long as they may. Limit: 1,000. */
export async function expiredScopes(client: SqlClient): Promise<readonly Scope[]> {
  const { rows } = await client.query<Scope>({
    text: `SELECT topic, scope FROM messaging.sealing_key WHERE made_at < clock_timestamp() - make_interval(days => ${COPIES_KEPT_DAYS}) ORDER BY made_at LIMIT 1000`,
  })
  return rows
}
