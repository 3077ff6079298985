import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import { setTimeout as pause } from 'node:timers/promises'
import { createTopics, onBroker } from '../src/index.js'
import { applied, change, crates, GROUP, House, labels, packed, printed, publish, registry, rowsOf, stepsOf, type ServiceOptions, type TestService } from './harness.js'

const operator = { who: 'operator:pia', why: 'a test' }
const times = { watermarks: { everyMs: 200, quietMs: 60_000, lookEveryMs: 100, askAgainMs: 1_000 } }

let house: House
beforeEach(async () => {
  house = await House.open()
})
afterEach(() => house.close())

const owner = (database: string): Promise<TestService> => house.owner({ database, times })
const reader = (database: string, options: Partial<ServiceOptions> = {}): Promise<TestService> => house.consumer({ database, times, ...options })
const codesOf = ({ alarms }: TestService): readonly string[] => alarms.map(({ code }) => code)
const facts = (prefix: string, count: number, step = 1) => Array.from({ length: count }, (_, index) => ({ crate: `${prefix}-${index}`, step }))

/** Facts that the journal holds and the relay has passed, and that the topic forgot: a broker that lost its newest records. */
async function publishAndLose(service: TestService, lost: readonly { readonly crate: string; readonly step: number }[]): Promise<void> {
  await service.messaging.stop()
  await change(service.messaging, service.pool, [], async () => lost.map(({ crate, step }) => packed(crate, step)))
  await service.pool.query('UPDATE messaging.relay SET prev = pg_current_snapshot(), target = NULL, last_seq = 0')
}

const watermarksSet = async ({ pool }: TestService): Promise<number> => (await rowsOf(pool, `SELECT FROM messaging.journal WHERE type = 'oms.control.watermark-set.v1'`)).length
const metBy = async ({ pool }: TestService): Promise<number> => Number((await rowsOf<{ number: string }>(pool, `SELECT number FROM messaging.watermark_met WHERE service = 'order'`))[0]?.number ?? 0)

test('a lost tail is noticed with nothing following it, told, and healed from the journal; also of subjects never heard of', async () => {
  const database = await house.database()
  const first = await owner(database)
  const consumer = await reader(await house.database())
  await publish(first, facts('tail', 30))
  await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(30), 15_000)
  await publishAndLose(first, [...facts('tail', 10, 2), ...facts('tail', 10, 3), { crate: 'never-heard-of', step: 1 }])
  expect(await applied(consumer.pool)).toHaveLength(30)

  await owner(database)
  await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(51), 20_000)
  for (const { crate } of facts('tail', 10)) expect(await stepsOf(consumer.pool, crate)).toEqual([1, 2, 3])
  expect(await stepsOf(consumer.pool, 'never-heard-of')).toEqual([1])
  expect(consumer.alarms.find(({ code }) => code === 'tail-lost')?.data).toMatchObject({ service: 'order', subjects: 11 })
  expect(await consumer.metrics.metrics()).toContain(`waybill_tails_lost_total{topic="${crates.name}"} 11`)
  await eventually(async () => expect(await consumer.metrics.metrics()).toMatch(/waybill_behind_watermarks 0$/m))
}, 60_000)

test('no false alarm: late committers, roll-backs, a relay that stands still, a slow reader and parked keys', async () => {
  const database = await house.database()
  const first = await owner(database)
  const second = await owner(database)
  let slow = true
  const consumer = await reader(await house.database(), {
    effect: async (fresh) => {
      if (fresh.some(({ cause }) => cause.subject.startsWith('poison'))) throw new TypeError('poison')
      if (slow) await pause(100)
    },
  })
  await publish(first, [{ crate: 'poison', step: 1 }])
  const until = Date.now() + 4_000
  let committed = 0
  const writer = async (service: TestService, number: number) => {
    for (let step = 1; Date.now() < until; step++) {
      const gone = step % 7 === 0
      await change(service.messaging, service.pool, [], async (client) => {
        await service.messaging.journal.append(client, [packed(`flow-${(number + step) % 9}`, number * 1_000 + step)])
        await pause(step % 11 === 0 ? 400 : 10)
        if (gone) throw new Error('rolled back')
      }).then(
        () => committed++,
        (error: Error) => expect(error.message).toBe('rolled back'),
      )
    }
  }
  const leader = [first, second].find(({ messaging }) => messaging.health().relay === 'leading') ?? first
  // As if the relay slept: its lease is another's for a second.
  setTimeout(() => void leader.pool.query(`UPDATE messaging.relay SET holder = 'nobody', epoch = epoch + 1, expires_at = clock_timestamp() + interval '1 second'`), 1_500)
  await Promise.all([first, second].flatMap((service) => [1, 2, 3, 4].map((number) => writer(service, number))))
  slow = false
  await publish(first, [{ crate: 'poison', step: 2 }])
  await eventually(async () => expect((await applied(consumer.pool)).filter(({ crate }) => crate.startsWith('flow'))).toHaveLength(committed), 20_000)
  const set = await watermarksSet(first)
  expect(set).toBeGreaterThan(5)
  await eventually(async () => expect(await metBy(consumer)).toBeGreaterThanOrEqual(set), 10_000)
  expect(codesOf(consumer).filter((code) => code !== 'parked')).toEqual([])
  expect(await rowsOf(consumer.pool, `SELECT FROM messaging.journal WHERE type = 'oms.control.republish-asked.v1'`)).toEqual([])
}, 60_000)

