import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import type { EventCause } from '@waybill/kernel'
import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { RECORD_BYTES_MAX } from './registry.js'
import { faultForReader, faultForWriter, type SchemaFault } from './schemas.js'
import { parseStrictJson } from './strict-json.js'

/** Headers as they stand on the wire: CloudEvents 1.0 Kafka binding, binary mode. */
export type Headers = Readonly<Record<string, string>>

/** A record as Kafka gave it, topic name without namespace. */
export interface RawRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, WireHeader>>
  readonly timestamp: string
}
type WireHeader = Buffer | string | (Buffer | string)[] | undefined

/** What goes around a payload. */
export interface Envelope {
  readonly id: string
  readonly source: string
  readonly subject: string
  readonly key: string
  readonly time: string
  readonly sequence: number | null
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly actor: string
  readonly traceparent: string | null
}

/** A fact that may not be published: its payload breaks the schema, or the record is larger than its topic takes. */
export class MessageRefused extends Error {
  constructor(
    readonly type: string,
    readonly code: 'schema-violation' | 'message-too-large',
    readonly detail: string,
  ) {
    super(`${type}: ${code} ${detail}`)
    this.name = 'MessageRefused'
  }
}

/** Final bytes of a message. Throws: MessageRefused. */
export function encode<P>(event: EventDefinition<P>, envelope: Envelope, payload: P): { readonly headers: Headers; readonly payload: Buffer } {
  const bytes = encodePayload(event, payload)
  return { headers: headersFor(event, envelope, bytes), payload: bytes }
}

/** The CloudEvents headers of a payload. Throws: MessageRefused if the whole is larger than a topic takes. */
export function headersFor(event: EventDefinition, envelope: Envelope, bytes: Buffer): Headers {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_type: event.type,
    ce_source: envelope.source,
    ce_subject: envelope.subject,
    ce_time: envelope.time,
    ce_dataschema: `/schemas/${event.type}.json`,
    'content-type': 'application/json',
    ce_partitionkey: envelope.key,
    ce_actor: envelope.actor,
  }
  if (envelope.sequence !== null) headers['ce_sequence'] = String(envelope.sequence)
  if (envelope.correlationId !== null) headers['ce_correlationid'] = envelope.correlationId
  if (envelope.causationId !== null) headers['ce_causationid'] = envelope.causationId
  if (envelope.traceparent !== null) headers['traceparent'] = envelope.traceparent
  const size = bytes.length + envelope.key.length + Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + Buffer.byteLength(value), 0)
  if (size > RECORD_BYTES_MAX) throw new MessageRefused(event.type, 'message-too-large', `${size} bytes, at most ${RECORD_BYTES_MAX}`)
  return headers
}

/** The payload's bytes alone. Throws: MessageRefused if the schema forbids it. */
export function encodePayload<P>(event: EventDefinition<P>, payload: P): Buffer {
  const fault = faultForWriter(event, payload)
  if (fault) throw new MessageRefused(event.type, 'schema-violation', faultText(fault))
  return Buffer.from(JSON.stringify(payload))
}

const faultText = (fault: SchemaFault): string => `${fault.pointer} ${fault.message}`

/** What a record turned out to be. */
export type Decoded =
  | { readonly kind: 'fact'; readonly event: EventDefinition; readonly cause: EventCause; readonly payload: unknown; readonly keyIsHint: boolean }
  /** Known to this build, not handled by this group: only its place in the sequence counts. */
  | { readonly kind: 'ignored'; readonly cause: EventCause }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string; readonly cause: EventCause | undefined }

export interface DecodeRules {
  readonly group: string
  readonly topic: TopicDefinition
  readonly eventOfType: (type: string) => EventDefinition | undefined
  readonly handles: (type: string) => boolean
}

/**
 * Reads a record strictly: fatal UTF-8, strict JSON, an object, headers of the envelope, key rule, schema open to unknown fields.
 * Refused: the codes of bad-inputs group B; `cause` is there when the envelope could be read, so that the place in the sequence counts.
 */
