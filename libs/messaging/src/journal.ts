import type { EventDefinition } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import { context, trace } from '@opentelemetry/api'
import { v7 as uuidv7 } from 'uuid'
import { encodePayload, headersFor, type Envelope } from './envelope.js'
import type { SqlClient } from './platform.js'
import { isCompacted } from './registry.js'

/** A fact to be published. */
export interface OutgoingMessage<P = unknown> {
  readonly event: EventDefinition<P>
  readonly subject: string
  readonly key: string
  readonly payload: P
  readonly cause: Cause
  /** The order id; default: that of the cause. */
  readonly correlationId?: string | undefined
  /** Counted per subject although its topic counts nothing: watermarks. */
  readonly counted?: true
}

const TAKE_SEQUENCES = `
  INSERT INTO messaging.subjects AS s (topic, subject, sequence)
  SELECT topic, subject, taken FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (topic, subject, taken)
  ON CONFLICT (topic, subject) DO UPDATE SET sequence = s.sequence + excluded.sequence
  RETURNING topic, subject, sequence`

const INSERT = `
  INSERT INTO messaging.journal (topic, key, event_id, type, subject, sequence, headers, payload)
  SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::jsonb[], $8::bytea[])`

/** A service's append-only table of all it published. Writing here, in the transaction of the change, is publishing. */
export class Journal {
  constructor(
    private readonly service: string,
    private readonly wake: () => void,
  ) {}

  /**
   * Writes messages inside the caller's open transaction, in this order: assigns the sequence per (topic, subject), checks the strict
   * schema, builds the final bytes. Call it once per transaction, after the business rows are locked and written: the rows of
   * `subjects` are locked here, before the journal's numbers are drawn, so that the numbers of a subject follow its commits.
   * Throws: MessageRefused (schema, or larger than the topic takes): a defect of the caller; the transaction has to roll back.
   */
  async append(client: SqlClient, messages: readonly OutgoingMessage[], now = new Date()): Promise<void> {
    if (messages.length === 0) return
    // A fact that may not be said is refused before anything is locked.
    const payloads = messages.map(({ event, payload }) => encodePayload(event, payload))
    const sequences = await this.takeSequences(client, messages)
    const rows = messages.map((message, index) => this.row(message, payloads[index] ?? Buffer.alloc(0), sequences[index] ?? null, now))
    await client.query({
      name: 'messaging.journal.append',
      text: INSERT,
      values: [
        rows.map((row) => row.topic),
        rows.map((row) => row.key),
        rows.map((row) => row.id),
        rows.map((row) => row.type),
        rows.map((row) => row.subject),
        rows.map((row) => row.sequence),
        rows.map((row) => JSON.stringify(row.headers)),
        payloads,
      ],
    })
  }

  /** Wakes the relay, here or in the replica that leads. Call after the commit of a transaction that appended; cheap and coalesced. */
  afterCommit(): void {
    this.wake()
  }

  /** One upsert for all subjects, sorted, so that two transactions cannot wait for each other. */
  private async takeSequences(client: SqlClient, messages: readonly OutgoingMessage[]): Promise<readonly (number | null)[]> {
    const taken = new Map<string, { readonly topic: string; readonly subject: string; count: number; next: number }>()
    for (const { event, subject, counted } of messages) {
      if (!event.topic.sequenced && counted !== true) continue
      const id = idOf(event.topic.name, subject)
      const entry = taken.get(id)
      if (entry) entry.count++
      else taken.set(id, { topic: event.topic.name, subject, count: 1, next: 0 })
    }
    if (taken.size > 0) {
      const entries = [...taken.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
      const { rows } = await client.query<{ topic: string; subject: string; sequence: string }>({
        name: 'messaging.journal.take-sequences',
        text: TAKE_SEQUENCES,
        values: [entries.map((entry) => entry.topic), entries.map((entry) => entry.subject), entries.map((entry) => entry.count)],
      })
      for (const { topic, subject, sequence } of rows) {
        const entry = taken.get(idOf(topic, subject))
        if (entry) entry.next = Number(sequence) - entry.count + 1
      }
    }
    return messages.map(({ event, subject, counted }) => {
      const entry = event.topic.sequenced || counted === true ? taken.get(idOf(event.topic.name, subject)) : undefined
      return entry ? entry.next++ : null
    })
  }

  private row(message: OutgoingMessage, payload: Buffer, sequence: number | null, now: Date) {
    const { event, key, cause } = message
    // A compacted topic keeps one record per key, so there the key is what the record is about.
    const subject = isCompacted(event.topic) ? key : message.subject
    const envelope: Envelope = {
      id: uuidv7({ msecs: now.getTime() }),
      source: `/waybill/${this.service}`,
      subject,
      key,
      time: now.toISOString(),
      sequence,
      correlationId: message.correlationId ?? cause.correlationId,
      causationId: causationOf(cause),
      actor: cause.actor,
      traceparent: traceparentOf(cause),
    }
    return { topic: event.topic.name, key, id: envelope.id, type: event.type, subject, sequence, headers: headersFor(event, envelope, payload) }
  }
}

const idOf = (topic: string, subject: string): string => `${topic}\u0000${subject}`

function causationOf(cause: Cause): string {
  switch (cause.kind) {
    case 'event':
      return cause.eventId
    case 'request':
      return `${cause.client}/${cause.key}`
    case 'timer':
      return cause.token
    default:
      return cause satisfies never
  }
}

/** The span at work if it belongs to the cause's trace, else the cause's own: a batch of many orders must not join their traces. */
function traceparentOf(cause: Cause): string | null {
  const span = trace.getSpanContext(context.active())
  if (!span) return cause.traceparent
  if (cause.traceparent !== null && cause.traceparent.slice(3, 35) !== span.traceId) return cause.traceparent
  return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`
}