test('watermarks that nobody compared, lost with the control topic or in a crash, are asked for and compared', async () => {
  const database = await house.database()
  const group = await house.database()
  const first = await owner(database)
  const consumer = await reader(group)
  await publish(first, facts('chain', 5))
  await eventually(async () => expect(await metBy(consumer)).toBeGreaterThan(0), 15_000)
  await consumer.stop()
  await publishAndLose(first, facts('chain', 5, 2))
  const second = await owner(database)
  const said = await watermarksSet(second)
  await eventually(async () => expect(await watermarksSet(second)).toBeGreaterThan(said))
  await eventually(() => forget('oms.control.v1'))

  const again = await reader(group)
  await eventually(() => expect(again.messaging.health()).toMatchObject({ consumer: 'blocked' }), 10_000)
  await acceptLosses(again)
  await eventually(() => expect(again.messaging.health()).toMatchObject({ consumer: 'running' }), 20_000)
  expect(await applied(again.pool)).toHaveLength(5)
  await publish(second, [{ crate: 'other', step: 1 }])
  await eventually(async () => expect(await applied(again.pool)).toHaveLength(11), 20_000)
  expect(codesOf(again)).toContain('tail-lost')
}, 60_000)

test('a service without news says so rarely, and with news says only these', async () => {
  const quick = { watermarks: { ...times.watermarks, everyMs: 50, quietMs: 1_000 } }
  const service = await house.owner({ database: await house.database(), times: quick })
  await pause(2_500)
  const quiet = await watermarksSet(service)
  expect(quiet).toBeGreaterThanOrEqual(2)
  expect(quiet).toBeLessThanOrEqual(3)
  await publish(service, facts('news', 4_500))
  await publish(service, [{ crate: 'news-7', step: 2 }])
  await eventually(async () => expect((await said(service)).flatMap(({ subjects }) => subjects).length).toBeGreaterThanOrEqual(4_500), 10_000)
  const marks = await said(service)
  for (const { subjects, last } of marks) {
    expect(subjects.length).toBeLessThanOrEqual(2_000)
    expect(last).toHaveLength(subjects.length)
  }
  await eventually(async () => expect(lastOf(await said(service), 'news-7')).toBe(2))
  expect(new Set((await said(service)).flatMap(({ subjects }) => subjects)).size).toBe(4_500)
}, 30_000)

