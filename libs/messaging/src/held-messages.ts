import { isUtf8 } from 'node:buffer'
import type { Headers } from './envelope.js'
import type { HistoryLine } from './held-history.js'
import { openCopy, type Copy, type StoredCopy } from './sealed-copies.js'

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
  /** Null in lists where the topic carries personal data: read by itself, it is opened, and who read it is written down. */
  readonly payload: string | null
  readonly payloadEncoding: 'utf8' | 'base64'
  /** Kept encrypted, under a key that is deleted when its customer is forgotten, and after 30 days. */
  readonly sealed: boolean
  readonly status: string
  readonly code: string
  readonly detail: string | null
  readonly at: Date
  readonly decidedBy: string | null
  readonly decidedWhy: string | null
}

/** One message with all that happened to it. */
export interface HeldMessage extends StoredMessage {
  /** It was sealed, and nobody can read it any more. */
  readonly erased: boolean
  readonly history: readonly HistoryLine[]
}

/** Why messages wait: what a bulk retry goes by. */
export interface ParkedCause {
  readonly code: string
  readonly topic: string
  /** Of the messages that failed. */
  readonly type: string
  readonly keys: number
  /** Those that failed and those behind them. */
  readonly messages: number
  /** Keys that only a person can have tried again. */
  readonly stopped: number
  readonly oldestAt: Date
}

/** Why records lie in quarantine. */
export interface QuarantineCause {
  readonly code: string
  readonly topic: string
  readonly records: number
  readonly oldestAt: Date
}

export interface Paged {
  readonly limit?: number
  /** The id (quarantine) or `<topic>/<key>` (parked keys) of the last one seen. */
  readonly after?: string
}

export interface ParkedKeyRow {
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

export interface StoredRow extends StoredCopy {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  /** Of a parked message: its key, which is never sealed. */
  readonly parked_key: string | null
  readonly event_id: string | null
  readonly type: string | null
  readonly status: string
  readonly code: string
  readonly detail: string | null
  readonly at: Date
  readonly decided_by: string | null
  readonly decided_why: string | null
}

export const toParkedKey = (row: ParkedKeyRow): ParkedKey => ({
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

/** A stored message as lists show it: what is sealed stays sealed. */
export function toStored(row: StoredRow): StoredMessage {
  const sealed = row.scope !== null
  return shown(row, sealed ? { key: null, headers: {}, payload: null } : row, sealed)
}

/** A stored message with what was sealed, and its history. */
export function toHeld(row: StoredRow, history: readonly HistoryLine[]): HeldMessage {
  const opened = openCopy(row)
  return { ...shown(row, opened ?? { key: null, headers: {}, payload: null }, row.scope !== null), erased: opened === undefined, history }
}

function shown(row: StoredRow, { key, headers, payload, detail }: Omit<Copy, 'detail'> & { readonly detail?: string | null | undefined }, sealed: boolean): StoredMessage {
  const isText = payload === null || isUtf8(payload)
  return {
    id: row.id,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
    key: row.parked_key ?? key?.toString('utf8') ?? null,
    eventId: row.event_id,
    type: row.type,
    headers,
    payload: payload === null ? null : payload.toString(isText ? 'utf8' : 'base64'),
    payloadEncoding: isText ? 'utf8' : 'base64',
    sealed,
    status: row.status,
    code: row.code,
    detail: detail || row.detail,
    at: row.at,
    decidedBy: row.decided_by,
    decidedWhy: row.decided_why,
  }
}
