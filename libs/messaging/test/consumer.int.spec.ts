import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { Poison } from '../src/index.js'
import { applied, publish, crates, CratePacked, CrateSealed, CrateSeen, doors, House, newId, rowsOf, stepsOf, type Effect, type TestService } from './harness.js'

const operator = { who: 'operator:ada', why: 'a test' }

let house: House
let consumer: TestService
let effect: Effect = () => undefined
beforeAll(async () => {
  house = await House.open()
  consumer = await house.consumer({ database: await house.database(), effect: (fresh, client) => effect(fresh, client), times: { breakerPauseMs: 200 } })
}, 60_000)
afterAll(() => house.close(), 60_000)

const parked = (crate: string) => consumer.messaging.operations.parkedKeys({ topic: crates.name, key: crate })
const quarantine = async (crate: string) => (await consumer.messaging.operations.quarantined({ status: 'open' })).filter(({ key }) => key === crate)
const alarmsOf = (code: string) => consumer.alarms.filter((alarm) => alarm.code === code)

test('a round: 3,000 facts of 60 crates, in order within each crate, in few transactions of at most 1,000', async () => {
  const callsBefore = consumer.calls.length
  const facts = Array.from({ length: 3_000 }, (_, index) => ({ crate: `round-${index % 60}`, event: index % 7 === 0 ? CrateSealed : CratePacked }))
  await house.sendAll(facts)
  await eventually(async () => expect((await rowsOf<{ n: string }>(consumer.pool, `SELECT count(*) AS n FROM applied WHERE crate LIKE 'round-%'`))[0]?.n).toBe('3000'), 20_000)
  for (let crate = 0; crate < 60; crate++) expect(await stepsOf(consumer.pool, `round-${crate}`)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  const calls = consumer.calls.slice(callsBefore)
  expect(Math.max(...calls.map(({ messages }) => messages))).toBeLessThanOrEqual(1_000)
  expect(calls.length).toBeLessThan(500)
}, 40_000)

test('BI-B12: the same message 100 times has one effect', async () => {
  const id = newId()
  await house.sendAll(Array.from({ length: 100 }, () => ({ crate: 'twice', sequence: 1, id, step: 1 })))
  await house.send('twice', { sequence: 2 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'twice')).toEqual([1, 2]))
  expect(await quarantine('twice')).toHaveLength(0)
})

test('BI-B5: a known type nobody handles here is ignored and counted, and leaves no gap', async () => {
  await house.send('ignored', { event: CratePacked })
  await house.send('ignored', { event: CrateSeen })
  await house.send('ignored', { event: CrateSealed })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'ignored')).toEqual([1, 3]))
  expect(await consumer.metrics.getSingleMetricAsString('waybill_consumed_total')).toMatch(/type="oms.test.crate.crate-seen.v1",outcome="ignored"/)
})

test('a poison message parks its key while others flow; a retry goes on in order', async () => {
  let broken = true
  effect = (fresh) => {
    if (broken && fresh.some(({ payload }) => payload.note === 'poison')) throw Object.assign(new Error('division by zero'), { code: '22012' })
  }
  const others = Array.from({ length: 40 }, (_, index) => ({ crate: `healthy-${index}` }))
  await house.sendAll([...others, { crate: 'sick' }, { crate: 'sick', note: 'poison' }, { crate: 'sick' }, { crate: 'sick', event: CrateSealed }, { crate: 'sick', event: CrateSeen }, { crate: 'sick' }])
  await house.sendAll(others)
  await eventually(async () => expect(await stepsOf(consumer.pool, 'healthy-39')).toEqual([1, 2]))
  await eventually(async () => expect((await parked('sick'))[0]?.messages).toBe(5))
  expect(await stepsOf(consumer.pool, 'sick')).toEqual([1])
  expect((await parked('sick'))[0]).toMatchObject({ code: '22012', error: 'division by zero', status: 'waiting', head: { sequence: 2 } })
  expect(alarmsOf('parked')).not.toHaveLength(0)

  broken = false
  await house.send('sick')
  await eventually(async () => expect((await parked('sick'))[0]?.messages).toBe(6))
  await consumer.messaging.operations.retryParked({ code: '22012' }, operator)
  await eventually(async () => expect(await stepsOf(consumer.pool, 'sick')).toEqual([1, 2, 3, 4, 6, 7]))
  await eventually(async () => expect(await parked('sick')).toHaveLength(0))
  await house.send('sick')
  await eventually(async () => expect((await stepsOf(consumer.pool, 'sick')).at(-1)).toBe(8))
  effect = () => undefined
})

