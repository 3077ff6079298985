import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { event, type EventDefinition, type TopicDefinition } from '@waybill/contracts'
import { eventually, tablesThatHold } from '@waybill/testing'
import Type from 'typebox'
import { createTopics, encode, Poison, type MessageRegistry, type Received } from '../src/index.js'
import { apply, change, crates, CratePacked, CrateSeen, House, listen, newId, registry, rowsOf, stepsOf, type CrateFact, type TestService } from './harness.js'

const GROUP = 'inventory.operators'
const people: TopicDefinition = { ...crates, name: 'test.person.v1', noun: 'test.person', key: 'person', personal: true, erasedBy: 'oms.test.person.person-forgotten.v1' }
const about = { topic: people, version: 1, meaning: 'A person in a test.' }
const PersonNamed = event({ ...about, fact: 'person-named', payload: Type.Object({ person: Type.String(), name: Type.String() }), example: { person: 'p', name: 'n' } })
const PersonForgotten = event({ ...about, fact: 'person-forgotten', payload: Type.Object({ person: Type.String() }), example: { person: 'p' } })
const handles = [CratePacked, PersonNamed, PersonForgotten] as readonly EventDefinition[]
const registryHere: MessageRegistry = {
  topics: [crates, people],
  eventOfType: (type) => handles.find((definition) => definition.type === type) ?? registry.eventOfType(type),
  consumers: { [GROUP]: { service: 'inventory', handles }, 'order.test': { service: 'order', handles: [] } },
}

const ada = { who: 'operator:ada', why: 'a test' }
const ben = { who: 'operator:ben', why: 'another test' }

let house: House
let database: string
let service: TestService
/** What the handlers do before they ask the inbox, and after: tests say it. */
let before: (batch: readonly Received<CrateFact>[]) => Promise<void> | void = () => undefined
let within: (fresh: readonly Received<CrateFact>[]) => Promise<void> | void = () => undefined
const logged: string[] = []

beforeAll(async () => {
  house = await House.open()
  await createTopics({ kafka: { brokers: house.brokers }, namespace: house.ns.prefix, registry: registryHere })
  database = await house.database()
  service = house.service({ service: 'inventory', group: GROUP, registry: registryHere, database, onLog: (line) => logged.push(line), times: { breakerPauseMs: 50 } })
  const handle = async (batch: readonly Received<CrateFact>[]) => {
    await before(batch)
    await change(service.messaging, service.pool, batch.map(({ cause }) => cause), async (client, admitted) => {
      const fresh = batch.filter((_message, index) => admitted[index] === 'fresh')
      await apply(client, fresh)
      await within(fresh)
    })
  }
  for (const { type } of handles) service.messaging.transport.addHandler(type, handle as never, true)
  await listen(service)
}, 60_000)
afterAll(() => house.close(), 60_000)

const operations = () => service.messaging.operations
const parked = async (key: string, topic = crates.name) => (await operations().parkedKeys({ topic, key }))[0]
const waitsWith = (key: string, messages: number, topic = crates.name) =>
  eventually(async () => {
    const found = await parked(key, topic)
    expect(found?.messages).toBe(messages)
    return found
  })
const gate = () => {
  let open: () => void = () => undefined
  const passed = new Promise<void>((resolve) => (open = resolve))
  return { passed, open }
}
/** From now on messages with this note fail. */
const refuse = (note: string, code = 'no-good') => {
  within = (fresh) => {
    const culprit = fresh.find(({ payload }) => payload.note === note)
    if (culprit) throw new Poison(culprit.cause.eventId, code, `cannot take ${note}`)
  }
}

