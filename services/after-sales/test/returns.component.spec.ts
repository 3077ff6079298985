import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  FeedbackReceived, FeedbackRequested, FulfillmentPacked, LocationPublished, OrderPlaced, PaymentRefunded, RefundRequested, ReturnApproved, ReturnDispositioned, ReturnSettled, ShipmentDelivered, ShipmentDispatched,
} from '@waybill/contracts'
import { newId, signLink } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const ns = await namespace()
const LINK_KEY = 'the link key of the tests'
const agent = { role: 'agent', name: 'Ada' } as const
const operator = { role: 'operator', name: 'Otto' } as const
let app: StartedService

beforeAll(async () => {
  app = await ns.start(service)
  await ns.publish(LocationPublished, { key: 'BER', subject: 'BER', payload: exampleOf(LocationPublished) })
  const answer = await request(app.url).post('/v1/policies/import', { rows: [{ policy: 'food', scope: 'category', scopeValue: 'food', windowDays: 14, excluded: true }] }, operator)
  expect(answer).toMatchObject({ status: 201, body: { outcomes: [{ row: 0, status: 'created', policy: 'food', version: 1 }] } })
})

describe('a policy', () => {
  it.each([
    [{ validFrom: '2026-02-01', validTo: '2026-01-31' }, 'invalid-value', '/rows/0/validTo'],
    [{ validTo: '1999-12-31' }, 'invalid-value', '/rows/0/validTo'],
    [{ validFrom: '2026-02-30' }, 'invalid-date', '/rows/0/validFrom'],
  ])('that holds for %j is refused', async (days, code, pointer) => {
    const answer = await request(app.url).post('/v1/policies/import', { rows: [{ policy: 'odd', scope: 'all', windowDays: 14, ...days }] }, operator)
    expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } })
  })
})

/** An order of 3 units of one product, at the customer's door. */
async function delivered(category: string): Promise<{ order: string; shipment: string; fulfillment: string }> {
  const [order, shipment, fulfillment] = [newId(), newId(), newId()]
  const of = { key: order }
  const [line] = exampleOf(OrderPlaced).orderedLines
  await ns.publish(OrderPlaced, { ...of, subject: order, payload: exampleOf(OrderPlaced, { order, orderedLines: [{ ...line!, category }] }) })
  await ns.publish(FulfillmentPacked, { ...of, subject: fulfillment, payload: exampleOf(FulfillmentPacked, { order, fulfillment }) })
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }]
  await ns.publish(ShipmentDispatched, { ...of, subject: shipment, payload: exampleOf(ShipmentDispatched, { order, shipment, fulfillment, lines }) })
  await ns.publish(ShipmentDelivered, { ...of, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, fulfillment, lines, deliveredAt: new Date().toISOString() }) })
  await ns.published(FeedbackRequested, ({ payload }) => payload.order === order)
  return { order, shipment, fulfillment }
}

