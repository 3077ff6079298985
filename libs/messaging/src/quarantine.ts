import type { EventCause } from '@waybill/kernel'
import { hash } from 'node:crypto'
import type { RawRecord } from './envelope.js'
import type { SqlClient } from './platform.js'
import { copyOf, keyIn, keysFor, scopeOf, sealCopy, WITHHELD, type Home } from './sealed-copies.js'

/** A record that was refused at the edge, kept as it came. */
export interface Refused {
  readonly record: RawRecord
  /** Undefined where not even the envelope could be read. */
  readonly cause: EventCause | undefined
  readonly code: string
  readonly detail: string
}

const DETAIL_LENGTH_MAX = 500
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A type is a name; what else came as one may be anything. */
const TYPE = /^[\w.-]{1,200}$/

/** Stores refused records in the caller's transaction, those of personal topics sealed. The same record again (after a crash) is stored once. Returns how many are new. */
export async function quarantine(client: SqlClient, home: Home, refused: readonly Refused[]): Promise<number> {
  if (refused.length === 0) return 0
  const copies = refused.map(({ record, detail }) => copyOf(record, detail.replaceAll('\u0000', '').toWellFormed().slice(0, DETAIL_LENGTH_MAX)))
  const scopes = refused.map(({ record }) => scopeOf(home, record, undefined))
  const keys = await keysFor(client, refused.flatMap(({ record: { topic } }, index) => (scopes[index] == null ? [] : [{ topic, scope: scopes[index] }])))
  const stored = copies.map((copy, index) => {
    const [scope, topic] = [scopes[index] ?? null, refused[index]?.record.topic ?? '']
    return scope === null ? { ...copy, scope } : { key: null, headers: {}, payload: sealCopy(keyIn(keys, topic, scope), copy), detail: WITHHELD, scope }
  })
  const { rowCount } = await client.query({
    name: 'messaging.quarantine.insert',
    text: `INSERT INTO messaging.quarantine (consumer_group, topic, partition, "offset", key, payload, headers, event_id, type, code, detail, record_hash, scope)
      SELECT $1, t.topic, t.partition, t."offset", t.key, t.payload, t.headers, t.event_id, t.type, t.code, t.detail, decode(t.hash, 'hex'), t.scope
      FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[])
        AS t (topic, partition, "offset", key, payload, headers, event_id, type, code, detail, hash, scope)
      ON CONFLICT (consumer_group, topic, partition, "offset", record_hash) DO NOTHING`,
    values: [
      home.group,
      refused.map(({ record }) => record.topic),
      refused.map(({ record }) => record.partition),
      refused.map(({ record }) => record.offset.toString()),
      stored.map(({ key }) => key),
      stored.map(({ payload }) => payload),
      stored.map(({ headers }) => JSON.stringify(headers)),
      copies.map(({ headers }) => (UUID.test(headers['ce_id'] ?? '') ? headers['ce_id'] : null)),
      copies.map(({ headers }, index) => (scopes[index] === null || TYPE.test(headers['ce_type'] ?? '') ? (headers['ce_type'] ?? null) : null)),
      refused.map(({ code }) => code),
      stored.map(({ detail }) => detail),
      refused.map(({ record }) => contentHash(record)),
      scopes,
    ],
  })
  return rowCount ?? 0
}

const contentHash = ({ key, value }: RawRecord): string =>
  hash('sha256', Buffer.concat([key ?? Buffer.alloc(0), Buffer.of(0), value ?? Buffer.alloc(0)]), 'hex').slice(0, 32)
