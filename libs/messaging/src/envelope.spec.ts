import { allEvents, BackorderDateChanged, eventOfType, OrderPlaced } from '@waybill/contracts'
import { expect, test } from '@jest/globals'
import { decode, encode, type Envelope, type RawRecord } from './envelope.js'

const envelope: Envelope = {
  id: '01938b1e-7c00-7000-8000-000000000042',
  source: '/waybill/order',
  subject: OrderPlaced.example.order,
  key: OrderPlaced.example.order,
  time: '2026-11-23T10:00:00.000Z',
  sequence: 7,
  correlationId: OrderPlaced.example.order,
  causationId: 'channel:web/key',
  actor: 'channel:web',
  traceparent: null,
}

const wire = (headers: Readonly<Record<string, string>>, payload: Buffer, key: string): RawRecord => ({
  topic: OrderPlaced.topic.name,
  partition: 3,
  offset: 9n,
  key: Buffer.from(key),
  value: payload,
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  timestamp: '0',
})
const rules = { group: 'g', topic: OrderPlaced.topic, eventOfType, handles: () => true }

test('what is encoded is decoded to the same fact', () => {
  const { headers, payload } = encode(OrderPlaced, envelope, OrderPlaced.example)
  const decoded = decode(wire(headers, payload, envelope.key), rules)
  expect(decoded).toMatchObject({
    kind: 'fact',
    payload: OrderPlaced.example,
    cause: { kind: 'event', group: 'g', topic: 'oms.order.v1', partition: 3, offset: 9n, key: envelope.key, eventId: envelope.id, type: OrderPlaced.type, subject: envelope.subject, sequence: 7, time: envelope.time, actor: 'channel:web', correlationId: envelope.correlationId },
  })
})

test.each(allEvents.map((event) => [event.type, event] as const))('the example of %s may be published', (_type, event) => {
  expect(() => encode(event, envelope, event.example)).not.toThrow()
})

test.each(['2026-02-30T10:00:00Z', '2026-11-23T24:00:00Z', '9999-99-99T99:99:99Z', '0000-01-01T00:00:00Z'])('%s has the form of a moment and is none', (placedAt) => {
  const { headers } = encode(OrderPlaced, envelope, OrderPlaced.example)
  const payload = Buffer.from(JSON.stringify({ ...OrderPlaced.example, placedAt }))
  expect(decode(wire(headers, payload, envelope.key), rules)).toMatchObject({ kind: 'refused', code: 'schema-violation', detail: expect.stringContaining('/placedAt') })
})

test('a day that the calendar does not have is none, the last of a leap February is', () => {
  const at = (day: string) => {
    const { headers } = encode(BackorderDateChanged, envelope, BackorderDateChanged.example)
    const payload = Buffer.from(JSON.stringify({ ...BackorderDateChanged.example, lines: BackorderDateChanged.example.lines.map((line) => ({ ...line, new: day })) }))
    return decode({ ...wire(headers, payload, envelope.key), topic: BackorderDateChanged.topic.name }, { ...rules, topic: BackorderDateChanged.topic }).kind
  }
  expect(['2028-02-29', '2027-02-29', '2026-13-01'].map(at)).toEqual(['fact', 'refused', 'refused'])
})

test('a header that must be there once and comes twice is refused, another is taken as it came first', () => {
  const { headers, payload } = encode(OrderPlaced, envelope, OrderPlaced.example)
  const record = wire(headers, payload, envelope.key)
  expect(decode({ ...record, headers: { ...record.headers, ce_id: [Buffer.from(envelope.id), Buffer.from(envelope.id)] } }, rules)).toMatchObject({ kind: 'refused', code: 'invalid-event-id' })
  expect(decode({ ...record, headers: { ...record.headers, ce_actor: [Buffer.from('a:1'), Buffer.from('b:2')] } }, rules)).toMatchObject({ kind: 'fact', cause: { actor: 'a:1' } })
  expect(decode({ ...record, headers: { ...record.headers, ce_extra: Buffer.from('{"a":1}') } }, rules)).toMatchObject({ kind: 'fact' })
})

test('what this group ignores is not even parsed, and a tombstone of a compacted topic is ignored', () => {
  const { headers } = encode(OrderPlaced, envelope, OrderPlaced.example)
  expect(decode(wire(headers, Buffer.from('rubbish'), envelope.key), { ...rules, handles: () => false })).toMatchObject({ kind: 'ignored', cause: { sequence: 7 } })
  const compacted = { ...rules, topic: { ...OrderPlaced.topic, retentionDays: null, sequenced: false } }
  expect(decode({ ...wire(headers, Buffer.alloc(0), envelope.key), value: null }, compacted)).toMatchObject({ kind: 'ignored' })
})
