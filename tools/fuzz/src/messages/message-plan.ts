import { allEvents, eventOfType, type EventDefinition } from '@waybill/contracts'
import fc from 'fast-check'
import { edited, type Edit, jsonTextOf, written } from '../json-text.js'
import { type ByteFault, byteFaults, damaged, oddEdits } from '../odd.js'
import { fits, type Schema } from '../schema.js'
import { forgedEventId, forgedKey, forgedPayload } from './forged.js'

const headerFaults = [
  'no-id', 'id-odd', 'id-twice', 'no-type', 'type-twice', 'type-unknown', 'type-version-0', 'type-version-2', 'type-version-1.0', 'type-elsewhere', 'type-long', 'no-subject', 'subject-twice', 'subject-long', 'no-sequence', 'sequence-0', 'sequence-negative', 'sequence-half', 'sequence-text', 'sequence-huge',
  'avro', 'none', 'huge', 'json-like', 'bytes', 'time-odd', 'time-future', 'actor-long', 'actor-nul', 'traceparent-odd', 'name-nul', 'many',
] as const
type HeaderFault = (typeof headerFaults)[number]
const keyFaults = ['none', 'empty', 'nul', 'long', 'bytes', 'other', 'json'] as const
type KeyFault = (typeof keyFaults)[number]

/** One message, or a few that belong together, as they are thought of. */
export interface MessagePlan {
  readonly event: EventDefinition
  readonly number: number
  readonly wrong:
    | { readonly in: 'sense' }
    | { readonly in: 'value'; readonly edits: readonly Edit[] }
    | { readonly in: 'bytes'; readonly fault: ByteFault }
    | { readonly in: 'tombstone' }
    | { readonly in: 'size' }
    | { readonly in: 'headers'; readonly fault: HeaderFault }
    | { readonly in: 'key'; readonly fault: KeyFault }
    | { readonly in: 'sequence'; readonly fault: 'gap' | 'repeat' | 'back' }
    | { readonly in: 'again'; readonly copies: number }
    | { readonly in: 'content' }
}

const wrongs: fc.Arbitrary<MessagePlan['wrong']> = fc.oneof(
  { weight: 40, arbitrary: fc.constant({ in: 'sense' as const }) },
  { weight: 160, arbitrary: oddEdits.map((edits) => ({ in: 'value' as const, edits })) },
  { weight: 100, arbitrary: fc.constantFrom(...byteFaults).map((fault) => ({ in: 'bytes' as const, fault })) },
  { weight: 20, arbitrary: fc.constant({ in: 'tombstone' as const }) },
  { weight: 3, arbitrary: fc.constant({ in: 'size' as const }) },
  { weight: 100, arbitrary: fc.constantFrom(...headerFaults).map((fault) => ({ in: 'headers' as const, fault })) },
  { weight: 60, arbitrary: fc.constantFrom(...keyFaults).map((fault) => ({ in: 'key' as const, fault })) },
  { weight: 10, arbitrary: fc.constantFrom('gap' as const, 'repeat' as const, 'back' as const).map((fault) => ({ in: 'sequence' as const, fault })) },
  { weight: 10, arbitrary: fc.integer({ min: 2, max: 20 }).map((copies) => ({ in: 'again' as const, copies })) },
  { weight: 10, arbitrary: fc.constant({ in: 'content' as const }) },
)

/** Messages of every fact of the registry, every way wrong. */
export const messagePlans: fc.Arbitrary<MessagePlan> = fc.record({ event: fc.constantFrom(...allEvents), number: fc.integer({ min: 1, max: 400 }), wrong: wrongs })

export type WireHeaders = Record<string, string | Buffer | (string | Buffer)[]>

/** A record as it is sent, and what must become of it. */
export interface RecordToSend {
  readonly topic: string
  readonly key: string | Buffer | null
  readonly value: Buffer | null
  readonly headers: WireHeaders
  /** Records of one number lie on one partition, so that they keep their order. */
  readonly number: number
  /** It cannot be taken: whoever would handle it keeps it in quarantine, and no key waits for it. */
  readonly isRefused: boolean
  /** What is wrong with it, for people. */
  readonly what: string
}

