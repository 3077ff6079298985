import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { OrderPlaced } from '@waybill/contracts'
import { service as order } from '@waybill/order'
import { service as shipping } from '@waybill/shipping'
import { eventually, exampleOf, namespace } from '@waybill/testing'
import { Kafka, logLevel } from 'kafkajs'
import pg from 'pg'
import { startCarriers } from '../../local/src/sandbox/carriers/server.js'
import { startPaymentProvider } from '../../local/src/sandbox/payment-provider/server.js'
import { LiveWorld, type WorldAddresses } from '../src/live-world.js'
import { verify } from '../src/verify.js'

const ns = await namespace({ dropAfterFile: false })
const paymentApiKey = 'the key of the tests'
let directory: string
let payments: Awaited<ReturnType<typeof startPaymentProvider>>
let carriers: Awaited<ReturnType<typeof startCarriers>>
let where: WorldAddresses
let world: LiveWorld

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-verify-'))
  payments = await startPaymentProvider({ directory, port: 0, apiKey: paymentApiKey })
  carriers = await startCarriers({ directory, port: 0 })
  const databases = { order: await ns.database(order), shipping: await ns.database(shipping) }
  where = { databases, kafkaBrokers: ns.kafkaBrokers.join(','), namespace: ns.prefix, paymentsUrl: payments.url, paymentApiKey, carriersUrl: carriers.url }
  world = new LiveWorld(where)
})
afterAll(async () => {
  await world.close()
  await Promise.all([payments.stop(), carriers.stop()])
  await rm(directory, { recursive: true })
  await ns.drop()
})

const ask = async (url: string, key: string, body: object): Promise<Record<string, unknown>> => {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key, authorization: `Bearer ${paymentApiKey}` }, body: JSON.stringify(body) })
  return (await response.json()) as Record<string, unknown>
}
const write = async (service: 'order' | 'shipping', sql: string, values: readonly unknown[]): Promise<void> => {
  const client = new pg.Client({ connectionString: where.databases[service] })
  await client.connect()
  try {
    await client.query(sql, [...values])
  } finally {
    await client.end()
  }
}
const violationsOf = async (id: string): Promise<readonly string[]> => (await verify(world, { only: [id], settleMs: 0 })).flatMap(({ violations }) => violations.map(({ subject, what }) => `${subject}: ${what}`))

