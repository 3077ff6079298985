import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FulfillmentRequested, LanePublished, OrderConfirmed, PaymentCaptured } from '@waybill/contracts'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { startPaymentProvider } from '../../../tools/local/src/sandbox/payment-provider/server.js'
import { service as inventory } from '../../inventory/src/service.js'
import { drift, sql } from '../../inventory/test/house.js'
import { operator, orderHouse, type OrderHouse } from './order-house.js'
import { beside, orderLife, providerKey } from './order-life.js'

// Orders and stock together, as they run: what is asked here no service can answer alone.
const ns = await namespace()
let directory: string
let provider: Awaited<ReturnType<typeof startPaymentProvider>>
let house: OrderHouse
let stock: StartedService
const { place, dispatch, of, reconcile, requested, rows } = orderLife(ns, () => house, () => provider)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-provider-'))
  provider = await startPaymentProvider({ directory, port: 0, apiKey: providerKey, slowMs: 500 })
  stock = await ns.start(inventory)
  house = await orderHouse(ns, beside(provider.url))
  await request(stock.url).post('/v1/locations/import', { rows: [{ location: 'BER', name: 'Berlin', zone: 'Europe/Berlin', country: 'DE', postalCode: '10115', city: 'Berlin' }] }, operator)
  await ns.publish(LanePublished, { key: 'BER:DE', subject: 'BER:DE', payload: exampleOf(LanePublished, { location: 'BER', country: 'DE' }) })
  await eventually(async () => expect([await sql(stock, `select 1 from product join lane on true where product = 'P-1'`), await rows('SELECT 1 FROM known_locations JOIN known_lanes USING (location)')].map(({ length }) => length)).toEqual([1, 1]), 20_000)
}, 60_000)

afterAll(async () => {
  await provider.stop()
  await rm(directory, { recursive: true })
})

const receive = async (units: number) => expect((await request(stock.url).post('/v1/receipts', { location: 'BER', lines: [{ product: 'P-1', units }] }, { role: 'receiver' })).status).toBe(200)
const sentOf = async (orders: readonly string[]) => (await ns.allPublished(FulfillmentRequested)).map(({ payload }) => payload.order).filter((order) => orders.includes(order))

test('medusajs/medusa#16825, vendurehq/vendure#3065, openfoodfoundation/openfoodnetwork#3925: three buyers of the last unit who pay slowly: it goes to one, nobody is charged for what does not leave, and nobody is forgotten', async () => {
  await receive(1)
  const orders = await Promise.all([1, 2, 3].map(() => place({ lines: [{ product: 'P-1', units: 1 }], payment: { token: 'tok_slow' } })))
  for (const order of orders) await ns.published(OrderConfirmed, of(order))
  const promises = (await ns.allPublished(OrderConfirmed)).flatMap(({ payload }) => payload.lines.flatMap((line) => line.promises.map(({ backordered }) => backordered)))
  expect(promises.sort()).toEqual([false, true, true])
  const [winner] = await eventually(async () => {
    const sent = await sentOf(orders)
    expect(sent).toHaveLength(1)
    return sent
  }, 20_000)
  expect(await sql(stock, `select sum(reserved)::int as reserved, sum(on_hand)::int as "onHand" from stock_level where product = 'P-1'`)).toEqual([{ reserved: 1, onHand: 1 }])

  await dispatch(await requested(winner ?? ''))
  await ns.published(PaymentCaptured, of(winner ?? ''))
  for (const order of orders) expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(order === winner ? ['authorize', 'capture'] : ['authorize'])

  await receive(2)
  await eventually(async () => expect((await sentOf(orders)).sort()).toEqual([...orders].sort()), 20_000)
  expect(await drift(stock)).toEqual([])
}, 60_000)
