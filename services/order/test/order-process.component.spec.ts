import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CaptureFailed,
  ChannelRefundDue,
  DeliveryDetailsErased,
  FulfillmentRequested,
  HoldApplied,
  OrderCancelled,
  OrderConfirmed,
  OrderExpired,
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  PaymentVoided,
  PromiseChanged,
  RefundRequested,
  ReservationRefused,
  StockBackordered,
  BackorderDateChanged,
  BackorderFilled,
  StockReserved,
  TaskClosed,
  TaskOpened,
} from '@waybill/contracts'
import { newId, signLink } from '@waybill/service-kit'
import { eventually, namespace } from '@waybill/testing'
import { asId } from '@waybill/kernel'
import { ReactToFacts } from '../src/use-cases/react-to-facts.js'
import { startPaymentProvider } from '../../../tools/local/src/sandbox/payment-provider/server.js'
import { anOrder } from './builders.js'
import { newReference, operator, orderHouse, web, type OrderHouse } from './order-house.js'
import { beside, orderLife, providerKey } from './order-life.js'

const ns = await namespace()
const agent = { role: 'agent', name: 'Ada' } as const
let house: OrderHouse
let provider: Awaited<ReturnType<typeof startPaymentProvider>>
let directory: string
const { rows, place, about, grant, reserve, requested, dispatch, of, openBerlin, complete, reconcile } = orderLife(ns, () => house, () => provider)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-provider-'))
  provider = await startPaymentProvider({ directory, port: 0, apiKey: providerKey, slowMs: 200, hangMs: 1_500 })
  house = await orderHouse(ns, beside(provider.url))
  await openBerlin()
}, 60_000)

afterAll(async () => {
  await provider.stop()
  await rm(directory, { recursive: true })
})

