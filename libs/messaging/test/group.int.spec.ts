import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { createRequire } from 'node:module'
import { setTimeout as pause } from 'node:timers/promises'
import { createTopics, kafkaJsDriver, onBroker, type KafkaDriver } from '../src/index.js'
import { applied, crates, GROUP, House, labels, printed, change, registry, rowsOf, stepsOf, type Effect } from './harness.js'

const operator = { who: 'operator:ada', why: 'a test' }
let house: House
beforeAll(async () => {
  house = await House.open()
}, 60_000)
afterAll(() => house.close(), 60_000)

test('a second replica joins in the middle of a slow round: every message has one effect, in order', async () => {
  const database = await house.database()
  const slow: Effect = () => pause(400)
  const first = await house.consumer({ database, effect: slow })
  await eventually(() => expect(first.messaging.health().consumer).toBe('running'))
  const facts = Array.from({ length: 30 }, (_, index) => ({ crate: `re-${index}` }))
  for (let round = 0; round < 3; round++) await house.sendAll(facts)
  const second = await house.consumer({ database, effect: slow })
  for (let round = 0; round < 5; round++) {
    await house.sendAll(facts)
    await pause(150)
  }
  await eventually(async () => expect(await applied(first.pool)).toHaveLength(240), 30_000)
  for (const { crate } of facts) expect(await stepsOf(first.pool, crate)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  await first.stop()
  await house.sendAll(facts)
  await eventually(async () => expect(await applied(second.pool)).toHaveLength(270), 20_000)
  expect(second.calls.length).toBeGreaterThan(0)
  expect(await second.messaging.operations.parkedKeys()).toHaveLength(0)
  await second.stop()
}, 90_000)

test('a replica that starts while others make progress takes their progress for what it is: no alarm, and it joins at once', async () => {
  const database = await house.database()
  const first = await house.consumer({ database })
  await eventually(() => expect(first.messaging.health().consumer).toBe('running'))
  let isOver = false
  const load = (async () => {
    while (!isOver) {
      await house.sendAll(Array.from({ length: 10 }, (_, index) => ({ crate: `busy-${index}` })))
      await pause(50)
    }
  })()
  await eventually(async () => expect((await applied(first.pool)).length).toBeGreaterThan(50), 10_000)
  // A look at the group that takes its time, on the way there and back: much is done and committed meanwhile.
  const good = kafkaJsDriver({ brokers: house.brokers }, house.ns.prefix, { info: () => undefined, warn: () => undefined, error: () => undefined })
  const slow: KafkaDriver = {
    openProducer: () => good.openProducer(),
    openConsumer: (...args) => good.openConsumer(...args),
    offsets: async (...args) => {
      await pause(1_200)
      const found = await good.offsets(...args)
      await pause(1_200)
      return found
    },
    moveGroup: (...args) => good.moveGroup(...args),
    close: () => good.close(),
  }
  const second = await house.consumer({ database, driver: slow })
  await eventually(() => expect(second.messaging.health().consumer).toBe('running'), 10_000)
  isOver = true
  await load
  expect(second.alarms).toEqual([])
  await Promise.all([first.stop(), second.stop()])
}, 60_000)

test('stopping waits for the transaction under way, commits offsets and leaves the group; nothing is done twice after a start', async () => {
  const database = await house.database()
  let entered = false
  const first = await house.consumer({
    database,
    effect: async () => {
      entered = true
      await pause(700)
    },
  })
  await house.sendAll(Array.from({ length: 5 }, (_, index) => ({ crate: `stop-${index}` })))
  await eventually(() => expect(entered).toBe(true))
  await first.messaging.stopConsuming()
  expect((await applied(first.pool)).filter(({ crate }) => crate.startsWith('stop-')).length).toBeGreaterThan(0)
  expect(first.messaging.health().consumer).toBe('stopped')
  const admin = house.admin
  await admin.connect()
  const [group] = (await admin.describeGroups([onBroker(house.ns.prefix, GROUP)])).groups
  expect(group?.members ?? []).toHaveLength(0)
  await admin.disconnect()
  await first.stop()
  const second = await house.consumer({ database })
  await eventually(async () => expect((await applied(second.pool)).filter(({ crate }) => crate.startsWith('stop-'))).toHaveLength(5), 10_000)
  await second.stop()
}, 40_000)

test('compacted topics: no gap check, the latest of a key wins, and it says the key', async () => {
  const database = await house.database()
  const consumer = await house.consumer({ database })
  const owner = await house.owner({ database: await house.database() })
  await change(owner.messaging, owner.pool, [], async () => [printed('shelf', 'one'), printed('shelf', 'two'), printed('rack', 'one')])
  await eventually(async () => expect(await applied(consumer.pool, 'shelf')).toHaveLength(2), 10_000)
  expect((await applied(consumer.pool)).every(({ sequence }) => sequence === null || Number(sequence) > 0)).toBe(true)
  expect((await house.read(labels)).filter(({ key }) => key === 'shelf').map(({ payload }) => payload['text'])).toEqual(['one', 'two'])
  expect(await rowsOf(consumer.pool, `SELECT FROM messaging.consumed_sequence WHERE topic = $1`, [labels.name])).toHaveLength(0)
  await consumer.stop()
  await owner.stop()
}, 30_000)

describe('offsets out of range are never skipped in silence', () => {
  let own: House
  const name = () => onBroker(own.ns.prefix, crates.name)
  const deleteRecords = async () => {
    const admin = own.admin
    await admin.connect()
    const highs = await admin.fetchTopicOffsets(name())
    await admin.deleteTopicRecords({ topic: name(), partitions: highs.map(({ partition, high }) => ({ partition, offset: high })) })
    await admin.disconnect()
    return highs.map(({ partition }) => partition)
  }
  beforeEach(async () => {
    own = await House.open()
  })
  afterEach(() => own.close())

  test('records deleted while the consumer was away: it waits, says so, and goes on when a person accepts the loss', async () => {
    const database = await own.database()
    const facts = Array.from({ length: 8 }, (_, index) => ({ crate: `lost-${index}` }))
    const first = await own.consumer({ database })
    await own.sendAll(facts)
    await eventually(async () => expect(await applied(first.pool)).toHaveLength(8), 15_000)
    await first.stop()
    await own.sendAll(facts)
    const partitions = await deleteRecords()
    const second = await own.consumer({ database })
    await eventually(() => expect(second.messaging.health()).toMatchObject({ consumer: 'blocked', ready: false }), 10_000)
    expect(second.alarms.map(({ code }) => code)).toContain('records-lost')
    for (const partition of partitions) await second.messaging.operations.acceptLoss(crates.name, partition, operator)
    await eventually(() => expect(second.messaging.health()).toMatchObject({ consumer: 'running', ready: true }), 20_000)
    await own.send('after-loss')
    await eventually(async () => expect(await applied(second.pool, 'after-loss')).toHaveLength(1), 10_000)
  }, 60_000)

  test('a loss can only be accepted where there is one: the group keeps its place', async () => {
    const consumer = await own.consumer({ database: await own.database() })
    await own.send('kept')
    await eventually(async () => expect(await applied(consumer.pool, 'kept')).toHaveLength(1), 15_000)
    const places = () => consumer.pool.query('SELECT partition, next_offset FROM messaging.next_offset WHERE topic = $1 ORDER BY partition', [crates.name])
    await eventually(async () => expect((await places()).rows).not.toEqual([]), 10_000)
    const before = (await places()).rows
    for (const [topic, partition] of [...before.map((row) => [crates.name, (row as { partition: number }).partition] as const), [crates.name, 999], ['no such topic', 0]] as const)
      expect(await consumer.messaging.operations.acceptLoss(topic, partition, operator)).toBe(false)
    expect((await places()).rows).toEqual(before)
  }, 60_000)

  test('records deleted in front of a running consumer end it instead of being skipped', async () => {
    let hold = false
    const consumer = await own.consumer({
      database: await own.database(),
      effect: async () => {
        while (hold) await pause(50)
      },
    })
    await own.send('front')
    await eventually(async () => expect(await applied(consumer.pool, 'front')).toHaveLength(1), 15_000)
    hold = true
    await own.send('front')
    await pause(300)
    await own.sendAll(Array.from({ length: 5 }, () => ({ crate: 'front' })))
    await deleteRecords()
    hold = false
    await eventually(() => expect(consumer.fatal).toHaveLength(1), 15_000)
    expect(consumer.fatal[0]?.message).toMatch(/out of range|were deleted/)
  }, 60_000)

  test('a group that somebody moved forward goes back to where its database is', async () => {
    const database = await own.database()
    const facts = Array.from({ length: 8 }, (_, index) => ({ crate: `fwd-${index}` }))
    const first = await own.consumer({ database })
    await own.sendAll(facts)
    await eventually(async () => expect(await applied(first.pool)).toHaveLength(8), 15_000)
    await first.stop()
    await own.sendAll(facts)
    const admin = own.admin
    await admin.connect()
    const highs = await admin.fetchTopicOffsets(name())
    await admin.setOffsets({ groupId: onBroker(own.ns.prefix, GROUP), topic: name(), partitions: highs.map(({ partition, high }) => ({ partition, offset: high })) })
    await admin.disconnect()
    const second = await own.consumer({ database })
    await eventually(async () => expect(await applied(second.pool)).toHaveLength(16), 20_000)
    expect(second.alarms.map(({ code }) => code)).toContain('group-moved-forward')
  }, 60_000)

  test.each(['moved back to the start', 'deleted'])('a group that somebody has %s reads again, and does nothing twice', async (how) => {
    const database = await own.database()
    const facts = Array.from({ length: 8 }, (_, index) => ({ crate: `back-${index}` }))
    const first = await own.consumer({ database })
    await own.sendAll(facts)
    await eventually(async () => expect(await applied(first.pool)).toHaveLength(8), 15_000)
    await first.stop()
    await own.sendAll(facts)
    const admin = own.admin
    await admin.connect()
    const groupId = onBroker(own.ns.prefix, GROUP)
    if (how === 'deleted') await eventually(() => admin.deleteGroups([groupId]), 10_000)
    else await admin.resetOffsets({ groupId, topic: name(), earliest: true })
    await admin.disconnect()
    const second = await own.consumer({ database })
    await eventually(async () => expect(await applied(second.pool)).toHaveLength(16), 20_000)
    await own.sendAll(facts)
    await eventually(async () => expect(await applied(second.pool)).toHaveLength(24), 20_000)
    for (const { crate } of facts) expect(await stepsOf(second.pool, crate)).toEqual([1, 2, 3])
    expect(await rowsOf(second.pool, 'SELECT FROM messaging.quarantine')).toHaveLength(0)
  }, 60_000)

  test('a topic that was made anew is read from its start', async () => {
    const database = await own.database()
    const first = await own.consumer({ database })
    await own.sendAll(Array.from({ length: 20 }, (_, index) => ({ crate: `old-${index}` })))
    await eventually(async () => expect(await applied(first.pool)).toHaveLength(20), 15_000)
    await first.stop()
    const admin = own.admin
    await admin.connect()
    await admin.deleteTopics({ topics: [name()] })
    await eventually(() => createTopics({ kafka: { brokers: own.brokers }, namespace: own.ns.prefix, registry }), 10_000)
    await admin.disconnect()
    const second = await own.consumer({ database })
    await eventually(() => own.sendAll([{ crate: 'new-1' }]), 10_000)
    await eventually(async () => expect(await applied(second.pool)).toHaveLength(21), 20_000)
    expect(second.alarms.map(({ code }) => code)).toContain('topic-made-anew')
  }, 60_000)
})

test('a handler that hangs turns readiness off and then ends the process', async () => {
  const own = await House.open()
  let hang = true
  const consumer = await own.consumer({
    database: await own.database(),
    effect: async () => {
      while (hang) await pause(50)
    },
    times: { watchdog: { unreadyAfterMs: 600, fatalAfterMs: 1_500, checkEveryMs: 100 } },
  })
  await eventually(() => expect(consumer.messaging.health()).toMatchObject({ consumer: 'running', ready: true }))
  await pause(1_000)
  expect(consumer.messaging.health().ready).toBe(true)
  await own.send('hang')
  await eventually(() => expect(consumer.messaging.health().ready).toBe(false))
  await eventually(() => expect(consumer.fatal).toHaveLength(1))
  hang = false
  await own.close()
}, 40_000)

test('an idle consumer arms no timer of 1 ms: the patch of kafkajs is at work', async () => {
  const require = createRequire(import.meta.url)
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: { checkPendingRequests: () => void } }
  const own = await House.open()
  const consumer = await own.consumer({ database: await own.database() })
  await own.send('warm')
  await eventually(async () => expect(await applied(consumer.pool, 'warm')).toHaveLength(1), 10_000)
  const original = prototype.checkPendingRequests
  let checks = 0
  prototype.checkPendingRequests = function () {
    checks++
    original.call(this)
  }
  await pause(2_000)
  prototype.checkPendingRequests = original
  expect(checks).toBeGreaterThan(0)
  expect(checks).toBeLessThan(100)
  await own.close()
}, 30_000)