describe('a living installation', () => {
  test("is held against the provider's own ledger, declined operations included", async () => {
    const [authorize, capture, declined, order_id] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
    const { authorization } = await ask(`${payments.url}/v1/authorizations`, authorize, { token: 'tok_ok', amountMinor: 900, currency: 'EUR', reference: order_id })
    await ask(`${payments.url}/v1/captures`, capture, { authorization, amountMinor: 500 })
    await ask(`${payments.url}/v1/captures`, declined, { authorization, amountMinor: 500 })
    const kept = (id: string, kind: string, amount: number, status: string) =>
      write('order', `INSERT INTO payment_operations (id, payment_id, order_id, kind, amount_minor, currency, attempt, status, created_at, settled_at) VALUES ($1, $2, $2, $3, $4, 'EUR', 1, $5, now(), now())`, [id, order_id, kind, amount, status])
    await kept(authorize, 'authorize', 900, 'succeeded')
    await kept(capture, 'capture', 500, 'succeeded')
    await kept(declined, 'capture', 500, 'failed')
    expect(await violationsOf('G9')).toEqual([])

    const [unasked, released] = [randomUUID(), randomUUID()]
    await ask(`${payments.url}/v1/refunds`, unasked, { authorization, amountMinor: 100 })
    expect(await violationsOf('G9')).toEqual([`provider key ${unasked}: refund of 100 was done without an intent of ours`])
    await kept(unasked, 'refund', 100, 'succeeded')
    await ask(`${payments.url}/v1/voids`, released, { authorization })
    await kept(released, 'void', 400, 'succeeded')
    expect(await violationsOf('G9')).toEqual([])
  })

  test("is held against the carriers' own ledger, labels given back apart", async () => {
    const sscc = '340123450000000018'
    const buy = async (key: string) => {
      const bought = await ask(`${carriers.url}/v1/labels`, key, {
        carrier: 'meridian', service: 'road-standard', reference: 'F-1',
        from: { name: 'A', country: 'DE', postalCode: '10115' }, to: { name: 'B', country: 'DE', postalCode: '20095' },
        packages: [{ sscc, weightGrams: 900, lengthMm: 200, widthMm: 150, heightMm: 100 }],
      })
      return { label: bought['label'], trackingNumber: (bought['packages'] as readonly { trackingNumber: string }[])[0]?.trackingNumber ?? '' }
    }
    const first = await buy('label-1')
    await write('shipping', `INSERT INTO packages (sscc, shipment, place, carton, length_mm, width_mm, height_mm, weight_grams, contents, tracking_number, state) VALUES ($1, $2, 1, 'S', 1, 1, 1, 900, '[]', $3, 'LABELLED')`, [sscc, randomUUID(), first.trackingNumber])
    expect(await violationsOf('G20')).toEqual([])

    const second = await buy('label-2')
    expect(await violationsOf('G20')).toEqual([`label ${second.trackingNumber}: was bought for ${sscc} and is not ours`, `package ${sscc}: 2 labels were bought`])
    await ask(`${carriers.url}/v1/labels/void`, 'void-2', { label: second.label })
    expect(await violationsOf('G20')).toEqual([])
  })

  test('is only read', async () => {
    await expect(world.query('order', 'DELETE FROM orders')).rejects.toThrow('read-only transaction')
  })

  test('outlives a connection that was closed while nobody used it', async () => {
    await world.query('order', 'SELECT 1')
    await write('order', 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()', [])
    await eventually(async () => expect(await world.query('order', 'SELECT 1 AS one')).toEqual([{ one: 1 }]), 5_000)
  })

  test('shows what a sender remembers, or nothing where nobody does', async () => {
    const sentOrdersFile = join(directory, 'sent.jsonl')
    const sent = [{ channel: 'web', reference: 'W-1', order: randomUUID() }, { channel: 'web', reference: 'W-2', order: randomUUID() }]
    await writeFile(sentOrdersFile, sent.map((each) => `${JSON.stringify(each)}\n`).join(''))
    expect(await new LiveWorld({ ...where, sentOrdersFile }).sentOrders()).toEqual(sent)
    expect(await world.sentOrders()).toEqual([])
  })

  test('shows its topics as they were when they were first asked for, until told to forget', async () => {
    expect(await world.records()).toEqual([])
    const payload = exampleOf(OrderPlaced)
    const eventId = await ns.publish(OrderPlaced, { key: payload.order, subject: payload.order, payload })
    expect(await world.records()).toEqual([])
    world.forget()
    expect(await world.records()).toEqual([
      { topic: 'oms.order.v1', partition: expect.any(Number), offset: 0n, key: payload.order, eventId, type: OrderPlaced.type, subject: payload.order, sequence: 1, version: null, isEmpty: false },
    ])
  })

  test('leaves no consumer group behind', async () => {
    const admin = new Kafka({ brokers: [...ns.kafkaBrokers], logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const before = new Set((await admin.listGroups()).groups.map(({ groupId }) => groupId))
    world.forget()
    await world.records()
    // other readers may be at work on this broker, and leave it too
    await eventually(async () => {
      const { groups } = await admin.listGroups()
      expect(groups.map(({ groupId }) => groupId).filter((group) => group.startsWith('waybill-verify') && !before.has(group))).toEqual([])
    }, 10_000)
    await admin.disconnect()
  })
})

describe('what is not given or does not answer is an error, never a rule that holds', () => {
  test.each([
    ['a database', (w: LiveWorld) => w.query('warehouse', 'SELECT 1'), 'The database of warehouse is not given'],
    ['the provider', (w: LiveWorld) => w.providerOperations(), "The payment provider's address is not given"],
    ['the carriers', (w: LiveWorld) => w.carrierPackages(), "The carriers' address is not given"],
  ])('%s is not given', async (_what, look, error) => {
    await expect((async () => look(new LiveWorld({ databases: {}, kafkaBrokers: where.kafkaBrokers })))()).rejects.toThrow(error)
  })

  test('the provider refuses our key', async () => {
    const stranger = new LiveWorld({ ...where, paymentApiKey: 'another' })
    await expect(stranger.providerOperations()).rejects.toThrow('answers 401')
  })
})
