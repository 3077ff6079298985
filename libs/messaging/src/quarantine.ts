import type { EventCause } from '@waybill/kernel'
import { hash } from 'node:crypto'
import { headersAsText, type RawRecord } from './envelope.js'
import type { SqlClient } from './platform.js'

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

/** Stores refused records in the caller's transaction. The same record again (after a crash) is stored once. Returns how many are new. */
export async function quarantine(client: SqlClient, group: string, refused: readonly Refused[]): Promise<number> {
  if (refused.length === 0) return 0
  const headers = refused.map(({ record }) => headersAsText(record.headers))
  const { rowCount } = await client.query({
    name: 'messaging.quarantine.insert',
    text: `INSERT INTO messaging.quarantine (consumer_group, topic, partition, "offset", key, payload, headers, event_id, type, code, detail, record_hash)
      SELECT $1, t.topic, t.partition, t."offset", t.key, t.payload, t.headers, t.event_id, t.type, t.code, t.detail, decode(t.hash, 'hex')
      FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::bytea[], $7::jsonb[], $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[])
        AS t (topic, partition, "offset", key, payload, headers, event_id, type, code, detail, hash)
      ON CONFLICT (consumer_group, topic, partition, "offset", record_hash) DO NOTHING`,
    values: [
      group,
      refused.map(({ record }) => record.topic),
      refused.map(({ record }) => record.partition),
      refused.map(({ record }) => record.offset.toString()),
      refused.map(({ record }) => record.key),
      refused.map(({ record }) => record.value),
      headers.map((texts) => JSON.stringify(texts)),
      headers.map((texts) => (UUID.test(texts['ce_id'] ?? '') ? texts['ce_id'] : null)),
      headers.map((texts) => texts['ce_type'] ?? null),
      refused.map(({ code }) => code),
      refused.map(({ detail }) => detail.replaceAll('\u0000', '').toWellFormed().slice(0, DETAIL_LENGTH_MAX)),
      refused.map(({ record }) => contentHash(record)),
    ],
  })
  return rowCount ?? 0
}

const contentHash = ({ key, value }: RawRecord): string =>
  hash('sha256', Buffer.concat([key ?? Buffer.alloc(0), Buffer.of(0), value ?? Buffer.alloc(0)]), 'hex').slice(0, 32)