test('a handler that knows the culprit names it: one more call, not twenty', async () => {
  effect = (fresh) => {
    const culprit = fresh.find(({ payload }) => payload.note === 'named')
    if (culprit) throw new Poison(culprit.cause.eventId, 'no-such-product', 'P-1 is unknown')
  }
  const facts = Array.from({ length: 64 }, (_, index) => ({ crate: `named-${index}`, ...(index === 33 ? { note: 'named' } : {}) }))
  const before = consumer.calls.length
  await house.sendAll(facts)
  await eventually(async () => expect((await rowsOf(consumer.pool, `SELECT FROM applied WHERE crate LIKE 'named-%'`)).length).toBe(63))
  expect(consumer.calls.length - before).toBeLessThanOrEqual(6)
  expect((await parked('named-33'))[0]).toMatchObject({ code: 'no-such-product', error: 'P-1 is unknown' })
  effect = () => undefined

  const [message] = await consumer.messaging.operations.parkedMessages(crates.name, 'named-33')
  await house.send('named-33')
  expect(await consumer.messaging.operations.editParked(message?.id ?? '', { crate: 'named-33', step: 77 }, operator)).toBe(true)
  await eventually(async () => expect(await stepsOf(consumer.pool, 'named-33')).toEqual([77, 2]))
})

test('an operator skips a parked message with a reason; those behind it go on, and it does not come back', async () => {
  effect = (fresh) => {
    if (fresh.some(({ payload }) => payload.note === 'hopeless')) throw new Error('hopeless')
  }
  const id = await house.send('skipped', { note: 'hopeless' })
  await house.send('skipped')
  const key = await eventually(async () => {
    const [found] = await parked('skipped')
    expect(found?.messages).toBe(2)
    return found
  })
  expect(await consumer.messaging.operations.skipParked(key?.head.id ?? '', operator)).toBe(true)
  expect(await consumer.messaging.operations.skipParked(key?.head.id ?? '', operator)).toBe(false)
  await eventually(async () => expect(await stepsOf(consumer.pool, 'skipped')).toEqual([2]))
  await house.send('skipped', { sequence: 1, id, note: 'hopeless' })
  await house.send('skipped')
  await eventually(async () => expect(await stepsOf(consumer.pool, 'skipped')).toEqual([2, 3]))
  expect(await parked('skipped')).toHaveLength(0)
  expect(await quarantine('skipped')).toHaveLength(0)
  expect(await rowsOf(consumer.pool, `SELECT who, why, action FROM messaging.operator_action WHERE target->>'eventId' = $1`, [id])).toEqual([{ who: 'operator:ada', why: 'a test', action: 'skip parked' }])
  effect = () => undefined
})

test('what is transient is retried for ever and never parked', async () => {
  let failures = 0
  effect = (fresh) => {
    if (fresh.some(({ payload }) => payload.crate === 'transient') && failures++ < 6) throw Object.assign(new Error('deadlock detected'), { code: '40P01' })
  }
  await house.send('transient')
  await eventually(async () => expect(await stepsOf(consumer.pool, 'transient')).toEqual([1]), 15_000)
  expect(failures).toBe(7)
  expect(await parked('transient')).toHaveLength(0)
  effect = () => undefined
}, 20_000)

test('more than half failing pauses the consumer and alarms; it goes on by itself when it works again', async () => {
  let broken = true
  effect = () => {
    if (broken) throw new TypeError('our own defect')
  }
  await house.sendAll(Array.from({ length: 40 }, (_, index) => ({ crate: `day-${index}` })))
  await eventually(() => expect(alarmsOf('consumer-paused')).not.toHaveLength(0), 15_000)
  expect(consumer.messaging.health()).toMatchObject({ consumer: 'paused', ready: true })
  const stopped = (await consumer.messaging.operations.parkedKeys({ code: 'TypeError' })).length
  expect(stopped).toBeLessThan(25)
  broken = false
  await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
  await consumer.messaging.operations.retryParked({ code: 'TypeError' }, operator)
  await eventually(async () => expect((await rowsOf(consumer.pool, `SELECT FROM applied WHERE crate LIKE 'day-%'`)).length).toBe(40), 15_000)
  effect = () => undefined
}, 60_000)