/** The next number of each forged subject. */
export class Sequences {
  private readonly last = new Map<string, number>()

  next(topic: string, subject: string): number {
    const number = (this.last.get(`${topic} ${subject}`) ?? 0) + 1
    this.last.set(`${topic} ${subject}`, number)
    return number
  }
}

export function recordsOf(plan: MessagePlan, sequences: Sequences): readonly RecordToSend[] {
  const { event, wrong } = plan
  const what = 'fault' in wrong ? `${wrong.in} ${wrong.fault}` : wrong.in
  // what cannot be taken has a subject of its own, so that it leaves no gap among those that can; its key is one of few
  const isApart = wrong.in !== 'sense' && wrong.in !== 'again' && wrong.in !== 'content'
  const number = wrong.in === 'sequence' ? plan.number + 100_000 : isApart ? plan.number % 40 : plan.number + 1_000
  const payload = forgedPayload(event, number)
  const key = forgedKey(event, payload)
  const subject = isApart && wrong.in !== 'sequence' ? forgedEventId() : key
  const value = Buffer.from(JSON.stringify(payload))
  const good: RecordToSend = { topic: event.topic.name, key, value, headers: headersOf(event, subject, sequences.next(event.topic.name, subject)), number, isRefused: false, what: `${event.type}: ${what}` }
  switch (wrong.in) {
    case 'sense':
      return [good]
    case 'value': {
      const text = written(edited(jsonTextOf(payload), wrong.edits))
      return [{ ...good, value: Buffer.from(text), isRefused: !isGood(event, text) }]
    }
    case 'bytes':
      return [{ ...good, value: damaged(value.toString(), wrong.fault), isRefused: wrong.fault !== 'padded' && wrong.fault !== 'not-a-number' }]
    case 'tombstone':
      return [{ ...good, value: null, isRefused: event.topic.retentionDays !== null }]
    case 'size':
      return [{ ...good, value: Buffer.from(JSON.stringify({ ...payload, padding: 'x'.repeat(900_000) })), isRefused: true }]
    case 'headers':
      return [{ ...good, ...withHeaderFault(event, good, wrong.fault) }]
    case 'key':
      return [{ ...good, ...withKeyFault(event, good, wrong.fault) }]
    case 'sequence': {
      const sequence = { gap: sequences.next(event.topic.name, subject) + 1, repeat: 1, back: 1 }[wrong.fault]
      return [good, { ...good, headers: headersOf(event, subject, sequence) }]
    }
    case 'again':
      return Array.from({ length: wrong.copies }, () => good)
    case 'content':
      return [good, { ...good, value: Buffer.from(JSON.stringify({ ...payload, alsoSaid: 'something else' })) }]
    default:
      return wrong satisfies never
  }
}

function isGood(event: EventDefinition, text: string): boolean {
  try {
    return fits(event.payload as Schema, JSON.parse(text))
  } catch {
    // no JSON at all
    return false
  }
}

function headersOf(event: EventDefinition, subject: string, sequence: number): WireHeaders {
  return {
    ce_specversion: '1.0', ce_id: forgedEventId(), ce_type: event.type, ce_source: 'fuzz', ce_subject: subject, ce_time: new Date().toISOString(), ce_actor: 'system:fuzz', 'content-type': 'application/json',
    ...(event.topic.sequenced ? { ce_sequence: String(sequence) } : {}),
  }
}

