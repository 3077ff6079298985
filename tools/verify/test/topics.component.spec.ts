import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { consumers, type EventDefinition, LanePublished, LocationPublished, OrderConfirmed, OrderPlaced, ProductPublished, RepublishAsked, type ServiceName, topics } from '@waybill/contracts'
import { exampleOf, namespace } from '@waybill/testing'
import { LiveWorld } from '../src/live-world.js'
import type { TopicRecord } from '../src/world.js'
import { Installation, type Row } from './installation.js'

// Real records on real topics; what the groups have made of them is written by hand.
const ns = await namespace({ dropAfterFile: false })
let it: Installation
/** Everything in order on the topics. */
let inOrder: readonly TopicRecord[]
let told: { readonly placed: string; readonly confirmed: string; readonly asked: string; readonly aged: string }

const order = exampleOf(OrderPlaced).order
const product = exampleOf(ProductPublished)
const location = exampleOf(LocationPublished)
const lane = exampleOf(LanePublished)
const groups = Object.keys(consumers).map((group) => group.replace('.main', '') as ServiceName)

beforeAll(async () => {
  it = await Installation.in(ns)
  const placed = await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced), eventId: randomUUID().toUpperCase() })
  const confirmed = await ns.publish(OrderConfirmed, { key: order, subject: order, payload: exampleOf(OrderConfirmed) })
  // the relay has sent it once more
  await ns.publish(OrderConfirmed, { key: order, subject: order, payload: exampleOf(OrderConfirmed), eventId: confirmed, sequence: 2 })
  const asked = await ns.publish(RepublishAsked, { key: 'order', subject: 'order', payload: exampleOf(RepublishAsked) })
  for (const version of [1, 2]) await ns.publish(ProductPublished, { key: product.product, subject: product.product, payload: { ...product, version } })
  await ns.publish(LocationPublished, { key: location.location, subject: location.location, payload: { ...location, version: 1 } })
  await ns.publish(LanePublished, { key: `${lane.location}:${lane.country}`, subject: `${lane.location}:${lane.country}`, payload: { ...lane, version: 1 } })
  // compacted topics keep records for longer than anybody remembers having handled them
  const aged = idMade(40)
  await ns.publish(ProductPublished, { key: 'AGED', subject: 'AGED', payload: { ...product, product: 'AGED', version: 1 }, eventId: aged })
  await ns.send(topics.product, { key: 'GONE', value: null, headers: { ce_id: randomUUID(), ce_type: ProductPublished.type, ce_subject: 'GONE' } })
  told = { placed: placed.toLowerCase(), confirmed, asked, aged }
  inOrder = await readTopics()
})
afterAll(async () => {
  await it.close()
  await ns.drop()
})
beforeEach(async () => {
  await it.begin()
  it.topicRecords = inOrder
  for (const service of groups) await pass(service, inOrder)
  const size = { weight_grams: 1, length_mm: 1, width_mm: 1, height_mm: 1 }
  await it.insert('order', 'products', { number: product.product, version: 2, name: 'Mug', tax_category: 'standard', is_active: true, is_stocked: true, handling: [], handling_instruction: '', ...size, is_lot_tracked: false, minimum_remaining_days: 0, has_lithium: false, is_food: false, ships_alone: false, components: [], options: [] })
  await it.insert('inventory', 'location', { location: location.location, version: 1, name: 'Berlin', zone: 'Europe/Berlin', country: 'DE', postal_code: '10115', city: 'Berlin', ships: true, handling: [], handling_days: 1, calendar: {}, updated_at: '2026-11-02' })
  await it.insert('shipping', 'lanes', { location: lane.location, country: lane.country, version: 1, currency: 'EUR', services: [] })
})
afterEach(() => it.rollBack())

function readTopics(): Promise<readonly TopicRecord[]> {
  return new LiveWorld({ databases: {}, kafkaBrokers: ns.kafkaBrokers.join(','), namespace: ns.prefix }).records()
}

