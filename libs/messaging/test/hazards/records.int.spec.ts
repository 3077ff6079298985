import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { eventually } from '@waybill/testing'
import kafkajs from 'kafkajs'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { onBroker } from '../../src/index.js'
import { applied, crates, CratePacked, House, labels, newId, printed, change, rowsOf, stepsOf, type Effect, type TestService } from '../harness.js'

let house: House
let consumer: TestService
let effect: Effect = () => undefined
beforeAll(async () => {
  house = await House.open()
  consumer = await house.consumer({ database: await house.database(), effect: (fresh, client) => effect(fresh, client) })
}, 60_000)
afterAll(() => house.close(), 60_000)

const headers = (crate: string, sequence: number) => ({ ce_id: newId(), ce_type: CratePacked.type, ce_subject: crate, ce_sequence: String(sequence), 'content-type': 'application/json' })
const packedValue = (crate: string, step: number) => JSON.stringify({ crate, step })
const quarantined = async (crate: string) => (await consumer.messaging.operations.quarantined({ status: 'open' })).filter(({ key }) => key === crate).map(({ code }) => code)
const parkedKey = async (crate: string) => (await consumer.messaging.operations.parkedKeys({ topic: crates.name, key: crate }))[0]

describe('records that are no message of ours go to quarantine, and those behind them go on', () => {
  const refusedBetween = async (crate: string, code: string, record: kafkajs.Message) => {
    await house.send(crate, { sequence: 1 })
    await house.sendRaw(crates, [{ key: crate, ...record }])
    await house.send(crate, { sequence: 3 })
    await eventually(async () => expect(await stepsOf(consumer.pool, crate)).toEqual([1, 3]), 10_000)
    expect(await quarantined(crate)).toEqual([code])
  }

  test('lone surrogates, written as bytes that no UTF-8 has', () => {
    const value = Buffer.concat([Buffer.from('{"crate":"surrogate","step":2,"note":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')])
    return refusedBetween('surrogate', 'invalid-encoding', { value, headers: headers('surrogate', 2) })
  })

  test('a lone surrogate in the key of the payload', () => refusedBetween('surrogate-key', 'invalid-character', { value: '{"crate":"surrogate-key","step":2,"\\udc00":1}', headers: headers('surrogate-key', 2) }))

  test('a record without any header is no gap for those who count: nobody knows whose it was', async () => {
    await house.send('bare', { sequence: 1 })
    await house.sendRaw(crates, [{ key: 'bare', value: packedValue('bare', 2) }])
    await house.send('bare', { sequence: 2 })
    await eventually(async () => expect(await stepsOf(consumer.pool, 'bare')).toEqual([1, 2]), 10_000)
    expect(await quarantined('bare')).toEqual(['invalid-event-id'])
  })

  test('a record of 1.5 MB, on a topic that somebody opened for it', async () => {
    const name = onBroker(house.ns.prefix, crates.name)
    const admin = house.admin
    await admin.connect()
    await admin.alterConfigs({ validateOnly: false, resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'max.message.bytes', value: '4000000' }, { name: 'compression.type', value: 'uncompressed' }] }] })
    await admin.disconnect()
    const value = JSON.stringify({ crate: 'giant', step: 2, note: 'n'.repeat(1_500_000) })
    await eventually(() => house.sendRaw(crates, [{ key: 'giant', value, headers: headers('giant', 2) }]), 10_000)
    await house.send('giant', { sequence: 3 })
    await eventually(async () => expect(await quarantined('giant')).toEqual(['message-too-large']), 15_000)
    const [row] = await rowsOf<{ bytes: number }>(consumer.pool, `SELECT length(payload) AS bytes FROM messaging.quarantine WHERE code = 'message-too-large'`)
    expect(row?.bytes).toBe(value.length)
  }, 30_000)

  test('a tombstone, where none is meant to be', () => refusedBetween('tomb', 'unexpected-tombstone', { value: null, headers: headers('tomb', 2) }))
})

test('a tombstone on a topic that keeps only the latest is a deletion, and nothing to us', async () => {
  const owner = await house.owner({ database: await house.database() })
  await house.sendRaw(labels, [{ key: 'gone', value: null, headers: { ce_id: newId(), ce_type: 'oms.test.label.label-printed.v1' } }])
  await change(owner.messaging, owner.pool, [], async () => [printed('gone', 'back')])
  await eventually(async () => expect(await applied(consumer.pool, 'gone')).toHaveLength(1), 10_000)
  expect(await quarantined('gone')).toEqual([])
  await owner.stop()
})