export function decode(record: RawRecord, rules: DecodeRules): Decoded {
  const envelope = readEnvelope(record, rules)
  const cause = 'refused' in envelope ? undefined : envelope.cause
  const refused = (code: string, detail: string): Decoded => ({ kind: 'refused', code, detail, cause })

  if (record.value === null) {
    if (rules.topic.retentionDays === null && cause) return { kind: 'ignored', cause }
    return refused('unexpected-tombstone', 'no value')
  }
  if (sizeOf(record) > RECORD_BYTES_MAX) return refused('message-too-large', `${sizeOf(record)} bytes, at most ${RECORD_BYTES_MAX}`)
  if (headersSizeOf(record) > HEADERS_BYTES_MAX) return refused('message-too-large', `${headersSizeOf(record)} bytes of headers, at most ${HEADERS_BYTES_MAX}`)
  if (cause && rules.eventOfType(cause.type)?.topic.name === record.topic && !rules.handles(cause.type)) return { kind: 'ignored', cause }

  const contentType = text(record.headers['content-type'])
  if (contentType !== undefined && !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)) return refused('unsupported-encoding', contentType.slice(0, 100))
  if (record.value[0] === 0) return refused('unsupported-encoding', 'starts with 0x00, as framed by a schema registry')
  const parsed = parsePayload(record.value)
  if ('refused' in parsed) return refused(parsed.refused, parsed.detail)
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value))
    return refused('object-expected', `a JSON ${Array.isArray(parsed.value) ? 'array' : parsed.value === null ? 'null' : typeof parsed.value}`)

  if ('refused' in envelope) return refused(envelope.refused, envelope.detail)
  const event = rules.eventOfType(envelope.cause.type)
  if (!event) return refused('unknown-type', envelope.cause.type)
  if (event.topic.name !== record.topic) return refused('unknown-type', `${event.type} belongs on ${event.topic.name}`)
  const fault = faultForReader(event, parsed.value)
  if (fault) return refused('schema-violation', faultText(fault))
  const expected = keyByRule(rules.topic.key, parsed.value as Readonly<Record<string, unknown>>)
  const mismatch = expected !== undefined && expected !== envelope.cause.key
  const hintOnly = rules.topic.writtenBy.includes('channels')
  if (mismatch && !hintOnly) return refused('key-mismatch', `key is not what ${rules.topic.key} says`)
  return { kind: 'fact', event, cause: envelope.cause, payload: parsed.value, keyIsHint: mismatch }
}

type ReadEnvelope = { readonly cause: EventCause } | { readonly refused: string; readonly detail: string }

/** Keys, subjects and types stand in indexes. */
const NAME_LENGTH_MAX = 512

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const SEQUENCE = /^[1-9]\d{0,14}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function readEnvelope(record: RawRecord, rules: DecodeRules): ReadEnvelope {
  const key = record.key === null ? undefined : utf8(record.key)
  if (key === undefined || key === '' || key.includes('\u0000')) return { refused: 'key-mismatch', detail: key === '' || record.key === null ? 'no key' : 'key is not text' }
  if (key.length > NAME_LENGTH_MAX) return { refused: 'key-mismatch', detail: `key of ${key.length} characters, at most ${NAME_LENGTH_MAX}` }
  const eventId = required(record.headers['ce_id'])
  if (eventId === undefined || !UUID.test(eventId)) return { refused: 'invalid-event-id', detail: 'ce_id is not one UUID' }
  const type = required(record.headers['ce_type'])
  if (type === undefined) return { refused: 'invalid-envelope', detail: 'ce_type is missing or there twice' }
  const subject = required(record.headers['ce_subject']) ?? (rules.topic.sequenced ? undefined : key)
  if (subject === undefined) return { refused: 'invalid-envelope', detail: 'ce_subject is missing or there twice' }
  if (type.length > NAME_LENGTH_MAX || subject.length > NAME_LENGTH_MAX) return { refused: 'invalid-envelope', detail: `ce_type or ce_subject of more than ${NAME_LENGTH_MAX} characters` }
  const sequence = required(record.headers['ce_sequence'])
  if (rules.topic.sequenced && (sequence === undefined || !SEQUENCE.test(sequence))) return { refused: 'invalid-sequence', detail: `ce_sequence is ${sequence ?? 'missing'}`.slice(0, 100) }
  const time = text(record.headers['ce_time'])
  return {
    cause: {
      kind: 'event',
      group: rules.group,
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      key,
      eventId: eventId.toLowerCase(),
      type,
      subject,
      sequence: rules.topic.sequenced ? Number(sequence) : null,
      payloadHash: hash('sha256', record.value ?? Buffer.alloc(0), 'hex'),
      time: time !== undefined && INSTANT.test(time) ? time : new Date(Number(record.timestamp)).toISOString(),
      correlationId: name(record.headers['ce_correlationid']) ?? null,
      actor: name(record.headers['ce_actor']) ?? 'system:unknown',
      traceparent: name(record.headers['traceparent']) ?? null,
    },
  }
}