/** A uuid v7 of so many days ago. */
function idMade(daysAgo: number): string {
  const time = (Date.now() - daysAgo * 86_400_000).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

/** The group has handled what is its business, and is done with all partitions. */
async function pass(service: ServiceName, records: readonly TopicRecord[]): Promise<void> {
  const group = `${service}.main`
  const handles: readonly EventDefinition[] = [...(consumers[group]?.handles ?? []), RepublishAsked as EventDefinition]
  const subscribed = records.filter(({ topic }) => handles.some((event) => event.topic.name === topic))
  const ends = new Map(subscribed.map(({ topic, partition, offset }) => [`${topic} ${partition}`, { topic, partition, next_offset: Number(offset) + 1 }]))
  await it.insert(service, 'messaging.next_offset', ...[...ends.values()].map((end) => ({ ...end, consumer_group: group })))
  const handled = subscribed.filter(({ type, eventId, isEmpty }) => !isEmpty && eventId !== told.aged && handles.some((event) => event.type === type))
  const ids = new Set(handled.map(({ eventId }) => (eventId ?? '').toLowerCase()))
  await it.insert(service, 'messaging.inbox', ...[...ids].map((event_id) => ({ event_id, consumer_group: group, payload_hash: '\\x00', handled_at: '2026-11-02' })))
}

const placeOf = (eventId: string): string => {
  const record = it.topicRecords.find((each) => each.eventId?.toLowerCase() === eventId)
  return `${record?.topic} ${record?.partition} ${record?.offset}`
}
const forget = (service: ServiceName, eventId: string) => it.query(service, 'DELETE FROM messaging.inbox WHERE event_id = $1', [eventId])
const parked = (eventId: string, status: 'waiting' | 'skipped', group: string): Row => ({ consumer_group: group, topic: topics.order.name, key: order, partition: 0, offset: 0, event_id: eventId, type: OrderPlaced.type, subject: order, headers: {}, payload_hash: '\\x00', status, parked_at: '2026-11-02' })
const quarantined = (group: string, differs: Row): Row => ({ consumer_group: group, headers: {}, code: 'malformed-json', detail: 'test', status: 'open', quarantined_at: '2026-11-02', record_hash: '\\x00', ...differs })

test('topics in order, passed by all groups, break no rule', async () => {
  expect(inOrder.length).toBe(10)
  expect(await it.violations()).toEqual([])
})

describe('G18: nothing falls through', () => {
  test('a record that a group has passed and that is nowhere', async () => {
    await forget('inventory', told.placed)
    expect(await it.violations('G18')).toEqual([`G18 inventory.main ${placeOf(told.placed)}: ${OrderPlaced.type} is nowhere`])
  })

  test('a record handled by another group of the database only', async () => {
    await it.query('inventory', `UPDATE messaging.inbox SET consumer_group = 'inventory.other' WHERE event_id = $1`, [told.placed])
    expect(await it.violations('G18')).toEqual([`G18 inventory.main ${placeOf(told.placed)}: ${OrderPlaced.type} is nowhere`])
  })

  test('a record that the group has yet to read', async () => {
    await forget('inventory', told.placed)
    await it.query('inventory', `UPDATE messaging.next_offset SET next_offset = 0 WHERE topic = $1`, [topics.order.name])
    expect(await it.violations('G18')).toEqual([])
  })

  test('both copies of a repeated record are missed', async () => {
    await forget('inventory', told.confirmed)
    expect(await it.violations('G18')).toEqual([expect.stringContaining('is nowhere'), expect.stringContaining('is nowhere')])
  })

  test('what readers ask of owners is handled by every group', async () => {
    await forget('warehouse', told.asked)
    expect(await it.violations('G18')).toEqual([`G18 warehouse.main ${placeOf(told.asked)}: ${RepublishAsked.type} is nowhere`])
  })

  test('a record that is handled and waits to be handled', async () => {
    await it.insert('inventory', 'messaging.parked_message', parked(told.placed, 'waiting', 'inventory.main'))
    expect(await it.violations('G18')).toEqual([`G18 inventory.main ${placeOf(told.placed)}: ${OrderPlaced.type} is handled and parked`])
  })

  test.each(['waiting', 'skipped'] as const)('a record that is parked and %s is where it should be', async (status) => {
    await forget('inventory', told.placed)
    await it.insert('inventory', 'messaging.parked_message', parked(told.placed, status, 'inventory.main'))
    expect(await it.violations('G18')).toEqual([])
  })

  test('a record of a type the group ignores may be parked behind another, or be nowhere', async () => {
    // shipping reads the topic and has no use for OrderPlaced: nothing of it is in its database
    expect(consumers['shipping.main']?.handles.map(({ type }) => type)).not.toContain(OrderPlaced.type)
    expect(await it.violations('G18')).toEqual([])
    await it.insert('shipping', 'messaging.parked_message', parked(told.placed, 'waiting', 'shipping.main'))
    expect(await it.violations('G18')).toEqual([])
  })

  test('a record in quarantine, by its place, or by its event where it came again', async () => {
    await forget('inventory', told.confirmed)
    const [topic, partition, offset] = placeOf(told.confirmed).split(' ')
    await it.insert('inventory', 'messaging.quarantine', quarantined('inventory.main', { topic, partition: Number(partition), offset: Number(offset) }))
    expect(await it.violations('G18')).toEqual([expect.stringContaining('is nowhere')])
    await it.query('inventory', 'UPDATE messaging.quarantine SET event_id = $1', [told.confirmed])
    expect(await it.violations('G18')).toEqual([])
  })

  test('a record that left quarantine to be handled or parked is not in two places', async () => {
    await it.insert('inventory', 'messaging.quarantine', quarantined('inventory.main', { topic: topics.order.name, partition: 0, offset: 0, event_id: told.placed, status: 'done' }))
    expect(await it.violations('G18')).toEqual([])
    await forget('inventory', told.placed)
    await it.insert('inventory', 'messaging.parked_message', parked(told.placed, 'waiting', 'inventory.main'))
    expect(await it.violations('G18')).toEqual([])
  })

  test('garbage has to lie in the quarantine of each group that passed it', async () => {
    const before = it.topicRecords
    await ns.send(topics.order, { key: 'garbage', value: '{"version": no JSON', headers: { ce_sequence: 'later' } })
    const garbage = (await readTopics()).filter(({ key }) => key === 'garbage')
    it.topicRecords = [...before, ...garbage]
    const [record] = garbage as [TopicRecord]
    expect(garbage).toEqual([expect.objectContaining({ type: null, sequence: null, version: null })])
    const readers = groups.filter((service) => consumers[`${service}.main`]?.handles.some((event) => event.topic.name === topics.order.name))
    for (const service of readers) {
      await it.query(service, `INSERT INTO messaging.next_offset VALUES ($1, $2, $3, $4) ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`, [`${service}.main`, record.topic, record.partition, Number(record.offset) + 1])
    }
    const place = `${record.topic} ${record.partition} ${record.offset}`
    expect((await it.violations('G18')).toSorted()).toEqual(readers.map((service) => `G18 ${service}.main ${place}: a record without a type is nowhere`).toSorted())
    for (const service of readers) await it.insert(service, 'messaging.quarantine', quarantined(`${service}.main`, { topic: record.topic, partition: record.partition, offset: Number(record.offset) }))
    expect(await it.violations('G18')).toEqual([])
  })
})

describe('G12: topics are in order', () => {
  /** Publishes facts of an order with these numbers, and looks at the topics with these alone beside what is in order. */
  const publish = async (...sequences: readonly number[]): Promise<string> => {
    const subject = randomUUID()
    for (const sequence of sequences) await ns.publish(OrderConfirmed, { key: subject, subject, payload: { ...exampleOf(OrderConfirmed), order: subject }, sequence })
    it.topicRecords = [...inOrder, ...(await readTopics()).filter((record) => record.subject === subject)]
    return subject
  }

  test('a fact is missing', async () => {
    const subject = await publish(1, 3, 4)
    expect(await it.violations()).toEqual([`G12 oms.order.v1 ${subject}: fact 3 follows 1`])
  })

  test('a fact comes late', async () => {
    const subject = await publish(1, 3, 2, 4)
    expect(await it.violations()).toEqual([`G12 oms.order.v1 ${subject}: fact 3 follows 1`])
  })

  test('repetitions, and a beginning that the topic has forgotten, are in order', async () => {
    await publish(5, 6, 5, 6, 7)
    expect(await it.violations()).toEqual([])
  })

  test('the end of a journal that never reached its topic', async () => {
    const subject = await publish(1, 2)
    await it.insert('order', 'messaging.subjects', { topic: 'oms.order.v1', subject, sequence: 3 })
    for (const sequence of [1, 2, 3]) await it.insert('order', 'messaging.journal', journalRow(subject, sequence, 0))
    expect(await it.violations('G12')).toEqual([`G12 oms.order.v1 ${subject}: order told up to fact 3, the topic has up to 2`])
    it.topicRecords = inOrder
    expect(await it.violations('G12')).toEqual([`G12 oms.order.v1 ${subject}: order told up to fact 3, the topic has none`])
  })

  test('what is older than a topic may have forgotten is not asked for', async () => {
    await it.insert('order', 'messaging.subjects', { topic: 'oms.order.v1', subject: 'old', sequence: 1 })
    const partition = `messaging.journal_of_old_days`
    await it.query('order', `CREATE TABLE ${partition} PARTITION OF messaging.journal FOR VALUES FROM (now() - interval '10 days') TO (now() - interval '5 days')`)
    await it.insert('order', 'messaging.journal', journalRow('old', 1, 6.5))
    await it.query('order', 'UPDATE messaging.watermark SET looked_at = now()')
    expect(await it.violations('G12')).toEqual([])
    await it.query('order', `UPDATE messaging.journal SET created_at = now() - interval '5.5 days'`)
    expect(await it.violations('G12')).toEqual(['G12 oms.order.v1 old: order told up to fact 1, the topic has none'])
  })

  const journalRow = (subject: string, sequence: number, daysAgo: number): Row => ({ topic: 'oms.order.v1', key: subject, event_id: randomUUID(), type: OrderConfirmed.type, subject, sequence, headers: {}, payload: '\\x7b7d', created_at: new Date(Date.now() - daysAgo * 86_400_000).toISOString() })

  test.each([
    ['order', 'products', `oms.product.v1 ${product.product}`, 2],
    ['inventory', 'location', `oms.location.v1 ${location.location}`, 1],
    ['shipping', 'lanes', `oms.lane.v1 ${lane.location}:${lane.country}`, 1],
  ] as const)('%s has changed a row of %s and the topic does not show it', async (service, table, key, shown) => {
    await it.query(service, `UPDATE ${table} SET version = 7`)
    expect(await it.violations()).toEqual([`G12 ${key}: the topic shows version ${shown}, ${service} has 7`])
  })

  test('a product that was never published; what is not stocked need not be', async () => {
    await it.query('order', `UPDATE products SET number = 'NEW'`)
    expect(await it.violations()).toEqual(['G12 oms.product.v1 NEW: the topic shows version none, order has 2'])
    await it.query('order', `UPDATE products SET is_stocked = false`)
    expect(await it.violations()).toEqual([])
  })

  test('an older version on top of a newer one', async () => {
    await ns.publish(ProductPublished, { key: product.product, subject: product.product, payload: { ...product, version: 1 } })
    it.topicRecords = [...inOrder, ...(await readTopics()).filter(({ key }) => key === product.product)]
    expect(await it.violations()).toEqual([`G12 oms.product.v1 ${product.product}: the topic shows version 1, order has 2`])
  })
})
