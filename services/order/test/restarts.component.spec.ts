import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OrderCompleted, OrderConfirmed, OrderExpired, PaymentCaptured, PaymentDeclined, ShipmentDelivered } from '@waybill/contracts'
import { Sweeper } from '@waybill/service-kit'
import { eventually, namespace, request } from '@waybill/testing'
import { startPaymentProvider } from '../../../tools/local/src/sandbox/payment-provider/server.js'
import { service } from '../src/service.js'
import { orderHouse, web, type OrderHouse } from './order-house.js'
import { beside, orderLife, providerKey } from './order-life.js'

// Everything that an order waits for happens while its service is away, and the service starts anew on the same database.
const ns = await namespace()
let house: OrderHouse
let provider: Awaited<ReturnType<typeof startPaymentProvider>>
let directory: string
let env: Readonly<Record<string, string>>
const { rows, place, reserve, requested, dispatch, of, openBerlin, reconcile } = orderLife(ns, () => house, () => provider)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-provider-'))
  provider = await startPaymentProvider({ directory, port: 0, apiKey: providerKey, slowMs: 200, hangMs: 1_500 })
  env = { ...beside(provider.url), PAYMENT_WINDOW: '3s' }
  house = await orderHouse(ns, env)
  await openBerlin()
}, 60_000)

afterAll(async () => {
  await provider.stop()
  await rm(directory, { recursive: true })
})

/** What happens while the service is away is done when it is back. */
async function away<R>(happens: () => Promise<R>): Promise<R> {
  const { app } = house
  await app.stop()
  const result = await happens()
  const next = await ns.start(service, { env, database: app.database })
  house = { app: next, api: request(next.url), place: (order, options = {}) => request(next.url).post('/v1/orders', order, { ...web, ...options }) }
  // Nothing was forgotten: whatever waits has what will move it.
  expect(await next.get(Sweeper).sweep()).toEqual([])
  return result
}

const statusOf = async (order: string) => (await rows<{ status: string; payment: string }>('SELECT o.status, p.status AS payment FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = $1', [order]))[0]
const becomes = (order: string, status: string, payment: string) => eventually(async () => expect(await statusOf(order)).toEqual({ status, payment }), 20_000)

test('an order goes its way although its service is started anew at every step of it', async () => {
  const order = await place()
  await away(() => reserve(order))
  await ns.published(OrderConfirmed, of(order))
  await becomes(order, 'CONFIRMED', 'AUTHORIZED')
  const fulfillment = await requested(order)
  const { deliver } = await away(() => dispatch(fulfillment))
  await ns.published(PaymentCaptured, of(order))
  await becomes(order, 'CONFIRMED', 'CAPTURED')
  await away(deliver)
  await ns.published(OrderCompleted, of(order))
  await becomes(order, 'COMPLETED', 'CAPTURED')
  await away(() => Promise.resolve())

  const history = await rows<{ to_status: string }>('SELECT to_status FROM order_history WHERE subject = $1 ORDER BY seq', [order])
  expect(history.map((each) => each.to_status)).toEqual(['PLACED', 'CONFIRMED', 'COMPLETED'])
  expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(['authorize', 'capture'])
  expect((await ns.allPublished(ShipmentDelivered)).filter(of(order))).toHaveLength(1)
  expect((await ns.allPublished(OrderCompleted)).filter(of(order))).toHaveLength(1)
  expect(await rows('SELECT kind FROM kit.timers WHERE correlation_id = $1', [order])).toEqual([])
}, 90_000)

test('a term that ends while the service is away ends when it is back', async () => {
  const order = await place({ payment: { token: 'tok_declined' } })
  await reserve(order)
  await ns.published(PaymentDeclined, of(order))
  await away(async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_500))
  })
  await ns.published(OrderExpired, of(order))
  await eventually(async () => expect((await statusOf(order))?.status).toBe('EXPIRED'))
}, 60_000)

test('a call to the provider that was under way when the service went is asked about, and made once', async () => {
  const order = await place({ payment: { token: 'tok_slow' } })
  await reserve(order)
  await eventually(async () => expect(await rows(`SELECT FROM payment_operations WHERE order_id = $1`, [order])).toHaveLength(1), 10_000)
  await away(() => Promise.resolve())
  await ns.published(OrderConfirmed, of(order))
  expect((await reconcile(order)).map(({ kind }) => kind)).toEqual(['authorize'])
}, 60_000)