describe('what is done to topics and groups from outside', () => {
  test('a topic is deleted and made anew with facts that nobody had read: the reader starts over and gets them from the journal', async () => {
    const database = await house.database()
    const group = await house.database()
    const first = await owner(database)
    const consumer = await reader(group)
    await publish(first, facts('kept', 10))
    await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(10), 15_000)
    await consumer.stop()
    await publish(first, [...facts('kept', 10, 2), ...facts('unread', 5)])
    const said = await watermarksSet(first)
    await eventually(async () => expect(await watermarksSet(first)).toBeGreaterThan(said))
    await first.stop()
    await makeAnew(crates.name)

    const again = await reader(group)
    await owner(database)
    await eventually(async () => expect(await applied(again.pool)).toHaveLength(25), 30_000)
    expect(codesOf(again)).toEqual(expect.arrayContaining(['topic-made-anew', 'tail-lost']))
    for (const { crate } of facts('kept', 10)) expect(await stepsOf(again.pool, crate)).toEqual([1, 2])
  }, 60_000)

  test('a compacted topic is made anew: its reader has the owner publish all of it again from its tables', async () => {
    const asked: { readonly topic: string; readonly subject: string }[] = []
    const group = await house.database()
    const first = await house.owner({ database: await house.database(), tellAgain: (_client, each) => Promise.resolve(void asked.push(...each)) })
    const consumer = await reader(group)
    await change(first.messaging, first.pool, [], async () => Array.from({ length: 20 }, (_, index) => printed(`label-${index}`, 'one')))
    await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(20), 15_000)
    await consumer.stop()
    await makeAnew(labels.name)
    const again = await reader(group)
    await eventually(() => expect(asked).toContainEqual(expect.objectContaining({ topic: labels.name, subject: '*' })), 15_000)
    expect(codesOf(again)).toContain('topic-made-anew')
  }, 60_000)

  test('records are deleted past the committed offset (kafkajs#1119): nothing is skipped in silence, and an accepted loss is healed', async () => {
    const database = await house.database()
    const group = await house.database()
    const first = await owner(database)
    const consumer = await reader(group)
    await publish(first, facts('cut', 10))
    await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(10), 15_000)
    await consumer.stop()
    await publish(first, facts('cut', 10, 2))
    await eventually(async () => expect(await house.read(crates)).toHaveLength(20))
    await forget(crates.name)
    const again = await reader(group)
    await eventually(() => expect(again.messaging.health()).toMatchObject({ consumer: 'blocked', ready: false }), 10_000)
    await acceptLosses(again)
    await eventually(async () => expect(await applied(again.pool)).toHaveLength(20), 30_000)
    expect(codesOf(again)).toEqual(expect.arrayContaining(['records-lost', 'tail-lost']))
  }, 60_000)

  test.each(['to the beginning', 'away'] as const)('the group\'s offsets are moved %s: each fact has its effect once', async (where) => {
    const database = await house.database()
    const group = await house.database()
    const first = await owner(database)
    const consumer = await reader(group)
    await publish(first, facts('moved', 10))
    await eventually(async () => expect(await applied(consumer.pool)).toHaveLength(10), 15_000)
    await consumer.stop()
    await publish(first, facts('moved', 10, 2))
    await eventually(async () => expect(await house.read(crates)).toHaveLength(20))
    await moveGroup(where)
    const again = await reader(group)
    await eventually(async () => expect(await applied(again.pool)).toHaveLength(20), 20_000)
    await publish(first, facts('moved', 10, 3))
    await eventually(async () => expect(await applied(again.pool)).toHaveLength(30), 10_000)
    for (const { crate } of facts('moved', 10)) expect(await stepsOf(again.pool, crate)).toEqual([1, 2, 3])
  }, 60_000)
})

async function acceptLosses({ alarms, messaging }: TestService): Promise<void> {
  const { partitions } = alarms.find(({ code }) => code === 'records-lost')?.data as { partitions: readonly { topic: string; partition: number }[] }
  for (const { topic, partition } of partitions) await messaging.operations.acceptLoss(topic, partition, operator)
}

async function withAdmin<R>(work: (admin: House['admin']) => Promise<R>): Promise<R> {
  const { admin } = house
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Deletes all that lies on a topic. */
const forget = (topic: string): Promise<void> =>
  withAdmin(async (admin) => {
    const name = onBroker(house.ns.prefix, topic)
    const ends = await admin.fetchTopicOffsets(name)
    await admin.deleteTopicRecords({ topic: name, partitions: ends.map(({ partition, high }) => ({ partition, offset: high })) })
  })

const makeAnew = (topic: string): Promise<void> =>
  withAdmin(async (admin) => {
    await admin.deleteTopics({ topics: [onBroker(house.ns.prefix, topic)] })
    await eventually(() => createTopics({ kafka: { brokers: house.brokers }, namespace: house.ns.prefix, registry }), 10_000)
  })

const moveGroup = (where: 'to the beginning' | 'away'): Promise<void> =>
  withAdmin(async (admin) => {
    const groupId = onBroker(house.ns.prefix, GROUP)
    if (where === 'away') {
      await admin.deleteGroups([groupId])
      return
    }
    const topic = onBroker(house.ns.prefix, crates.name)
    const ends = await admin.fetchTopicOffsets(topic)
    await admin.setOffsets({ groupId, topic, partitions: ends.map(({ partition, low }) => ({ partition, offset: low })) })
  })

interface Said {
  readonly subjects: readonly string[]
  readonly last: readonly number[]
}

/** What the watermarks of a service say about crates, one entry for each that says something. */
async function said({ pool }: TestService): Promise<readonly Said[]> {
  const rows = await rowsOf<{ topics: readonly (Said & { readonly topic: string })[] }>(pool, `SELECT convert_from(payload, 'UTF8')::json -> 'topics' AS topics FROM messaging.journal WHERE type = 'oms.control.watermark-set.v1' ORDER BY seq`)
  return rows.flatMap(({ topics }) => topics.filter(({ topic }) => topic === crates.name))
}

const lastOf = (marks: readonly Said[], crate: string): number | undefined => marks.flatMap(({ subjects, last }) => (subjects.includes(crate) ? [last[subjects.indexOf(crate)]] : [])).at(-1)