function parsePayload(value: Buffer): ReturnType<typeof parseStrictJson> {
  const string = utf8(value)
  if (string === undefined) return { refused: 'invalid-encoding', detail: 'not UTF-8' }
  if (string.charCodeAt(0) === 0xfeff) return { refused: 'malformed-json', detail: 'starts with a byte order mark' }
  return parseStrictJson(string)
}

/** `order` is payload.order; `<location>:<country>` is both, joined. Undefined where the payload does not carry them. */
export function keyByRule(rule: string, payload: Readonly<Record<string, unknown>>): string | undefined {
  const fields = rule.includes('<') ? [...rule.matchAll(/<(\w+)>/g)].map(([, field]) => payload[field ?? '']) : [payload[rule]]
  return fields.every((field) => typeof field === 'string') ? fields.join(':') : undefined
}

const utf8 = (bytes: Buffer): string | undefined => (isUtf8(bytes) ? bytes.toString('utf8') : undefined)

/** A header's text; of one that came twice, the first. */
function text(header: WireHeader): string | undefined {
  const first = Array.isArray(header) ? header[0] : header
  const string = typeof first === 'string' ? first : first === undefined ? undefined : utf8(first)
  return string?.includes('\u0000') ? undefined : string
}

/** A header that goes on with what it causes: one that is no name is dropped. */
function name(header: WireHeader): string | undefined {
  const string = text(header)
  return string === undefined || string === '' || string.length > NAME_LENGTH_MAX ? undefined : string
}

/** A header that must be there exactly once. */
const required = (header: WireHeader): string | undefined => (Array.isArray(header) && header.length > 1 ? undefined : text(header) || undefined)

/** All headers as text, for storage. What is not UTF-8 keeps its bytes as Latin-1. */
export function headersAsText(headers: RawRecord['headers']): Headers {
  const entries = Object.entries(headers).map(([name, header]): [string, string] => {
    const first = Array.isArray(header) ? header[0] : header
    return [clean(name), clean(typeof first === 'string' ? first : first === undefined ? '' : (utf8(first) ?? first.toString('latin1')))]
  })
  return Object.fromEntries(entries)
}

// PostgreSQL stores neither NUL nor half a surrogate pair.
const clean = (string: string): string => string.replaceAll('\u0000', '').toWellFormed()

/** The most that the headers of a record may take. Unit: bytes. */
const HEADERS_BYTES_MAX = 256 * 1024

const sizeOf = (record: RawRecord): number => (record.key?.length ?? 0) + (record.value?.length ?? 0) + headersSizeOf(record)

function headersSizeOf(record: RawRecord): number {
  let size = 0
  for (const [name, header] of Object.entries(record.headers)) for (const part of Array.isArray(header) ? header : [header]) size += name.length + (part?.length ?? 0)
  return size
}