test('BI-B11: a message that is missing makes its key wait, the owner publishes it again, and all comes in order', async () => {
  const owner = await house.owner({ database: await house.database() })
  await publish(owner, Array.from({ length: 6 }, (_, index) => ({ crate: 'gap', step: index + 1 })))
  await eventually(async () => expect(await stepsOf(consumer.pool, 'gap')).toHaveLength(6))
  // The group forgets that it had 3 and 4, as if they had been lost on the way, and gets 7.
  await consumer.pool.query(`DELETE FROM applied WHERE crate = 'gap' AND step IN (3, 4, 5, 6)`)
  await consumer.pool.query(`WITH gone AS (SELECT event_id FROM messaging.inbox) DELETE FROM messaging.inbox WHERE event_id IN (SELECT event_id FROM messaging.inbox EXCEPT SELECT event_id FROM applied)`)
  await consumer.pool.query(`UPDATE messaging.consumed_sequence SET sequence = 2 WHERE subject = 'gap'`)
  await publish(owner, [{ crate: 'gap', step: 7 }])
  await eventually(async () => expect(await stepsOf(consumer.pool, 'gap')).toEqual([1, 2, 3, 4, 5, 6, 7]), 15_000)
  expect(alarmsOf('sequence-gap')).toHaveLength(1)
  await eventually(async () => expect(await parked('gap')).toHaveLength(0))
  expect(await quarantine('gap')).toHaveLength(0)
  await owner.stop()
}, 30_000)

test('a gap waits while other crates flow, and what fills it may come from anywhere', async () => {
  await house.send('hole', { sequence: 1 })
  await house.send('hole', { sequence: 4 })
  await house.send('hole', { sequence: 5 })
  await house.send('no-hole', { sequence: 1 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'no-hole')).toEqual([1]))
  await eventually(async () => expect((await parked('hole'))[0]).toMatchObject({ code: 'sequence-gap', messages: 2 }))
  await house.send('hole', { sequence: 3 })
  await house.send('hole', { sequence: 2 })
  await eventually(async () => expect((await parked('hole'))[0]?.messages).toBe(3))
  await house.send('hole', { sequence: 3 })
  await eventually(async () => expect((await parked('hole'))[0]?.messages ?? 0).toBeLessThanOrEqual(3))
  // the count says 3 as soon as the late 3 waits too; that 2 had its effect shows in what was applied alone
  await eventually(async () => expect((await stepsOf(consumer.pool, 'hole')).slice(0, 2)).toEqual([1, 2]))
})