describe('a delivered order', () => {
  it('is asked about once, and answered once, joined to product, package and carrier', async () => {
    const { order } = await delivered('tools')
    const { payload } = await ns.published(FeedbackRequested, (fact) => fact.payload.order === order)
    const link = `/v1/feedback/link/${signLink(LINK_KEY, 'feedback', payload.feedback)}`
    expect((await request(app.url).get(`/f/${signLink(LINK_KEY, 'feedback', payload.feedback)}`)).body).toContain('How did it go?')
    expect((await request(app.url).post(link, { csat: 6 })).body).toMatchObject({ status: 422, errors: [{ pointer: '/csat', code: 'invalid-number' }] })
    expect((await request(app.url).post(link, { csat: 4, nps: 9, causes: ['packaging'], text: 'Ada was happy' })).status).toBe(201)
    expect((await request(app.url).post(link, { csat: 1 })).body).toMatchObject({ code: 'feedback-already-received' })
    const told = await ns.published(FeedbackReceived, (fact) => fact.payload.order === order)
    expect(told.payload).toMatchObject({ csat: 4, nps: 9, carrier: 'roadrunner', products: ['P-100'], withText: true })
    expect(JSON.stringify(told.payload)).not.toContain('Ada')
    for (const filter of [`order=${order}`, 'product=P-100', 'package=095287654321012346', 'carrier=roadrunner']) {
      expect((await request(app.url).get(`/v1/feedback?${filter}`, agent)).body.items).toContainEqual(expect.objectContaining({ order, csat: 4, text: 'Ada was happy' }))
    }
  })

  it('comes back by the customer\'s link: approved, received, inspected, refunded to the cent', async () => {
    const { order } = await delivered('tools')
    const token = signLink(LINK_KEY, 'return', order)
    expect((await request(app.url).get(`/v1/returns/link/${token}`)).body).toMatchObject({ order, lines: [{ line: 1, returnableUnits: 3 }] })
    const asked = await request(app.url).post(`/v1/returns/link/${token}`, { lines: [{ line: 1, units: 2, reason: 'does-not-fit' }] }, { key: 'twice-pressed' })
    expect(asked).toMatchObject({ status: 201, body: { status: 'approved', location: 'BER' } })
    const again = await request(app.url).post(`/v1/returns/link/${token}`, { lines: [{ line: 1, units: 2, reason: 'does-not-fit' }] }, { key: 'twice-pressed' })
    expect(again.body).toEqual(asked.body)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    const id = asked.body.return as string
    await ns.published(ReturnApproved, ({ payload }) => payload.return === id)

    const receipt = await request(app.url).post(`/v1/returns/${id}/receipts`, { location: 'BER', lines: [{ line: 1, units: 2 }] }, { role: 'receiver', name: 'Rita' })
    expect(receipt.status).toBe(201)
    const tooMuch = await request(app.url).post(`/v1/returns/${id}/inspections`, { lines: [{ line: 1, units: 3, disposition: 'restock' }] }, operator)
    expect(tooMuch.body).toMatchObject({ status: 422, code: 'not-in-return' })
    await request(app.url).post(`/v1/returns/${id}/inspections`, { lines: [{ line: 1, units: 1, disposition: 'restock' }, { line: 1, units: 1, disposition: 'block' }] }, operator)
    const moved = await ns.published(ReturnDispositioned, ({ payload }) => payload.return === id)
    expect(moved.payload.lines.map(({ disposition }) => disposition)).toEqual(['restock', 'block'])
    const due = await ns.published(RefundRequested, ({ payload }) => payload.return === id)
    expect(due.payload).toMatchObject({ lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }], fees: [], refundShipping: false })

    const refund = exampleOf(PaymentRefunded, { order, return: id, amountMinor: 2302 })
    await ns.publish(PaymentRefunded, { key: order, subject: refund.payment, payload: refund })
    await ns.publish(PaymentRefunded, { key: order, subject: refund.payment, payload: refund })
    expect((await ns.published(ReturnSettled, ({ payload }) => payload.return === id)).payload.refundedMinor).toBe(2302)
    await eventually(async () => expect((await request(app.url).get(`/v1/returns?order=${order}`, agent)).body.items).toMatchObject([{ return: id, status: 'settled', refundedMinor: 2302 }]))
    expect((await ns.allPublished(ReturnSettled)).filter(({ payload }) => payload.return === id)).toHaveLength(1)
  })

  it('is not taken back where the policy in force when it was placed says no', async () => {
    const { order } = await delivered('food')
    const no = await request(app.url).post('/v1/returns', { order, lines: [{ line: 1, units: 1, reason: 'changed-mind' }] }, agent)
    expect(no).toMatchObject({ status: 201, body: { status: 'rejected', rule: 'category-excluded' } })
    expect((await request(app.url).get(`/v1/returns?order=${order}`, agent)).body.items).toMatchObject([{ status: 'rejected', rule: 'category-excluded' }])
  })

  it('gives one unit to one return only, when two ask at once', async () => {
    const { order } = await delivered('tools')
    const ask = () => request(app.url).post('/v1/returns', { order, lines: [{ line: 1, units: 2, reason: 'other' }] }, agent)
    const answers = await Promise.all([ask(), ask(), ask()])
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422])
  })
})

it('a delivery that overtakes its order waits for it and is then returnable', async () => {
  const [order, shipment] = [newId(), newId()]
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }]
  await ns.publish(ShipmentDelivered, { key: order, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, lines, deliveredAt: new Date().toISOString() }) })
  await ns.published(FeedbackRequested, ({ payload }) => payload.order === order)
  expect((await request(app.url).get(`/v1/returns/link/${signLink(LINK_KEY, 'return', order)}`)).body.code).toBe('order-not-known')
  const [line] = exampleOf(OrderPlaced).orderedLines
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order, orderedLines: [{ ...line!, category: null }] }) })
  await eventually(async () => expect((await request(app.url).get(`/v1/returns/link/${signLink(LINK_KEY, 'return', order)}`)).body.lines).toMatchObject([{ returnableUnits: 1 }]), 10_000)
})
