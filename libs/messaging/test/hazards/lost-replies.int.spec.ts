import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { eventually, seeded, startProxy, type FaultPlan, type Proxy } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { applied, change, crates, House, labels, packed, printed, publish, rowsOf, stepsOf } from '../harness.js'
import { lasting, tell } from './long.js'

const { random, int, pick } = seeded('lost replies')

let house: House
let kafka: Proxy
const proxies: Proxy[] = []
beforeEach(async () => {
  house = await House.open()
  kafka = await startProxy({ protocol: 'kafka', target: house.brokers[0] ?? '', random })
  proxies.push(kafka)
}, 60_000)
afterEach(async () => {
  await house.close()
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
}, 60_000)

async function beforeDatabase(database: string): Promise<{ readonly proxy: Proxy; readonly url: string }> {
  const url = new URL(database)
  const proxy = await startProxy({ protocol: 'postgres', target: url.host, random })
  proxies.push(proxy)
  url.host = proxy.address
  return { proxy, url: url.href }
}

/** One fault after the other while `isOn`, of kinds and at moments that the seed decides. */
async function breakNow(proxy: Proxy, requests: readonly string[], isOn: () => boolean): Promise<number> {
  let happened = 0
  while (isOn()) {
    const plan: FaultPlan = { request: pick(requests), nth: int(1, 2), act: pick(['drop-reply', 'cut-before', 'cut-after']) }
    // A planned fault may wait for a request that does not come any more.
    await Promise.race([proxy.plan(plan).then(() => happened++), pause(700)])
    await pause(int(20, 150))
  }
  return happened
}

async function inOrderOnTopic(prefix: string, owner: { readonly acked: number }) {
  return eventually(async () => {
    const seen = new Set<string>()
    const all = (await house.read(crates)).filter(({ key }) => key.startsWith(prefix))
    const once = all.filter(({ id }) => !seen.has(id) && seen.add(id))
    expect(once).toHaveLength(owner.acked)
    const sequences = Map.groupBy(once, ({ key }) => key)
    for (const facts of sequences.values()) expect(facts.map(({ sequence }) => sequence)).toEqual(facts.map((_, index) => index + 1))
    return { once: once.length, twice: all.length - once.length }
  }, 30_000)
}

test('replies to Produce get lost, and requests: of what the broker acknowledged all lies in the log, in order, and only duplicates result', async () => {
  const owner = house.service({ database: await house.database(), brokers: [kafka.address], times: { relay: { aftermathMs: 500 } } })
  await owner.messaging.start()
  let isOn = true
  const faults = breakNow(kafka, ['Produce'], () => isOn)
  let step = 0
  for (const until = Date.now() + lasting(6_000, 60_000); Date.now() < until; ) {
    step++
    await change(owner.messaging, owner.pool, [], async () => [...Array.from({ length: 20 }, (_, index) => packed(`p${index}`, step)), printed('top', String(step))])
    await pause(int(0, 30))
  }
  isOn = false
  const happened = await faults
  const found = await inOrderOnTopic('p', { acked: step * 20 })
  // What the relay counts as acknowledged, and has moved its cursor past, is what lies there.
  await eventually(async () => expect(await rowsOf(owner.pool, 'SELECT FROM messaging.journal WHERE seq > (SELECT sent_seq FROM messaging.relay)')).toHaveLength(0))
  await eventually(async () => expect((await house.read(labels)).filter(({ key }) => key === 'top').at(-1)?.payload['text']).toBe(String(step)), 10_000)
  tell(`lost produce replies: ${happened} faults, ${found.once} facts, ${found.twice} of them twice, none lost`)
  expect(happened).toBeGreaterThan(5)
  expect(found.twice).toBeGreaterThan(0)
  await owner.stop()
}, 200_000)

test('a Produce reply that never comes, on a connection that stays open: the relay gives it up and sends again', async () => {
  const proxy = await startProxy({ protocol: 'kafka', target: house.brokers[0] ?? '', random })
  proxies.push(proxy)
  const owner = house.service({ database: await house.database(), brokers: [proxy.address], times: { relay: { aftermathMs: 500, sendGuardMs: 1_500 } } })
  await owner.messaging.start()
  await publish(owner, [{ crate: 'mute', step: 1 }])
  await eventually(async () => expect((await house.read(crates)).filter(({ key }) => key === 'mute')).toHaveLength(1), 10_000)
  proxy.blackHole('to-client')
  await publish(owner, [{ crate: 'mute', step: 2 }])
  await pause(2_500)
  proxy.heal()
  await publish(owner, [{ crate: 'mute', step: 3 }])
  await inOrderOnTopic('mute', { acked: 3 })
  await owner.stop()
}, 60_000)