test.each([
  ['BI-B1 broken JSON', 'malformed-json', '{"crate": '],
  ['BI-B1 nothing', 'malformed-json', ''],
  ['BI-B1 whitespace', 'malformed-json', '  '],
  ['BI-B1 a byte order mark', 'malformed-json', '\ufeff{}'],
  ['BI-B3 a string', 'object-expected', '"x"'],
  ['BI-B3 an array', 'object-expected', '[]'],
  ['BI-B3 a number', 'object-expected', '42'],
  ['BI-B4 a registry frame', 'unsupported-encoding', Buffer.from([0, 0, 0, 0, 1, 123, 125])],
  ['bytes that are not UTF-8', 'invalid-encoding', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['a key twice', 'duplicate-json-key', '{"crate":"a","crate":"b","step":1}'],
  ['__proto__', 'forbidden-key', '{"__proto__":{},"step":1}'],
  ['depth 21', 'json-too-deep', '['.repeat(21) + ']'.repeat(21)],
  ['2^53+1', 'unsafe-number', '{"crate":"a","step":9007199254740993}'],
  ['NUL', 'invalid-character', '{"crate":"a\\u0000","step":1}'],
  ['half a surrogate pair', 'invalid-character', '{"crate":"\\ud800","step":1}'],
  ['BI-B15 a wrong type', 'schema-violation', '{"crate":"a","step":"3"}'],
  ['BI-B15 no list', 'schema-violation', '{"crate":null,"step":1}'],
  ['BI-B2 no value', 'unexpected-tombstone', null],
  ['BI-B7 another key than the rule says', 'key-mismatch', '{"crate":"b","step":1}'],
])('%s goes to quarantine as %s and blocks nothing', async (what, code, value) => {
  const crate = `bad-${what.replaceAll(' ', '-')}`
  const before = await applied(consumer.pool, crate)
  expect(before).toEqual([])
  await house.send(crate)
  await house.sendRaw(crates, [{ key: crate, value, headers: headers(crate, 2) }])
  await house.send(crate, { sequence: 3 })
  await eventually(async () => expect(await stepsOf(consumer.pool, crate)).toEqual([1, 3]))
  expect((await quarantine(crate)).map((message) => message.code)).toEqual([code])
})

test.each([
  ['BI-B8 no event id', 'invalid-event-id', { ce_id: '' }],
  ['BI-B8 an event id that is none', 'invalid-event-id', { ce_id: '42' }],
  ['BI-B5 a type of a later build', 'unknown-type', { ce_type: 'oms.test.crate.crate-painted.v1' }],
  ['BI-B6 a later version', 'unknown-type', { ce_type: 'oms.test.crate.crate-packed.v2' }],
  ['BI-B6 version 0', 'unknown-type', { ce_type: 'oms.test.crate.crate-packed.v0' }],
  ['BI-B6 version 1.0', 'unknown-type', { ce_type: 'oms.test.crate.crate-packed.v1.0' }],
  ['a type of another topic', 'unknown-type', { ce_type: 'oms.test.door.door-knocked.v1' }],
  ['BI-B9 no type', 'invalid-envelope', { ce_type: '' }],
  ['BI-B9 a type twice', 'invalid-envelope', { ce_type: [CratePacked.type, CratePacked.type] }],
  ['BI-B9 an id twice', 'invalid-event-id', { ce_id: [newId(), newId()] }],
  ['BI-B11 sequence 0', 'invalid-sequence', { ce_sequence: '0' }],
  ['BI-B11 sequence -1', 'invalid-sequence', { ce_sequence: '-1' }],
  ['no sequence', 'invalid-sequence', { ce_sequence: '' }],
])('%s goes to quarantine as %s', async (what, code, wrong) => {
  const crate = `envelope-${what.replaceAll(' ', '-')}`
  await house.sendRaw(crates, [{ key: crate, value: JSON.stringify({ crate, step: 1 }), headers: { ...headers(crate, 1), ...wrong } }])
  await eventually(async () => expect((await quarantine(crate)).map((message) => message.code)).toEqual([code]))
  expect(await applied(consumer.pool, crate)).toEqual([])
})

test('BI-B14: of a subject never heard of the first that comes counts, whatever its number; then there are gaps', async () => {
  await house.send('late', { sequence: 7 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'late')).toEqual([7]))
  await house.send('late', { sequence: 9 })
  await eventually(async () => expect((await parked('late'))[0]).toMatchObject({ code: 'sequence-gap' }))
  await house.send('late', { sequence: 8 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'late')).toEqual([7, 8, 9]))
})

test('BI-B7, BI-B9, BI-B10: a record without key, with huge headers, or of 900 kB goes to quarantine', async () => {
  const value = JSON.stringify({ crate: 'k', step: 1 })
  await house.sendRaw(crates, [{ key: null, value, headers: headers('k', 1) }])
  await house.sendRaw(crates, [{ key: 'huge', value, headers: { ...headers('huge', 1), extra: 'x'.repeat(300_000) } }])
  await house.sendRaw(crates, [{ key: 'huge', value: JSON.stringify({ crate: 'huge', step: 1, note: 'n'.repeat(900_000) }), headers: headers('huge', 2) }])
  await eventually(async () => expect((await quarantine('huge')).map(({ code }) => code)).toEqual(['message-too-large', 'message-too-large']))
  await eventually(async () => expect((await consumer.messaging.operations.quarantined({ code: 'key-mismatch' })).some(({ key }) => key === null)).toBe(true))
})

test('a key that is too long for an index goes to quarantine', async () => {
  const key = 'k'.repeat(5_000)
  await house.sendRaw(crates, [{ key, value: JSON.stringify({ crate: key, step: 1 }), headers: headers('short', 1) }])
  await eventually(async () => expect((await quarantine(key)).map(({ code }) => code)).toEqual(['key-mismatch']))
})

test('BI-B6, BI-B7: an unknown field is fine, and the key of an outsider is only a hint', async () => {
  await house.sendRaw(crates, [{ key: 'open', value: JSON.stringify({ crate: 'open', step: 1, colour: 'red' }), headers: headers('open', 1) }])
  await eventually(async () => expect(await stepsOf(consumer.pool, 'open')).toEqual([1]))
  await house.sendRaw(doors, [{ key: '{"a":1}', value: JSON.stringify({ door: 'north', name: 'n' }), headers: { ce_id: newId(), ce_type: 'oms.test.door.door-knocked.v1' } }])
  await eventually(async () => expect(await applied(consumer.pool, '{"a":1}')).toHaveLength(1))
  expect(await consumer.metrics.getSingleMetricAsString('waybill_key_hint_mismatch_total')).toMatch(/} 1$/m)
})