function withHeaderFault(event: EventDefinition, { headers }: RecordToSend, fault: HeaderFault): Pick<RecordToSend, 'headers' | 'isRefused'> {
  const without = (name: string): WireHeaders => Object.fromEntries(Object.entries(headers).filter(([other]) => other !== name))
  const changed = (name: string, value: WireHeaders[string], isRefused = true): Pick<RecordToSend, 'headers' | 'isRefused'> => ({ headers: { ...headers, [name]: value }, isRefused })
  const { sequenced } = event.topic
  switch (fault) {
    case 'no-id':
      return { headers: without('ce_id'), isRefused: true }
    case 'id-odd':
      return changed('ce_id', 'not-a-uuid')
    case 'id-twice':
      return changed('ce_id', [forgedEventId(), forgedEventId()])
    case 'no-type':
      return { headers: without('ce_type'), isRefused: true }
    case 'type-twice':
      return changed('ce_type', [event.type, event.type])
    case 'type-unknown':
      return changed('ce_type', `oms.${event.topic.noun}.never-heard-of.v1`)
    case 'type-version-0':
    case 'type-version-2':
    case 'type-version-1.0':
      return changed('ce_type', event.type.replace(/v1$/, fault.replace('type-version-', 'v')))
    case 'type-elsewhere': {
      const elsewhere = allEvents.find(({ topic }) => topic.name !== event.topic.name)
      return changed('ce_type', elsewhere?.type ?? '')
    }
    case 'type-long':
      return changed('ce_type', 'x'.repeat(5_000))
    case 'no-subject':
      return { headers: without('ce_subject'), isRefused: sequenced }
    case 'subject-twice':
      return changed('ce_subject', ['a', 'b'], sequenced)
    case 'subject-long':
      return changed('ce_subject', 'x'.repeat(5_000))
    case 'no-sequence':
      return { headers: without('ce_sequence'), isRefused: sequenced }
    case 'sequence-0':
      return changed('ce_sequence', '0', sequenced)
    case 'sequence-negative':
      return changed('ce_sequence', '-1', sequenced)
    case 'sequence-half':
      return changed('ce_sequence', '1.5', sequenced)
    case 'sequence-text':
      return changed('ce_sequence', 'first', sequenced)
    case 'sequence-huge':
      return changed('ce_sequence', '99999999999999999999', sequenced)
    case 'avro':
      return changed('content-type', 'application/avro')
    case 'none':
      return { headers: {}, isRefused: true }
    case 'huge':
      return changed('x-huge', 'x'.repeat(300_000))
    case 'json-like':
      return changed('x-json', '{"a":', false)
    case 'bytes':
      return changed('x-bytes', Buffer.of(0xff, 0x00, 0xc3), false)
    case 'time-odd':
      return changed('ce_time', 'yesterday', false)
    case 'time-future':
      return changed('ce_time', '9999-99-99T99:99:99Z', false)
    case 'actor-long':
      return changed('ce_actor', 'x'.repeat(50_000), false)
    case 'actor-nul':
      return changed('ce_actor', 'a\u0000b', false)
    case 'traceparent-odd':
      return changed('traceparent', '00-zz-zz-zz', false)
    case 'name-nul':
      return changed('x\u0000y', 'a', false)
    case 'many':
      return { headers: { ...headers, ...Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`x-${index}`, 'a'])) }, isRefused: false }
    default:
      return fault satisfies never
  }
}

function withKeyFault({ topic }: EventDefinition, { key }: RecordToSend, fault: KeyFault): Pick<RecordToSend, 'key' | 'isRefused'> {
  // what a channel writes there is a hint
  const isHint = topic.writtenBy.includes('channels')
  switch (fault) {
    case 'none':
      // a broker takes no record without a key onto a compacted topic
      return { key: topic.retentionDays === null ? '' : null, isRefused: true }
    case 'empty':
      return { key: '', isRefused: true }
    case 'nul':
      return { key: 'FUZZ\u0000', isRefused: true }
    case 'long':
      return { key: `FUZZ${'x'.repeat(2_000)}`, isRefused: true }
    case 'bytes':
      return { key: Buffer.of(0xc3, 0x28, 0xff), isRefused: true }
    case 'other':
      return { key: `${String(key)}-FUZZ`, isRefused: !isHint }
    case 'json':
      return { key: '{"FUZZ":1}', isRefused: !isHint }
    default:
      return fault satisfies never
  }
}

/** The type that a record says it is of, if this build knows it on this topic. */
export function typeSaid({ topic, headers }: RecordToSend): string | undefined {
  const said = headers['ce_type']
  const event = typeof said === 'string' ? eventOfType(said) : undefined
  return event?.topic.name === topic ? event.type : undefined
}