test('a message keeps its history: each failure with its error, who did what and why, and what an edit changed', async () => {
  refuse('bad', 'first-reason')
  const id = await house.send('told', { note: 'bad' })
  await waitsWith('told', 1)
  refuse('bad', 'second-reason')
  expect(await operations().retryParked({ topic: crates.name, key: 'told' }, ada)).toBe(1)
  await eventually(async () => expect(await parked('told')).toMatchObject({ code: 'second-reason', attempts: 1 }))
  const head = (await parked('told'))?.head.id ?? ''
  expect(await operations().parkedMessage(head, ada.who)).toMatchObject({ id: head, eventId: id, code: 'second-reason', sealed: false, erased: false, payload: '{"crate":"told","step":1,"note":"bad"}' })
  expect(await operations().editParked(head, { crate: 'told', step: 7 }, ben)).toBe(true)
  await eventually(async () => expect(await stepsOf(service.pool, 'told')).toEqual([7]))

  const history = await operations().parkedHistory(crates.name, 'told')
  expect(history.map(({ act, code, who, why, error }) => [act, code, who, why, error])).toEqual([
    ['parked', 'first-reason', null, null, 'cannot take bad'],
    ['retry', null, 'operator:ada', 'a test', null],
    ['failed', 'second-reason', null, null, 'cannot take bad'],
    ['edit', null, 'operator:ben', 'another test', null],
    ['handled', null, null, null, null],
  ])
  expect(history[3]).toMatchObject({ eventId: id, id: head, before: '{"crate":"told","step":1,"note":"bad"}', after: '{"crate":"told","step":7}' })
  expect(history.every(({ at }, index) => index === 0 || at >= (history[index - 1]?.at ?? at))).toBe(true)
})

test('a long queue is redriven in order, while new messages come and operators press the button at once', async () => {
  refuse('stuck')
  await house.send('long', { note: 'stuck' })
  await waitsWith('long', 1)
  await house.sendAll(Array.from({ length: 300 }, () => ({ crate: 'long' })))
  await waitsWith('long', 301)
  within = () => undefined
  const arriving = (async () => {
    for (let more = 0; more < 40; more++) await house.sendAll([{ crate: 'long' }, { crate: 'long' }, { crate: 'long' }])
  })()
  await Promise.all([ada, ben, ada].map((who) => operations().retryParked({ topic: crates.name, key: 'long' }, who)))
  await arriving
  await eventually(async () => expect(await stepsOf(service.pool, 'long')).toHaveLength(421), 30_000)
  expect(await stepsOf(service.pool, 'long')).toEqual(Array.from({ length: 421 }, (_, index) => index + 1))
  await eventually(async () => expect(await parked('long')).toBeUndefined())
  expect(service.alarms.filter(({ code, data }) => code === 'sequence-gap' && data['subject'] === 'long')).toEqual([])
}, 60_000)

test('what came before a poison message of its key, in the same batch, does not queue behind it', async () => {
  refuse('poison')
  await house.sendAll([{ crate: 'before' }, { crate: 'before' }, { crate: 'before', note: 'poison' }, { crate: 'before' }])
  await waitsWith('before', 2)
  expect(await stepsOf(service.pool, 'before')).toEqual([1, 2])
  within = () => undefined
  await operations().retryParked({ topic: crates.name, key: 'before' }, ada)
  await eventually(async () => expect(await stepsOf(service.pool, 'before')).toEqual([1, 2, 3, 4]))
})