test('BI-B8, BI-B11: the same event id with other content is a conflict: quarantine and alarm, no effect', async () => {
  const id = await house.send('conflict')
  await eventually(async () => expect(await stepsOf(consumer.pool, 'conflict')).toEqual([1]))
  await house.send('conflict', { sequence: 1, id, step: 99 })
  await eventually(async () => expect((await quarantine('conflict')).map(({ code }) => code)).toEqual(['event-id-conflict']))
  await house.send('conflict', { sequence: 1, step: 98 })
  await eventually(async () => expect((await quarantine('conflict')).map(({ code }) => code)).toEqual(['event-id-conflict', 'sequence-repeated']))
  expect(await stepsOf(consumer.pool, 'conflict')).toEqual([1])
  expect(alarmsOf('event-id-conflict')).toHaveLength(1)
})

test('quarantine is redriven: as it is after a fix, edited, or discarded', async () => {
  await house.send('redriven')
  await house.sendRaw(crates, [{ key: 'redriven', value: '{"crate":"redriven","step":"two"}', headers: headers('redriven', 2) }])
  await house.send('redriven', { sequence: 3 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'redriven')).toEqual([1, 3]))
  const [message] = await quarantine('redriven')
  const id = message?.id ?? ''
  expect(await consumer.messaging.operations.retryQuarantined({ ids: [id] }, operator)).toEqual([{ id, outcome: 'refused', code: 'schema-violation' }])
  expect(await consumer.messaging.operations.editQuarantined(id, { payload: '{"crate":"redriven","step":2}' }, operator)).toEqual({ id, outcome: 'done' })
  expect(await stepsOf(consumer.pool, 'redriven')).toEqual([1, 3, 2])
  expect(await consumer.messaging.operations.retryQuarantined({ ids: [id] }, operator)).toEqual([{ id, outcome: 'gone' }])
  expect(await consumer.messaging.operations.quarantinedMessage(id, 'operator:ada')).toMatchObject({ status: 'done', decidedBy: 'operator:ada', decidedWhy: 'a test' })
  await house.sendRaw(crates, [{ key: 'redriven', value: 'rubbish', headers: headers('redriven', 4) }])
  const rubbish = await eventually(async () => {
    const [found] = await quarantine('redriven')
    expect(found).toBeDefined()
    return found
  })
  expect(await consumer.messaging.operations.discardQuarantined({ ids: [rubbish?.id ?? ''] }, operator)).toBe(1)
})

test('of every record read there is exactly one: inbox row, parked row, quarantine row, or its type is ignored', async () => {
  const rows = <Row extends Record<string, unknown>>(sql: string) => rowsOf<Row>(consumer.pool, sql)
  const records = await house.read(crates)
  const inbox = new Set((await rows<{ event_id: string }>('SELECT event_id FROM messaging.inbox')).map(({ event_id }) => event_id))
  const waiting = new Set((await rows<{ event_id: string }>('SELECT event_id FROM messaging.parked_message')).map(({ event_id }) => event_id))
  const refused = new Set((await rows<{ place: string }>(`SELECT partition || '/' || "offset" AS place FROM messaging.quarantine WHERE topic = '${crates.name}'`)).map(({ place }) => place))
  await eventually(async () => {
    const next = new Map((await rows<{ partition: number; next_offset: string }>(`SELECT partition, next_offset FROM messaging.next_offset WHERE topic = '${crates.name}'`)).map((row) => [row.partition, Number(row.next_offset)]))
    expect(records.filter(({ partition, offset }) => offset >= (next.get(partition) ?? 0))).toHaveLength(0)
  })
  const wrong = records.filter(({ partition, offset, id, type }) => {
    if (refused.has(`${partition}/${offset}`)) return false
    return [inbox.has(id), waiting.has(id), type === CrateSeen.type].filter(Boolean).length !== 1
  })
  expect(wrong).toEqual([])
  expect(records.length).toBeGreaterThan(3_000)
  // after all of it the consumer is as well as before
  expect(consumer.messaging.health()).toMatchObject({ ready: true, consumer: 'running' })
  expect(consumer.fatal).toEqual([])
})

function headers(crate: string, sequence: number): Record<string, string> {
  return { ce_id: newId(), ce_type: CratePacked.type, ce_subject: crate, ce_sequence: String(sequence), 'content-type': 'application/json' }
}
