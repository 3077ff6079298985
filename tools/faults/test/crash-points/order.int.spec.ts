import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { DeliveryDetailsErased, FulfillmentRequested, OrderCompleted, OrderConfirmed, OrderPlaced, PaymentAuthorized, PaymentCaptured, StockReserved } from '@waybill/contracts'
import type { CrashPoint } from '@waybill/kernel'
import { eventually, namespace } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anOrder } from '../../../../services/order/test/builders.js'
import { newReference, orderHouse, web, type OrderHouse } from '../../../../services/order/test/order-house.js'
import { beside, orderLife, providerKey } from '../../../../services/order/test/order-life.js'
import { startPaymentProvider } from '../../../local/src/sandbox/payment-provider/server.js'
import { toldOnce } from './told-once.js'
import { insist, mortals, type MortalService } from './mortal-service.js'

const ns = mortals(await namespace())
let house: OrderHouse
let order: MortalService
let provider: Awaited<ReturnType<typeof startPaymentProvider>>
let directory: string
const { rows, place, about, grant, reserve, requested, dispatch, of, openBerlin, complete, reconcile } = orderLife(ns, () => house, () => provider)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-crashes-'))
  provider = await startPaymentProvider({ directory, port: 0, apiKey: providerKey })
  // A restart takes a while: no order may run out of time meanwhile.
  house = await orderHouse(ns, { ...beside(provider.url), PAYMENT_WINDOW: '10m', PAYMENT_DEADLINE: '5s' })
  order = house.app as MortalService
  await openBerlin()
}, 60_000)
afterAll(async () => {
  await ns.stopAll()
  await provider.stop()
  await rm(directory, { recursive: true })
})

describe('intake that dies', () => {
  const points: readonly CrashPoint[] = ['C1-body-read', 'C2-order-inserted', 'C3-journal-inserted', 'C4-committed', 'C5-replying']
  test.each(points)('at %s: the order that the channel sends until it is answered exists once, with its money and its facts', async (point) => {
    const sent = anOrder({ reference: newReference() })
    const key = randomUUID()
    const { status, body } = await order.dies(point, () => insist(() => house.place(sent, { key })))
    expect(status).toBe(201)
    expect(await rows('SELECT id FROM orders WHERE reference = $1', [sent['reference']])).toEqual([{ id: body.order }])
    expect(await rows('SELECT count(*)::int AS payments FROM payments WHERE order_id = $1', [body.order])).toEqual([{ payments: 1 }])
    await ns.published(OrderPlaced, of(body.order))
    expect((await toldOnce(ns, order, OrderPlaced)).filter(of(body.order))).toHaveLength(1)
  }, 90_000)
})

describe('payment that dies', () => {
  const points: readonly CrashPoint[] = ['C19-intent-saved', 'C20-provider-called', 'C21-provider-answered', 'C22-result-saved']

  test.each(points)('at %s while it authorizes: one authorization, here and at the provider', async (point) => {
    const placed = await place()
    await order.dies(point, () => reserve(placed))
    await ns.published(OrderConfirmed, of(placed))
    expect((await reconcile(placed)).map(({ kind, status }) => [kind, status])).toEqual([['authorize', 'succeeded']])
    expect((await toldOnce(ns, order, PaymentAuthorized)).filter(of(placed))).toHaveLength(1)
    expect((await toldOnce(ns, order, FulfillmentRequested)).filter(of(placed))).toHaveLength(1)
  }, 90_000)

  test.each(['C20-provider-called', 'C21-provider-answered'] as const)('at %s while it captures: charged once, and the order completes', async (point) => {
    const placed = await place()
    await reserve(placed)
    const asked = await requested(placed)
    const { deliver } = await order.dies(point, () => dispatch(asked))
    await deliver()
    await ns.published(OrderCompleted, of(placed))
    await ns.published(PaymentCaptured, of(placed))
    expect((await reconcile(placed)).map(({ kind, status }) => [kind, status]).sort()).toEqual([['authorize', 'succeeded'], ['capture', 'succeeded']])
    expect((await toldOnce(ns, order, PaymentCaptured)).filter(of(placed))).toHaveLength(1)
  }, 90_000)
})

test('a consumer that dies at C18-parked: the message waits once, nothing else waits for it', async () => {
  const placed = await place()
  const unknown = randomUUID()
  await order.dies('C18-parked', () => ns.publish(StockReserved, { ...about(unknown), payload: { order: unknown, lines: [grant(2)] } }))
  await reserve(placed)
  await complete(placed)
  expect(await rows('SELECT key, code FROM messaging.parked_key')).toEqual([{ key: unknown, code: 'unknown-order' }])
  expect(await rows('SELECT status FROM messaging.parked_message WHERE key = $1', [unknown])).toEqual([{ status: 'waiting' }])
}, 90_000)

describe('an import that dies', () => {
  const columns = ['channel', 'reference', 'customerName', 'email', 'street', 'postalCode', 'city', 'country', 'currency', 'product', 'units', 'paymentToken']
  const file = (prefix: string, count: number) =>
    [columns, ...Array.from({ length: count }, (_, index) => ['web', `${prefix}-${index}`, 'Ada Lovelace', 'ada@example.com', 'Hauptstr. 1', '10115', 'Berlin', 'DE', 'EUR', 'P-1', '1', 'tok_ok'])]
      .map((row) => row.join(','))
      .join('\n')
  // a file of more orders than one transaction takes
  const cases: readonly (readonly [CrashPoint, number, number])[] = [['C34-row-k', 260, 2], ['C35-file-done', 5, 1]]

  test.each(cases)('at %s (a file of %i orders): every order of the file exists once, and the count is right', async (point, count, time) => {
    const prefix = newReference()
    const key = randomUUID()
    const upload = () => house.api.post('/v1/orders/imports', file(prefix, count), { ...web, key, headers: { 'content-type': 'text/csv' } })
    const { status, body } = await order.dies(point, () => insist(upload), time)
    expect(status).toBe(202)
    const progress = await eventually(async () => {
      const { body: seen } = await house.api.get(`/v1/orders/imports/${body.import}`, web)
      expect(seen.status).toBe('done')
      return seen
    }, 20_000)
    expect(progress).toMatchObject({ orders: count, processed: count, accepted: count, existing: 0, refused: 0 })
    expect(await rows('SELECT count(*)::int AS orders FROM orders WHERE reference LIKE $1', [`${prefix}%`])).toEqual([{ orders: count }])
    expect((await toldOnce(ns, order, OrderPlaced)).filter(({ payload }) => payload.reference.startsWith(prefix))).toHaveLength(count)
  }, 90_000)
})

test('an erasure that dies at C37-details-erased-in-one-service: the others are told, once', async () => {
  const placed = await place()
  const key = randomUUID()
  const { status } = await order.dies('C37-details-erased-in-one-service', () => insist(() => house.api.delete(`/v1/orders/${placed}/delivery-details`, { role: 'agent', name: 'Ada', key })))
  expect(status).toBeLessThan(300)
  expect(await rows('SELECT customer_name, email, street FROM delivery_details WHERE order_id = $1', [placed])).toEqual([{ customer_name: null, email: null, street: null }])
  await ns.published(DeliveryDetailsErased, of(placed))
  expect((await toldOnce(ns, order, DeliveryDetailsErased)).filter(of(placed))).toHaveLength(1)
}, 90_000)
