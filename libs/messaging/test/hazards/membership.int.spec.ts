import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { kafkaJsDriver, type KafkaDriver } from '../../src/index.js'
import { applied, House, rowsOf, stepsOf, type TestService } from '../harness.js'
import { lasting, tell } from './long.js'

/** A broker takes no session shorter than 6 s. */
const member = { sessionMs: 6_000, rebalanceMs: 3_000 }
const limits = { statement_timeout: 5_000, lock_timeout: 1_000 }
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

let house: House
beforeAll(async () => {
  house = await House.open()
}, 60_000)
afterAll(() => house.close(), 60_000)

const running = (service: TestService) => eventually(() => expect(service.messaging.health().consumer).toBe('running'), 40_000)
const inOrder = (steps: readonly number[]) => steps.map((_, index) => index + 1)

describe('a member that was given up in the middle of its round and finishes late', () => {
  // Before its inbox rows are written, and after: the two moments at which another may have done the work meanwhile.
  test.each(['before', 'effect'] as const)('%s: every fact has one effect, in order, and the old member joins again', async (moment) => {
    const database = await house.database()
    const crates = Array.from({ length: 20 }, (_, index) => `${moment}-${index}`)
    let isStuck = true
    let entered = 0
    const stuck = async () => {
      entered++
      while (isStuck) await pause(50)
    }
    const old = await house.consumer({ database, member, limits, [moment]: stuck })
    await running(old)
    for (let round = 0; round < 3; round++) await house.sendAll(crates.map((crate) => ({ crate })))
    await eventually(() => expect(entered).toBe(1))
    const successor = await house.consumer({ database, member, limits })
    await running(successor)
    // The group waits for the old member so long, then goes on without it.
    await eventually(() => expect(successor.calls.length).toBeGreaterThan(0), 20_000)
    if (moment === 'before') await eventually(async () => expect(await applied(successor.pool)).toHaveLength(60), 10_000)
    else await pause(lasting(2_000, 20_000))
    isStuck = false
    await eventually(async () => expect(await applied(successor.pool)).toHaveLength(60), 15_000)
    for (let round = 0; round < 2; round++) await house.sendAll(crates.map((crate) => ({ crate })))
    await eventually(async () => expect(await applied(successor.pool)).toHaveLength(100), 15_000)
    for (const crate of crates) expect(await stepsOf(successor.pool, crate)).toEqual([1, 2, 3, 4, 5])
    expect(await successor.messaging.operations.parkedKeys()).toHaveLength(0)
    expect(await rowsOf(successor.pool, 'SELECT FROM messaging.quarantine')).toHaveLength(0)
    expect([...old.fatal, ...successor.fatal]).toEqual([])
    await successor.stop()
    await house.sendAll(crates.map((crate) => ({ crate })))
    await eventually(async () => expect(await applied(old.pool)).toHaveLength(120), 15_000)
    await old.stop()
  }, 120_000)
})

test('a third member joins and leaves every 3 s under load: every fact has one effect, in order, and the work goes on all the time', async () => {
  const database = await house.database()
  const options = { database, member }
  const [first, second] = [await house.consumer(options), await house.consumer(options)]
  await Promise.all([running(first), running(second)])
  const crates = Array.from({ length: 40 }, (_, index) => `storm-${index}`)
  let sent = 0
  let isOver = false
  const load = (async () => {
    while (!isOver) {
      await house.sendAll(crates.map((crate) => ({ crate })))
      sent += crates.length
      await pause(100)
    }
  })()
  let [longestStandstill, lastCount, lastMove] = [0, 0, Date.now()]
  const watch = setInterval(() => {
    void applied(first.pool).then(({ length }) => {
      longestStandstill = Math.max(longestStandstill, Date.now() - lastMove)
      if (length === lastCount) return
      lastCount = length
      lastMove = Date.now()
    }, () => undefined)
  }, 200)
  const until = Date.now() + lasting(12_000, 60_000)
  let visits = 0
  while (Date.now() < until) {
    const third = await house.consumer(options)
    await running(third)
    await pause(1_500)
    await third.stop()
    await pause(1_500)
    visits++
  }
  isOver = true
  await load
  await eventually(async () => expect(await applied(first.pool)).toHaveLength(sent), 20_000)
  clearInterval(watch)
  for (const crate of crates) {
    const steps = await stepsOf(first.pool, crate)
    expect(steps).toEqual(inOrder(steps))
  }
  tell(`third member: ${visits} visits, ${sent} facts, longest standstill ${longestStandstill} ms`)
  expect(longestStandstill).toBeLessThan(15_000)
  expect(await first.messaging.operations.parkedKeys()).toHaveLength(0)
  expect([...first.fatal, ...second.fatal]).toEqual([])
  await Promise.all([first.stop(), second.stop()])
}, 150_000)

test('a consumer that hears nothing any more, and does not crash, turns readiness off and then ends the process', async () => {
  const good = kafkaJsDriver({ brokers: house.brokers }, house.ns.prefix, quiet)
  let isDeaf = false
  const ended = Promise.withResolvers<void>()
  const deaf: KafkaDriver = {
    openProducer: () => good.openProducer(),
    openConsumer: (group, topics, hooks) => good.openConsumer(group, topics, { ...hooks, onBatch: (batch) => (isDeaf ? ended.promise : hooks.onBatch(batch)) }),
    offsets: (...args) => good.offsets(...args),
    moveGroup: (...args) => good.moveGroup(...args),
    close: () => good.close(),
  }
  const consumer = await house.consumer({ database: await house.database(), driver: deaf, times: { watchdog: { unreadyAfterMs: 600, fatalAfterMs: 1_500, checkEveryMs: 100 } } })
  await running(consumer)
  await house.send('heard')
  await eventually(async () => expect(await applied(consumer.pool, 'heard')).toHaveLength(1), 10_000)
  await pause(1_000)
  expect(consumer.messaging.health().ready).toBe(true)
  isDeaf = true
  await house.send('unheard')
  await eventually(() => expect(consumer.messaging.health().ready).toBe(false), 10_000)
  await eventually(() => expect(consumer.fatal).toHaveLength(1), 10_000)
  ended.resolve()
  await consumer.stop()
}, 60_000)