test('replies to Fetch, OffsetCommit and Heartbeat get lost under load: every fact has one effect, in order', async () => {
  const consumer = await house.consumer({ database: await house.database(), brokers: [kafka.address], member: { sessionMs: 6_000, rebalanceMs: 3_000 } })
  await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
  let isOn = true
  const faults = breakNow(kafka, ['Fetch', 'OffsetCommit', 'Heartbeat'], () => isOn)
  const names = Array.from({ length: 20 }, (_, index) => `f${index}`)
  let rounds = 0
  for (const until = Date.now() + lasting(8_000, 60_000); Date.now() < until; rounds++) {
    await house.sendAll(names.map((crate) => ({ crate })))
    await pause(100)
  }
  isOn = false
  const happened = await faults
  await eventually(async () => expect((await applied(consumer.pool)).filter(({ crate }) => names.includes(crate))).toHaveLength(rounds * 20), 30_000)
  for (const crate of names) expect(await stepsOf(consumer.pool, crate)).toEqual(Array.from({ length: rounds }, (_, index) => index + 1))
  tell(`lost fetch, commit and heartbeat replies: ${happened} faults, ${rounds * 20} facts`)
  expect(happened).toBeGreaterThan(5)
  expect(consumer.fatal).toEqual([])
  expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
  await consumer.stop()
}, 200_000)

test('the line to the broker is a black hole for a while: the consumer goes on by itself', async () => {
  const proxy = await startProxy({ protocol: 'kafka', target: house.brokers[0] ?? '', random })
  proxies.push(proxy)
  const consumer = await house.consumer({ database: await house.database(), brokers: [proxy.address] })
  await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
  await house.send('hole')
  await eventually(async () => expect(await stepsOf(consumer.pool, 'hole')).toEqual([1]), 10_000)
  proxy.blackHole('both')
  await house.send('hole')
  await pause(lasting(5_000, 60_000))
  expect(consumer.messaging.health().ready).toBe(true)
  proxy.heal()
  const healedAt = Date.now()
  await eventually(async () => expect(await stepsOf(consumer.pool, 'hole')).toEqual([1, 2]), 40_000)
  tell(`black hole before the broker: work went on ${Date.now() - healedAt} ms after its end`)
  expect(consumer.fatal).toEqual([])
  await consumer.stop()
}, 150_000)

test('COMMIT and its reply get lost, for the consumer and for the relay: every change is there once, every fact has one effect, in order', async () => {
  const [ownersOwn, consumersOwn] = [await house.database(), await house.database()]
  const [owners, consumers] = [await beforeDatabase(ownersOwn), await beforeDatabase(consumersOwn)]
  const owner = house.service({ database: owners.url, times: { relay: { aftermathMs: 500 } } })
  await owner.messaging.start()
  const consumer = await house.consumer({ database: consumers.url })
  await eventually(() => expect(consumer.messaging.health().consumer).toBe('running'), 15_000)
  let isOn = true
  const faults = Promise.all([
    breakNow(consumers.proxy, ['COMMIT', 'BEGIN', 'INSERT INTO messaging.next_offset'], () => isOn),
    breakNow(owners.proxy, ['UPDATE messaging.relay SET prev'], () => isOn),
  ])
  // The publisher of this test does not repeat a change, so it does not go through the faults.
  const writer = house.service({ database: ownersOwn })
  const names = Array.from({ length: 20 }, (_, index) => `c${index}`)
  let step = 0
  for (const until = Date.now() + lasting(6_000, 60_000); Date.now() < until; ) {
    step++
    await publish(writer, names.map((crate) => ({ crate, step })))
    await pause(50)
  }
  isOn = false
  const happened = await faults
  const { pool } = house.service({ database: consumersOwn })
  await eventually(async () => expect((await applied(pool)).filter(({ crate }) => names.includes(crate))).toHaveLength(step * 20), 40_000)
  for (const crate of names) expect(await stepsOf(pool, crate)).toEqual(Array.from({ length: step }, (_, index) => index + 1))
  tell(`lost commits: ${happened.join(' and ')} faults, ${step * 20} facts`)
  expect(Math.min(...happened)).toBeGreaterThan(5)
  expect(await consumer.messaging.operations.parkedKeys()).toHaveLength(0)
  expect(await rowsOf(pool, 'SELECT FROM messaging.quarantine')).toHaveLength(0)
  expect([...owner.fatal, ...consumer.fatal]).toEqual([])
  await Promise.all([owner.stop(), consumer.stop()])
}, 200_000)
