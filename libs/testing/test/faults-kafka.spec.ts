import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import kafkajs from 'kafkajs'
import { eventually, namespace, startProxy, type Proxy } from '../src/index.js'

const { Kafka, logLevel, Partitioners } = kafkajs
const ns = await namespace()
const topic = `${ns.prefix}letters`
const target = ns.kafkaBrokers[0] as string
const letters = (...values: string[]) => ({ topic, messages: values.map((value) => ({ key: 'k', value })) })

describe('a proxy before a broker', () => {
  let proxy: Proxy
  const opened: { disconnect(): Promise<void> }[] = []

  const kafka = (brokers: string) => new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING, connectionTimeout: 1_000, requestTimeout: 1_000, retry: { retries: 0 } })
  const producer = async (brokers = proxy.address) => {
    const made = kafka(brokers).producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: false, retry: { retries: 0 } })
    await made.connect()
    opened.push(made)
    return made
  }
  const onTheLog = async (): Promise<readonly string[]> => {
    const admin = kafka(target).admin()
    await admin.connect()
    const [end] = await admin.fetchTopicOffsets(topic)
    await admin.disconnect()
    const values: string[] = []
    const reader = kafka(target).consumer({ groupId: `${topic}-${Math.random()}`, maxWaitTimeInMs: 100 })
    await reader.connect()
    await reader.subscribe({ topic, fromBeginning: true })
    await reader.run({ autoCommit: false, eachMessage: async ({ message }) => void values.push(String(message.value)) })
    await eventually(() => expect(values).toHaveLength(Number(end?.high)), 10_000)
    await reader.disconnect()
    return values
  }

  beforeAll(async () => {
    const admin = kafka(target).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
    await admin.disconnect()
  })
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.disconnect()))
    await proxy.close()
  })

  test('clients see the proxy where the broker was: producing and reading in a group goes through it', async () => {
    proxy = await startProxy({ protocol: 'kafka', target })
    const admin = kafka(proxy.address).admin()
    await admin.connect()
    expect((await admin.describeCluster()).brokers).toEqual([{ nodeId: 1, host: '127.0.0.1', port: proxy.port }])
    await admin.disconnect()
    await (await producer()).send(letters('through'))
    const seen: string[] = []
    const reader = kafka(proxy.address).consumer({ groupId: `${topic}-through`, maxWaitTimeInMs: 100 })
    opened.push(reader)
    await reader.connect()
    await reader.subscribe({ topic, fromBeginning: true })
    const committed = proxy.plan({ request: 'OffsetCommit', act: 'cut-after' })
    await reader.run({ eachMessage: async ({ message }) => void seen.push(String(message.value)) })
    await eventually(() => expect(seen).toContain('through'), 10_000)
    await reader.commitOffsets([{ topic, partition: 0, offset: '1' }])
    await committed
  })

  test('drop-reply at the second Produce: the record lies on the log and its sender saw an error', async () => {
    proxy = await startProxy({ protocol: 'kafka', target })
    const sender = await producer()
    const happened = proxy.plan({ request: 'Produce', nth: 2, act: 'drop-reply' })
    await sender.send(letters('first'))
    await expect(sender.send(letters('lost reply'))).rejects.toThrow(/closed|reset|ECONN/i)
    await happened
    await (await producer()).send(letters('after'))
    const log = await onTheLog()
    expect(log.slice(-3)).toEqual(['first', 'lost reply', 'after'])
  })

  test('cut-before: the record never reaches the log; cut-after: it does and its sender knows', async () => {
    proxy = await startProxy({ protocol: 'kafka', target })
    const before = proxy.plan({ request: 'Produce', act: 'cut-before' })
    await expect((await producer()).send(letters('never there'))).rejects.toThrow(/closed|reset|ECONN/i)
    await before
    const after = proxy.plan({ request: 'Produce', act: 'cut-after' })
    await (await producer()).send(letters('there and known'))
    await after
    await eventually(() => expect(proxy.connections).toBeLessThan(4))
    const log = await onTheLog()
    expect(log).not.toContain('never there')
    expect(log).toContain('there and known')
  })

  test('a hole to the server loses the request, a hole to the client only the answer; connections stay open', async () => {
    proxy = await startProxy({ protocol: 'kafka', target })
    const sender = await producer()
    await sender.send(letters('connected'))
    const open = proxy.connections
    proxy.blackHole('to-server')
    await expect(sender.send(letters('into the hole'))).rejects.toThrow(/timed out/)
    proxy.heal()
    proxy.blackHole('to-client')
    await expect(sender.send(letters('answer into the hole'))).rejects.toThrow(/timed out/)
    expect(proxy.connections).toBeGreaterThanOrEqual(open)
    proxy.heal()
    await (await producer()).send(letters('healed'))
    const log = await onTheLog()
    expect(log).not.toContain('into the hole')
    expect(log.slice(-2)).toEqual(['answer into the hole', 'healed'])
  })

  test('cut, refuse, delay and limit do what they say and end with heal', async () => {
    proxy = await startProxy({ protocol: 'kafka', target })
    const sender = await producer()
    await sender.send(letters('warm'))
    proxy.delay(150)
    expect(await milliseconds(() => sender.send(letters('late')))).toBeGreaterThanOrEqual(300)
    proxy.heal()
    proxy.limit(10_000)
    expect(await milliseconds(() => sender.send(letters('x'.repeat(5_000))))).toBeGreaterThanOrEqual(400)
    proxy.heal()
    expect(await milliseconds(() => sender.send(letters('x'.repeat(5_000))))).toBeLessThan(300)
    proxy.cut()
    await eventually(() => expect(proxy.connections).toBe(0))
    proxy.refuse()
    await expect(producer()).rejects.toThrow(/ECONNRESET|closed|Connection/i)
    proxy.heal()
    await (await producer()).send(letters('again'))
    expect((await onTheLog()).at(-1)).toBe('again')
  })

  test('what it does not understand ends the connection and is told, instead of being guessed', async () => {
    proxy = await startProxy({ protocol: 'kafka', target: new URL(process.env['WAYBILL_POSTGRES_URL'] as string).host })
    expect(() => proxy.plan({ request: 'Produse', act: 'drop-reply' })).toThrow(/Produse/)
    const never = proxy.plan({ request: 'Produce', act: 'drop-reply' })
    const response = fetch(`http://${proxy.address}/`)
    await expect(response).rejects.toThrow()
    await expect(never).rejects.toThrow(/no Kafka/)
    await expect(proxy.close()).rejects.toThrow(/no Kafka/)
    proxy = await startProxy({ protocol: 'kafka', target })
  })
})

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