test('records compressed by a codec that our client cannot read are read all the same: the broker unpacks them', async () => {
  const codecs = kafkajs.CompressionCodecs as Record<number, unknown>
  const { ZSTD } = kafkajs.CompressionTypes
  const before = codecs[ZSTD]
  // Only for the producer of this test: the consumer in this process must not learn it.
  codecs[ZSTD] = () => ({ compress: async ({ buffer }: { buffer: Buffer }) => zstdCompressSync(buffer), decompress: async (buffer: Buffer) => zstdDecompressSync(buffer) })
  const producer = new kafkajs.Kafka({ brokers: [...house.brokers], logLevel: kafkajs.logLevel.NOTHING }).producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
  await producer.connect()
  await producer.send({ topic: onBroker(house.ns.prefix, crates.name), compression: ZSTD, messages: [{ key: 'zipped', value: packedValue('zipped', 1), headers: headers('zipped', 1) }] })
  codecs[ZSTD] = before
  await producer.disconnect()
  await house.send('zipped', { sequence: 2 })
  await eventually(async () => expect(await stepsOf(consumer.pool, 'zipped')).toEqual([1, 2]), 10_000)
  expect(consumer.fatal).toEqual([])
})

test('headers that ask for a reply get none: nobody but us says where we publish', async () => {
  const reply = onBroker(house.ns.prefix, labels.name)
  const before = (await house.read(labels)).length
  await house.sendRaw(crates, [{ key: 'asks', value: packedValue('asks', 1), headers: { ...headers('asks', 1), kafka_replyTopic: reply, kafka_replyPartition: '0', kafka_correlationId: newId() } }])
  await eventually(async () => expect(await stepsOf(consumer.pool, 'asks')).toEqual([1]), 10_000)
  expect((await house.read(labels)).length).toBe(before)
})

describe('a handler that throws', () => {
  const throws = { TypeError: () => (undefined as unknown as { x: number }).x, RangeError: () => new Array(-1), SyntaxError: () => JSON.parse('{'), ReferenceError: () => { throw new ReferenceError('x is not defined') } }
  test.each(Object.entries(throws))('%s parks the one key, is not mistaken for an outage, and leaves the consumer alive', async (name, broken) => {
    const crate = `throws-${name}`
    effect = (fresh) => {
      if (fresh.some(({ payload }) => payload.crate === crate && payload.step === 1)) broken()
    }
    await house.sendAll([{ crate }, { crate: `${crate}-other` }, { crate }])
    await eventually(async () => expect(await stepsOf(consumer.pool, `${crate}-other`)).toEqual([1]), 10_000)
    await eventually(async () => expect(await parkedKey(crate)).toMatchObject({ code: name, messages: 2 }))
    expect(consumer.messaging.health()).toMatchObject({ consumer: 'running', ready: true })
    expect(consumer.fatal).toEqual([])
    effect = () => undefined
  })

  test('an error that the Kafka client would take for the end of the consumer parks the key like any other', async () => {
    effect = (fresh) => {
      if (fresh.some(({ payload }) => payload.crate === 'unlucky')) throw new kafkajs.KafkaJSNonRetriableError('from a library')
    }
    await house.sendAll([{ crate: 'unlucky' }, { crate: 'lucky' }])
    await eventually(async () => expect(await stepsOf(consumer.pool, 'lucky')).toEqual([1]), 10_000)
    await eventually(async () => expect(await parkedKey('unlucky')).toMatchObject({ messages: 1 }))
    expect(consumer.fatal).toEqual([])
    effect = () => undefined
  })
})

test('a poison message on every partition, again and again: all healthy keys finish while its key is parked', async () => {
  effect = (fresh) => {
    if (fresh.some(({ payload }) => payload.note === 'venom')) throw Object.assign(new Error('always'), { code: 'venom' })
  }
  const healthy = Array.from({ length: 200 }, (_, index) => `well-${index}`)
  const sick = Array.from({ length: 4 }, (_, index) => `venom-${index}`)
  const startedAt = Date.now()
  for (let step = 1; step <= 10; step++) await house.sendAll([...sick.map((crate) => ({ crate, note: 'venom' })), ...healthy.map((crate) => ({ crate }))])
  await eventually(async () => expect((await rowsOf(consumer.pool, `SELECT FROM applied WHERE crate LIKE 'well-%'`)).length).toBe(2_000), 25_000)
  // G17: no other key is held up for more than 30 s.
  expect(Date.now() - startedAt).toBeLessThan(30_000)
  for (const crate of healthy) expect(await stepsOf(consumer.pool, crate)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  for (const crate of sick) {
    await eventually(async () => expect(await parkedKey(crate)).toMatchObject({ code: 'venom', messages: 10 }))
    expect(await stepsOf(consumer.pool, crate)).toEqual([])
  }
  effect = () => undefined
  await consumer.messaging.operations.retryParked({ code: 'venom' }, { who: 'operator:ada', why: 'cured' })
  for (const crate of sick) await eventually(async () => expect(await stepsOf(consumer.pool, crate)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]), 10_000)
}, 60_000)