describe('the way of an order', () => {
  test('reserved, authorized, confirmed, sent, charged, delivered, complete', async () => {
    const order = await place()
    await reserve(order)
    const confirmed = await ns.published(OrderConfirmed, of(order))
    expect(confirmed.payload.lines[0]?.promises[0]).toMatchObject({ units: 2, backordered: false, window: { from: expect.any(String), to: expect.any(String) } })
    expect((await requested(order)).lines[0]?.unitNumbers).toEqual([{ from: 1, to: 2 }])
    const { payload } = await complete(order)
    expect(payload).toMatchObject({ deliveredUnits: 2, cancelledUnits: 0, lostUnits: 0 })
    const captured = await ns.published(PaymentCaptured, of(order))
    const { body } = await house.api.get(`/v1/orders/${order}`, agent)
    expect(body).toMatchObject({
      status: 'COMPLETED',
      lines: [{ quantities: { ordered: 2, delivered: 2, shipped: 2, unanswered: 0 } }],
      fulfillments: [{ status: 'delivered' }],
      payment: { status: 'CAPTURED', capturedMinor: captured.payload.amountMinor, dueMinor: captured.payload.amountMinor },
      customer: { name: 'Ada Lovelace' },
    })
    expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(['authorize', 'capture'])
    const history = await rows<{ to_status: string }>('SELECT to_status FROM order_history WHERE subject = $1 ORDER BY seq', [order])
    expect(history.map((each) => each.to_status)).toEqual(['PLACED', 'CONFIRMED', 'COMPLETED'])
    expect(await rows('SELECT kind FROM kit.timers WHERE correlation_id = $1', [order])).toEqual([])
  }, 40_000)

  test('the same message twice has one effect', async () => {
    const order = await place()
    const eventId = await reserve(order)
    await ns.publish(StockReserved, { ...about(order), payload: { order, lines: [grant(2)] }, eventId, sequence: 1 })
    await requested(order)
    const { body } = await house.api.get(`/v1/orders/${order}`, agent)
    expect(body.lines[0].quantities).toMatchObject({ inFulfillment: 2, reserved: 0 })
    expect((await ns.allPublished(FulfillmentRequested)).filter(of(order))).toHaveLength(1)
  }, 40_000)

  test('what is said from twenty sides at once is all taken in', async () => {
    const order = await place({ lines: [{ product: 'P-1', units: 20 }] })
    const said = Array.from({ length: 20 }, (_, place) => ({
      cause: { kind: 'request' as const, client: 'test', key: `${order}-${place}`, route: 'test', bodyHash: 'x', actor: 'system:test', correlationId: order, traceparent: null },
      order: asId<Parameters<ReactToFacts['run']>[0][number]['order'] & string>(order),
      fact: { kind: 'stock-reserved' as const, lines: [{ stockedLine: '1.1', units: 1, location: 'BER' }] },
    }))
    await Promise.all(said.map((fact) => house.app.get(ReactToFacts).run([fact])))
    await requested(order)
    expect(await rows('SELECT in_fulfillment, unanswered FROM order_lines WHERE order_id = $1', [order])).toEqual([{ in_fulfillment: 20, unanswered: 0 }])
    expect(await rows('SELECT 1 FROM payment_operations WHERE order_id = $1', [order])).toHaveLength(1)
  }, 40_000)

  test('a backorder is promised, told again when its date moves, and sent when it is filled', async () => {
    const order = await place()
    const waiting = { line: 1, stockedLine: '1.1', product: 'P-1', units: 1 }
    await ns.publish(StockReserved, { ...about(order), payload: { order, lines: [grant(1)] } })
    await ns.publish(StockBackordered, { ...about(order), payload: { order, lines: [{ ...waiting, availableOn: '2030-01-07', confidence: 'announced', supply: 'PO-1' }] } })
    const confirmed = await ns.published(OrderConfirmed, of(order))
    expect(confirmed.payload.lines[0]?.promises[1]).toMatchObject({ backordered: true, availableOn: '2030-01-07', window: { to: '2030-01-09' } })
    await ns.publish(BackorderDateChanged, { ...about(order), payload: { order, lines: [{ ...waiting, old: '2030-01-07', new: '2030-01-14', reason: 'supply-moved' }] } })
    const changed = await ns.published(PromiseChanged, of(order))
    expect(changed.payload).toMatchObject({ old: { to: '2030-01-09' }, new: { to: '2030-01-16' }, reason: 'supply-moved' })
    await ns.publish(BackorderFilled, { ...about(order), payload: { order, lines: [grant(1, { grant: 2 })] } })
    expect(await requested(order, 1)).toMatchObject({ promise: { to: '2030-01-16' }, lines: [{ unitNumbers: [{ from: 2, to: 2 }] }] })
    expect(await rows('SELECT reason FROM promise_history WHERE order_id = $1 ORDER BY id', [order])).toEqual([{ reason: 'sold' }, { reason: 'sold' }, { reason: 'supply-moved' }])
  }, 40_000)

  test('refused by inventory: cancelled', async () => {
    const order = await place()
    await ns.publish(ReservationRefused, { ...about(order), payload: { order, why: 'no-lane', lines: [] } })
    expect((await ns.published(OrderCancelled, of(order))).payload.why).toBe('no-lane')
    const { body } = await house.api.get(`/v1/orders/${order}`, web)
    expect(body).toMatchObject({ status: 'CANCELLED', lines: [{ quantities: { cancelled: 2 } }], payment: { status: 'VOIDED' } })
    expect(body.customer).toBeUndefined()
  }, 40_000)

  test('a hundred orders at once', async () => {
    const references = Array.from({ length: 100 }, () => newReference())
    const { body } = await house.api.post('/v1/orders/bulk', { orders: references.map((reference) => anOrder({ reference, lines: [{ product: 'P-1', units: 1 }], payment: { token: 'tok_ok' } })) }, web)
    const orders: string[] = body.outcomes.map(({ order }: { order: string }) => order)
    await Promise.all(orders.map((order) => reserve(order, 1)))
    await eventually(async () => {
      const [found] = await rows<{ confirmed: string }>(`SELECT count(*) AS confirmed FROM orders WHERE id = ANY ($1::uuid[]) AND status = 'CONFIRMED'`, [orders])
      expect(Number(found?.confirmed)).toBe(100)
    }, 30_000)
  }, 60_000)
})