test('what comes at the very moment in which a key is emptied is no gap', async () => {
  refuse('moment')
  await house.sendAll([{ crate: 'moment' }, { crate: 'moment', note: 'moment' }])
  await waitsWith('moment', 1)
  const { passed, open } = gate()
  let entered = false
  within = async (fresh) => {
    if (!fresh.some(({ payload }) => payload.note === 'moment')) return
    entered = true
    await passed
  }
  await operations().retryParked({ code: 'no-good', topic: crates.name }, ada)
  await eventually(() => expect(entered).toBe(true))
  await house.send('moment')
  // the batch with the new message waits for the lock of the retry
  await eventually(async () => expect(await rowsOf(service.pool, `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).not.toEqual([]))
  open()
  await eventually(async () => expect(await stepsOf(service.pool, 'moment')).toEqual([1, 2, 3]))
  expect(service.alarms.filter(({ code, data }) => code === 'sequence-gap' && data['subject'] === 'moment')).toEqual([])
  expect(await parked('moment')).toBeUndefined()
})

test('an edit made while the old content is being tried is what counts', async () => {
  refuse('old')
  await house.send('edited', { note: 'old' })
  const head = (await waitsWith('edited', 1))?.head.id ?? ''
  within = () => undefined
  const { passed, open } = gate()
  let read = 0
  before = async (batch) => {
    if (!batch.some(({ payload }) => payload.note === 'old')) return
    read++
    await passed
  }
  await operations().retryParked({ topic: crates.name, key: 'edited' }, ada)
  await eventually(() => expect(read).toBe(1))
  expect(await operations().editParked(head, { crate: 'edited', step: 2 }, ben)).toBe(true)
  open()
  await eventually(async () => expect(await stepsOf(service.pool, 'edited')).toEqual([2]))
  before = () => undefined
})

test('what nobody handles waits for what is missing before it too, and does not make it come too late', async () => {
  within = () => undefined
  await house.sendAll([{ crate: 'unhandled', sequence: 1 }, { crate: 'unhandled', sequence: 3, event: CrateSeen }])
  await waitsWith('unhandled', 1)
  await operations().retryParked({ topic: crates.name, key: 'unhandled' }, ada)
  await eventually(async () => expect(await parked('unhandled')).toMatchObject({ code: 'sequence-gap', attempts: 1 }))
  await house.send('unhandled', { sequence: 2 })
  await eventually(async () => expect(await stepsOf(service.pool, 'unhandled')).toEqual([1, 2]))
  await eventually(async () => expect(await parked('unhandled')).toBeUndefined())
})

test('of operators who decide at once one decides, and everybody is told', async () => {
  refuse('argued')
  await house.sendAll([{ crate: 'argued', note: 'argued' }, { crate: 'argued' }])
  const head = (await waitsWith('argued', 2))?.head.id ?? ''
  const skipped = await Promise.all([ada, ben, ada, ben].map((who) => operations().skipParked(head, who)))
  expect(skipped.filter(Boolean)).toHaveLength(1)
  expect(await operations().editParked(head, { crate: 'argued', step: 1 }, ada)).toBe(false)
  await eventually(async () => expect(await stepsOf(service.pool, 'argued')).toEqual([2]))
  expect((await operations().parkedHistory(crates.name, 'argued')).filter(({ act }) => act === 'skip')).toHaveLength(1)
  expect(await operations().parkedMessage(head, ada.who)).toMatchObject({ status: 'skipped', history: [{ act: 'parked' }, { act: 'skip' }] })
})

test('giving up one that only queues leaves the first where it is', async () => {
  refuse('first', 'first-is-bad')
  await house.sendAll([{ crate: 'middle', note: 'first' }, { crate: 'middle' }, { crate: 'middle' }])
  await waitsWith('middle', 3)
  const [, second] = await operations().parkedMessages(crates.name, 'middle')
  expect(await operations().skipParked(second?.id ?? '', ada)).toBe(true)
  expect(await parked('middle')).toMatchObject({ messages: 2, code: 'first-is-bad', attempts: 0, status: 'waiting' })
  within = () => undefined
  await operations().retryParked({ code: 'first-is-bad' }, ada)
  await eventually(async () => expect(await stepsOf(service.pool, 'middle')).toEqual([1, 3]))
})

test('all keys with one cause are retried at once, each in its order; other causes wait on', async () => {
  within = (fresh) => {
    const culprit = fresh.find(({ payload }) => payload.note !== undefined)
    if (culprit) throw new Poison(culprit.cause.eventId, culprit.payload.note ?? '')
  }
  const names = Array.from({ length: 60 }, (_, index) => `bulk-${index}`)
  await house.sendAll(names.flatMap((crate) => [{ crate, note: 'release-of-today' }, { crate }]))
  await house.send('elsewhere', { note: 'another-cause' })
  await eventually(async () => expect((await operations().parkedCauses()).filter(({ code }) => code !== 'queued')).toMatchObject([
    { code: 'release-of-today', topic: crates.name, type: CratePacked.type, keys: 60, messages: 120, stopped: 0 },
    { code: 'another-cause', keys: 1, messages: 1 },
  ]), 20_000)
  within = () => undefined
  expect(await operations().retryParked({ code: 'release-of-today', topic: people.name }, ada)).toBe(0)
  const begunAt = Date.now()
  expect(await operations().retryParked({ code: 'release-of-today' }, ada)).toBe(60)
  await eventually(async () => expect(await rowsOf(service.pool, `SELECT FROM applied WHERE crate LIKE 'bulk-%'`)).toHaveLength(120), 15_000)
  expect(Date.now() - begunAt).toBeLessThan(10_000)
  for (const crate of names.slice(0, 5)) expect(await stepsOf(service.pool, crate)).toEqual([1, 2])
  expect(await parked('elsewhere')).toMatchObject({ code: 'another-cause' })
  await operations().retryParked({ code: 'another-cause' }, ada)
}, 40_000)

test('what operators are called for stands in the metrics', async () => {
  refuse('measured')
  await house.send('measured', { note: 'measured' })
  await house.sendRaw(crates, [{ key: 'measured-too', value: '{broken', headers: {} }])
  await waitsWith('measured', 1)
  await eventually(async () => expect(await operations().quarantined({ code: 'malformed-json' })).toHaveLength(1))
  await service.pool.query(`UPDATE messaging.parked_key SET status = 'stopped', next_attempt_at = NULL, parked_at = parked_at - interval '1 hour' WHERE key = 'measured'`)
  await service.pool.query(`UPDATE messaging.quarantine SET quarantined_at = quarantined_at - interval '1 day' WHERE status = 'open'`)
  const valueOf = async (name: string) => (await service.metrics.getSingleMetric(name)?.get())?.values[0]?.value ?? -1
  await eventually(async () => {
    expect([await valueOf('waybill_parked_keys'), await valueOf('waybill_parked_stopped_keys'), await valueOf('waybill_parked')]).toEqual([1, 1, 1])
    expect(await valueOf('waybill_parked_oldest_seconds')).toBeGreaterThan(3_600)
    expect(await valueOf('waybill_quarantined')).toBe(1)
    expect(await valueOf('waybill_quarantined_oldest_seconds')).toBeGreaterThan(86_000)
  }, 15_000)
  expect(await operations().discardQuarantined({ code: 'malformed-json' }, ada)).toBe(1)
  within = () => undefined
  expect(await operations().retryParked({ code: 'no-good' }, ada)).toBe(1)
}, 40_000)

const CANARY = 'Kanarienvogel-Müller'
const sendPerson = async (definition: EventDefinition<never>, person: string, sequence: number, payload: object) => {
  const encoded = encode(definition as EventDefinition, { id: newId(), source: '/waybill/order', subject: person, key: person, time: new Date().toISOString(), sequence, correlationId: person, causationId: null, actor: 'system:test', traceparent: null }, payload)
  await house.sendRaw(people, [{ key: person, value: encoded.payload, headers: { ...encoded.headers } }])
}
const named = (person: string, sequence: number) => sendPerson(PersonNamed as EventDefinition<never>, person, sequence, { person, name: CANARY })
const forgotten = (person: string, sequence: number) => sendPerson(PersonForgotten as EventDefinition<never>, person, sequence, { person })
const failWithName = () => {
  within = (fresh) => {
    const culprit = fresh.find(({ payload }) => 'name' in payload)
    if (culprit) throw new Error(`no room for ${JSON.stringify(culprit.payload)}`)
  }
}
const nowhere = async () => {
  expect(await tablesThatHold(database, CANARY)).toEqual([])
  expect(logged.filter((line) => line.includes('Kanarienvogel'))).toEqual([])
}

test('personal records wait sealed: no table and no log says who it is, an operator reads one at a time, and that is recorded', async () => {
  failWithName()
  await named('p-1', 1)
  await waitsWith('p-1', 1, people.name)
  await house.sendRaw(people, [{ key: 'p-2', value: `{"person":"p-2","name":"${CANARY}",}`, headers: { ce_id: newId(), ce_type: PersonNamed.type, ce_subject: 'p-2', ce_sequence: '1', remark: CANARY } }])
  const lying = await eventually(async () => {
    const [found] = await operations().quarantined({ topic: people.name, status: 'open' })
    expect(found).toBeDefined()
    return found
  })
  await nowhere()
  const key = await parked('p-1', people.name)
  expect(key).toMatchObject({ error: 'withheld: the topic carries personal data' })
  expect(await operations().parkedMessages(people.name, 'p-1')).toMatchObject([{ sealed: true, payload: null, headers: {} }])
  expect(lying).toMatchObject({ sealed: true, payload: null, headers: {}, key: null, code: 'malformed-json' })

  const opened = await operations().parkedMessage(key?.head.id ?? '', ada.who)
  expect(opened).toMatchObject({ sealed: true, erased: false, history: [{ act: 'parked', error: `no room for {"person":"p-1","name":"${CANARY}"}` }, { act: 'read', who: 'operator:ada' }] })
  expect(opened?.payload).toContain(CANARY)
  expect(opened?.headers).toMatchObject({ ce_type: PersonNamed.type })
  expect(await operations().quarantinedMessage(lying?.id ?? '', ada.who)).toMatchObject({ key: 'p-2', headers: { remark: CANARY }, payload: `{"person":"p-2","name":"${CANARY}",}`, history: [{ act: 'read' }] })

  expect(await operations().retryQuarantined({ ids: [lying?.id ?? ''] }, ada)).toMatchObject([{ outcome: 'refused' }])
  expect(await operations().editQuarantined(lying?.id ?? '', { payload: `{"person":"p-2","name":"${CANARY}, corrected"}` }, ada)).toMatchObject({ outcome: 'refused', code: 'Error' })
  await nowhere()
  within = () => undefined
  expect(await operations().retryQuarantined({ ids: [lying?.id ?? ''] }, ada)).toMatchObject([{ outcome: 'done' }])
  expect(await operations().editParked(key?.head.id ?? '', { person: 'p-1', name: `${CANARY}, corrected` }, ada)).toBe(true)
  await eventually(async () => expect(await parked('p-1', people.name)).toBeUndefined())
  await nowhere()
  expect((await operations().parkedHistory(people.name, 'p-1')).find(({ act }) => act === 'edit')).toMatchObject({ before: expect.stringContaining(CANARY), after: expect.stringContaining('corrected') })
})

test('who is forgotten is forgotten here too: what waits of them is unreadable at once and holds nothing up, the erasure least of all', async () => {
  failWithName()
  await named('p-3', 1)
  await waitsWith('p-3', 1, people.name)
  await named('p-4', 1)
  await house.sendRaw(people, [{ key: 'p-3', value: `{"person":"p-3","name":"${CANARY}",}`, headers: { ce_id: newId(), ce_type: PersonNamed.type } }])
  await eventually(async () => expect(await operations().quarantined({ topic: people.name, status: 'open' })).toHaveLength(1))
  await waitsWith('p-4', 1, people.name)
  const head = (await parked('p-3', people.name))?.head.id ?? ''
  await forgotten('p-3', 2)
  await eventually(async () => expect(await rowsOf(service.pool, `SELECT type FROM applied WHERE crate = 'p-3'`)).toEqual([{ type: PersonForgotten.type }]))
  expect(await rowsOf(service.pool, `SELECT scope FROM messaging.sealing_key WHERE scope IN ('p-3', 'p-4')`)).toEqual([{ scope: 'p-4' }])
  expect(await parked('p-3', people.name)).toBeUndefined()
  expect(await operations().parkedHistory(people.name, 'p-3')).toMatchObject([
    { act: 'parked', error: null, erased: true },
    { act: 'erased', id: head },
    { act: 'passed', id: head },
    { act: 'handled' },
  ])
  expect(await operations().quarantined({ topic: people.name, status: 'open' })).toEqual([])
  const [given] = await operations().quarantined({ topic: people.name, status: 'discarded' })
  expect(await operations().quarantinedMessage(given?.id ?? '', ada.who)).toMatchObject({ erased: true, payload: null, history: [{ act: 'erased' }] })
  await named('p-3', 3)
  within = () => undefined
})

test('no copy of personal data is kept longer than 30 days, whatever it waits for', async () => {
  failWithName()
  await named('p-5', 1)
  await waitsWith('p-5', 1, people.name)
  await named('p-6', 1)
  await waitsWith('p-6', 1, people.name)
  await service.pool.query(`UPDATE messaging.sealing_key SET made_at = made_at - interval '31 days' WHERE scope = 'p-5'`)
  const replica = house.service({ service: 'inventory', group: GROUP, registry: registryHere, database })
  await replica.messaging.start()
  expect(replica.alarms).toMatchObject([{ code: 'copies-expired', data: { scopes: 1 } }])
  await eventually(async () => expect(await parked('p-5', people.name)).toBeUndefined())
  expect((await operations().parkedHistory(people.name, 'p-5')).map(({ act }) => act)).toEqual(['parked', 'expired', 'passed'])
  expect(await parked('p-6', people.name)).toMatchObject({ messages: 1 })
  within = () => undefined
})
