import { beforeAll, expect, it } from '@jest/globals'
import { FeedbackRequested, LocationPublished, OrderPlaced, PaymentRefunded, RefundRequested, ReturnSettled, ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts'
import { newId, UnitOfWork } from '@waybill/service-kit'
import { collideEverywhere, eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const ns = await namespace()
const agent = { role: 'agent', name: 'Ada' } as const
const operator = { role: 'operator', name: 'Otto' } as const
let app: StartedService

beforeAll(async () => {
  app = await ns.start(service)
  await ns.publish(LocationPublished, { key: 'BER', subject: 'BER', payload: exampleOf(LocationPublished) })
})

const statement = { number: 0 }
const rows = <Row>(sql: string, values: readonly unknown[]) => app.get(UnitOfWork).query<Row>(`test.${++statement.number}`, sql, values)

/** An order of so many units of one product, at the customer's door. */
async function delivered(units: number): Promise<string> {
  const [order, shipment, fulfillment] = [newId(), newId(), newId()]
  const [line] = exampleOf(OrderPlaced).orderedLines
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: units }] }]
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order, orderedLines: [{ ...line!, units, category: 'tools' }] }) })
  await ns.publish(ShipmentDispatched, { key: order, subject: shipment, payload: exampleOf(ShipmentDispatched, { order, shipment, fulfillment, lines }) })
  await ns.publish(ShipmentDelivered, { key: order, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, fulfillment, lines, deliveredAt: new Date().toISOString() }) })
  await eventually(async () => expect(await rows('SELECT 1 FROM order_care c JOIN feedback f USING (order_id) WHERE order_id = $1 AND placed IS NOT NULL', [order])).toHaveLength(1), 20_000)
  return order
}

const sendBack = (order: string, units: number) => request(app.url).post('/v1/returns', { order, lines: [{ line: 1, units, reason: 'other' }] }, agent)

it('medusajs/medusa#12588, #12285, #13433: of ten returns asked at once for five units exactly five are taken, and each is refunded once', async () => {
  const order = await delivered(5)
  const answers = await Promise.all(Array.from({ length: 10 }, () => sendBack(order, 1)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 5 }, () => 201), ...Array.from({ length: 5 }, () => 422)])
  const returns = answers.flatMap(({ status, body }) => (status === 201 ? [body.return as string] : []))
  await Promise.all(
    returns.map(async (id) => {
      const api = request(app.url)
      expect((await api.post(`/v1/returns/${id}/receipts`, { location: 'BER', lines: [{ line: 1, units: 1 }] }, { role: 'receiver', name: 'Rita' })).status).toBe(201)
      const inspect = () => api.post(`/v1/returns/${id}/inspections`, { lines: [{ line: 1, units: 1, disposition: 'restock' }] }, operator)
      const inspections = await Promise.all([inspect(), inspect()])
      expect(inspections.filter(({ status }) => status === 201)).toHaveLength(1)
    }),
  )
  await eventually(async () => expect((await ns.allPublished(RefundRequested)).filter(({ payload }) => payload.order === order)).toHaveLength(5), 20_000)
  const asked = (await ns.allPublished(RefundRequested)).filter(({ payload }) => payload.order === order)
  expect(asked.flatMap(({ payload }) => payload.lines.flatMap(({ unitNumbers }) => unitNumbers.map(({ from }) => from))).sort()).toEqual([1, 2, 3, 4, 5])
}, 60_000)

it('mollie/laravel-cashier-mollie#321: a refund told of in two messages settles its return once, with the amount of one', async () => {
  const order = await delivered(1)
  const id = (await sendBack(order, 1)).body.return as string
  const api = request(app.url)
  await api.post(`/v1/returns/${id}/receipts`, { location: 'BER', lines: [{ line: 1, units: 1 }] }, { role: 'receiver', name: 'Rita' })
  await api.post(`/v1/returns/${id}/inspections`, { lines: [{ line: 1, units: 1, disposition: 'restock' }] }, operator)
  const payload = exampleOf(PaymentRefunded, { order, return: id, amountMinor: 1_151 })
  const last = await Promise.all([newId(), newId()].map((subject) => ns.publish(PaymentRefunded, { key: order, subject, payload })))
  await eventually(async () => expect(await rows('SELECT event_id FROM messaging.inbox WHERE event_id = ANY ($1::uuid[])', [last])).toHaveLength(2), 20_000)
  expect((await ns.published(ReturnSettled, (fact) => fact.payload.return === id)).payload.refundedMinor).toBe(1_151)
  expect((await ns.allPublished(ReturnSettled)).filter((fact) => fact.payload.return === id)).toHaveLength(1)
}, 60_000)

it('medusajs/medusa#2948: whichever statement collides with another transaction, a return is taken and a delivery asked about, once', async () => {
  const order = await delivered(200)
  const returns = await collideEverywhere(async () => {
    const { status, body } = await sendBack(order, 1)
    expect([status, body.status]).toEqual([201, 'approved'])
  })
  expect(returns.refused).toBeGreaterThan(5)
  expect(await rows('SELECT count(*)::int AS units, count(DISTINCT return_id)::int AS returns FROM returned_unit WHERE order_id = $1', [order])).toEqual([{ units: returns.times, returns: returns.times }])

  const orders: string[] = []
  const deliveries = await collideEverywhere(async () => {
    const [order, shipment] = [newId(), newId()]
    orders.push(order)
    const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }]
    await ns.publish(ShipmentDelivered, { key: order, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, lines, deliveredAt: new Date().toISOString() }) })
    await eventually(async () => expect(await rows('SELECT 1 FROM feedback WHERE order_id = $1', [order])).toHaveLength(1), 20_000)
  })
  expect(deliveries.refused).toBeGreaterThan(5)
  const asked = (await ns.allPublished(FeedbackRequested)).map(({ payload }) => payload.order).filter((each) => orders.includes(each))
  expect([...asked].sort()).toEqual([...orders].sort())
}, 60_000)