describe('payments', () => {
  test.each(['tok_timeout_done', 'tok_500_done', 'tok_unavailable', 'tok_slow'])('%s: what is not known is asked for under the same key, and done once', async (token) => {
    const order = await place({ payment: { token } })
    await reserve(order)
    await ns.published(PaymentAuthorized, of(order))
    await complete(order)
    const ours = await reconcile(order)
    expect(ours.filter(({ kind }) => kind === 'authorize')).toHaveLength(1)
  }, 60_000)

  test('declined for now: the customer pays another way by the link, once, however often it is pressed', async () => {
    const order = await place({ payment: { token: 'tok_insufficient' } })
    await reserve(order)
    const declined = await ns.published(PaymentDeclined, of(order))
    expect(declined.payload).toMatchObject({ final: false, reason: 'insufficient-funds' })
    const token = signLink('the link key of the tests', 'pay', order)
    const open = await house.api.get(`/v1/pay/${token}`)
    expect(open.body).toMatchObject({ status: 'open', currency: 'EUR', amountMinor: expect.any(Number) })
    expect(JSON.stringify(open.body)).not.toContain('Ada')
    const page = await house.api.get(`/pay/${token}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    const script = await house.api.get('/pay.js')
    expect([script.status, script.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8'])
    const answers = await Promise.all([1, 2, 3].map(() => house.api.post(`/v1/pay/${token}`, { token: 'tok_ok' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409])
    await ns.published(OrderConfirmed, of(order))
    expect((await house.api.get(`/v1/pay/${token}`)).body.status).toBe('paid')
    expect((await reconcile(order)).filter(({ kind, status }) => kind === 'authorize' && status === 'succeeded')).toHaveLength(1)
    expect((await house.api.post(`/v1/pay/${token}x`, { token: 'tok_ok' })).status).toBe(404)
  }, 60_000)

  test('declined and not paid another way: expired when the window ends', async () => {
    const order = await place({ payment: { token: 'tok_insufficient' } })
    await reserve(order)
    expect((await ns.published(OrderExpired, of(order), 30_000)).payload.why).toBe('payment-window-ended')
    expect((await house.api.post(`/v1/pay/${signLink('the link key of the tests', 'pay', order)}`, { token: 'tok_ok' })).body.code).toBe('payment-window-ended')
  }, 60_000)

  test('declined for good: expired at once', async () => {
    const order = await place({ payment: { token: 'tok_declined' } })
    await reserve(order)
    expect((await ns.published(PaymentDeclined, of(order))).payload.final).toBe(true)
    await ns.published(OrderExpired, of(order))
    await reconcile(order)
  }, 40_000)

  test('an order refused while its authorization was on its way gives it back', async () => {
    const order = await place({ payment: { token: 'tok_timeout_done' } })
    await reserve(order)
    await eventually(async () => expect(await rows('SELECT 1 FROM payment_operations WHERE order_id = $1', [order])).toHaveLength(1), 10_000)
    await ns.publish(ReservationRefused, { ...about(order), payload: { order, why: 'no-lane', lines: [] } })
    await ns.published(PaymentVoided, of(order))
    expect((await reconcile(order)).map(({ kind }) => kind).sort()).toEqual(['authorize', 'void'])
  }, 40_000)

  test('a capture that fails five times holds what has not left, and an agent is asked', async () => {
    const order = await place({ payment: { token: 'tok_capture_fails' } })
    await reserve(order, 1)
    await ns.publish(StockBackordered, { ...about(order), payload: { order, lines: [{ line: 1, stockedLine: '1.1', product: 'P-1', units: 1, availableOn: null, confidence: 'unknown', supply: null }] } })
    const asked = await requested(order)
    const { deliver } = await dispatch(asked)
    expect((await ns.published(CaptureFailed, of(order), 30_000)).payload).toMatchObject({ fulfillment: asked.fulfillment, tries: 5 })
    await ns.published(HoldApplied, of(order))
    const opened = await ns.published(TaskOpened, (event) => of(order)(event) && event.payload.kind === 'capture-failed')
    expect(opened.payload).toMatchObject({ owner: 'agent', subject: asked.fulfillment })
    await deliver()
    await ns.publish(BackorderFilled, { ...about(order), payload: { order, lines: [grant(1, { grant: 2 })] } })
    await eventually(async () => expect(await rows('SELECT reserved, delivered FROM order_lines WHERE order_id = $1', [order])).toEqual([{ reserved: 1, delivered: 1 }]), 20_000)
    const { payload } = opened
    await ns.publish(TaskClosed, { key: payload.task, subject: payload.task, payload: { task: payload.task, kind: payload.kind, subject: payload.subject, order, resolution: 'written-off', by: 'agent:Ada' }, sequence: 2 })
    await requested(order, 1)
    await reconcile(order)
  }, 60_000)

  test('a return is refunded to the cent, each unit once', async () => {
    const order = await place()
    await reserve(order)
    const { payload } = await complete(order).then(() => ns.published(PaymentCaptured, of(order)))
    const returnId = newId()
    const ask = (from: number, to: number) =>
      ns.publish(RefundRequested, { ...about(order), subject: returnId, payload: { order, return: returnId, lines: [{ line: 1, unitNumbers: [{ from, to }] }], fees: [], refundShipping: true } })
    await ask(1, 1)
    await ask(1, 2)
    await eventually(async () => {
      const refunds = (await ns.allPublished(PaymentRefunded)).filter(of(order))
      expect(refunds.map(({ payload: { units } }) => units[0]?.unitNumbers)).toEqual([[{ from: 1, to: 1 }], [{ from: 2, to: 2 }]])
      expect(refunds.reduce((sum, { payload: { amountMinor } }) => sum + amountMinor, 0)).toBe(payload.amountMinor)
    }, 20_000)
    await reconcile(order)
  }, 60_000)

  test('what a channel was paid is the channel\'s to give back', async () => {
    const reference = newReference()
    const order = await place(
      { channel: 'market', reference, lines: [{ product: 'P-1', units: 1, unitPriceMinor: 1_190, taxMinor: 190 }], totalMinor: 1_190, payment: { capturedMinor: 1_190 } },
      { channel: 'market', name: 'market' },
    )
    await reserve(order, 1)
    await complete(order)
    await ns.publish(RefundRequested, { ...about(order), subject: newId(), payload: { order, return: newId(), lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }], fees: [], refundShipping: false } })
    expect((await ns.published(ChannelRefundDue, of(order))).payload).toMatchObject({ channel: 'market', reference, amountMinor: 1_190 })
    expect(await reconcile(order)).toEqual([])
  }, 60_000)
})

describe('what is known of customers', () => {
  test('agents find an order by e-mail or name, channels see their own without the customer', async () => {
    const reference = newReference()
    const order = await place({ reference, customer: { name: 'Grace Hopper', email: `${reference}@example.com` } })
    const found = await house.api.get(`/v1/orders?customer=${encodeURIComponent(`${reference.toUpperCase()}@example.com`)}`, agent)
    expect(found.body.items.map((item: { order: string }) => item.order)).toEqual([order])
    expect((await house.api.get('/v1/orders?customer=grace%20h', agent)).body.items.map((item: { order: string }) => item.order)).toContain(order)
    expect((await house.api.get('/v1/orders?customer=%25', agent)).body.items).toEqual([])
    expect((await house.api.get('/v1/orders?customer=grace', operator)).status).toBe(403)
    expect((await house.api.get(`/v1/orders/${order}`, { role: 'channel', name: 'market', channel: 'market' })).status).toBe(404)
    expect((await house.api.get(`/v1/orders?reference=${reference}`, web)).body.items).toHaveLength(1)
    const first = await house.api.get('/v1/orders?limit=1', agent)
    const second = await house.api.get(`/v1/orders?limit=1&cursor=${first.body.next}`, agent)
    expect(second.body.items[0].order).not.toBe(first.body.items[0].order)
    expect((await house.api.get(`/v1/orders?limit=1&status=PLACED&cursor=${first.body.next}`, agent)).body.code).toBe('invalid-cursor')
    expect((await house.api.get('/v1/orders/not-a-uuid', agent)).status).toBe(400)
  }, 40_000)

  test('an erasure forgets the customer here and tells every holder, once', async () => {
    const order = await place({ customer: { name: 'Canary Crocodile', email: 'canary@example.com' } })
    const key = newReference()
    expect((await house.api.delete(`/v1/orders/${order}/delivery-details`, { ...agent, key })).status).toBe(204)
    expect((await house.api.delete(`/v1/orders/${order}/delivery-details`, { ...agent, key })).headers.get('idempotent-replayed')).toBe('true')
    expect((await house.api.delete(`/v1/orders/${order}/delivery-details`, agent)).status).toBe(204)
    await ns.published(DeliveryDetailsErased, of(order))
    expect((await ns.allPublished(DeliveryDetailsErased)).filter(of(order))).toHaveLength(1)
    const { body } = await house.api.get(`/v1/orders/${order}`, agent)
    expect(body.customer.name).toBeNull()
    const everything = await rows<{ text: string }>('SELECT (o::text || d::text || p::text) AS text FROM orders o JOIN delivery_details d ON d.order_id = o.id JOIN payments p ON p.order_id = o.id WHERE o.id = $1', [order])
    expect(everything[0]?.text).not.toMatch(/Canary|canary/)
  }, 40_000)
})

test('a message about an order that is not ours is parked, and others go on', async () => {
  const stranger = newId()
  await reserve(stranger)
  const order = await place()
  await reserve(order)
  await requested(order)
  await eventually(async () => {
    const { body } = await house.api.get(`/ops/parked?key=${stranger}`, operator)
    expect(JSON.stringify(body)).toContain('unknown-order')
  }, 20_000)
}, 40_000)
