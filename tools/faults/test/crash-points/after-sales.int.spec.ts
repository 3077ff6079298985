import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { FulfillmentPacked, LocationPublished, OrderPlaced, RefundRequested, ReturnDispositioned, ReturnReceived, ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { eventually, exampleOf, namespace, request } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { service } from '../../../../services/after-sales/src/service.js'
import { toldOnce } from './told-once.js'
import { insist, mortals, type MortalService } from './mortal-service.js'

const ns = mortals(await namespace())
const agent = { role: 'agent', name: 'Ada' } as const
const receiver = { role: 'receiver', name: 'Rita' } as const
let afterSales: MortalService

beforeAll(async () => {
  afterSales = await ns.start(service)
  await ns.publish(LocationPublished, { key: 'BER', subject: 'BER', payload: exampleOf(LocationPublished) })
}, 60_000)
afterAll(() => ns.stopAll())

/** An approved return of two of three units that a customer has. */
async function approved(): Promise<string> {
  const [order, shipment, fulfillment] = [newId(), newId(), newId()]
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }]
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: exampleOf(OrderPlaced, { order }) })
  await ns.publish(FulfillmentPacked, { key: order, subject: fulfillment, payload: exampleOf(FulfillmentPacked, { order, fulfillment }) })
  await ns.publish(ShipmentDispatched, { key: order, subject: shipment, payload: exampleOf(ShipmentDispatched, { order, shipment, fulfillment, lines }) })
  await ns.publish(ShipmentDelivered, { key: order, subject: shipment, payload: exampleOf(ShipmentDelivered, { order, shipment, fulfillment, lines, deliveredAt: new Date().toISOString() }) })
  return eventually(async () => {
    const { status, body } = await request(afterSales.url).post('/v1/returns', { order, lines: [{ line: 1, units: 2, reason: 'does-not-fit' }] }, agent)
    expect([status, body.status]).toEqual([201, 'approved'])
    return body.return as string
  }, 20_000)
}
const of = (id: string) => ({ payload }: { readonly payload: { readonly return: string } }) => payload.return === id
const work = (id: string, step: string, body: object) => {
  const key = randomUUID()
  return insist(() => request(afterSales.url).post(`/v1/returns/${id}/${step}`, body, { ...receiver, key }))
}
const receive = (id: string) => work(id, 'receipts', { location: 'BER', lines: [{ line: 1, units: 2 }] })

test('a return that meets a crash at C33-return-received is received once', async () => {
  const id = await approved()
  expect((await afterSales.dies('C33-return-received', () => receive(id))).status).toBe(201)
  await ns.published(ReturnReceived, of(id))
  expect((await toldOnce(ns, afterSales, ReturnReceived)).filter(of(id))).toHaveLength(1)
}, 90_000)

test('an inspection that meets a crash at C32-refund-intent moves its units once and asks for the money once', async () => {
  const id = await approved()
  await receive(id)
  const { status } = await afterSales.dies('C32-refund-intent', () => work(id, 'inspections', { lines: [{ line: 1, units: 2, disposition: 'restock' }] }))
  expect(status).toBe(201)
  const asked = await ns.published(RefundRequested, of(id))
  expect(asked.payload.lines).toEqual([{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }])
  expect((await toldOnce(ns, afterSales, RefundRequested)).filter(of(id))).toHaveLength(1)
  expect((await toldOnce(ns, afterSales, ReturnDispositioned)).filter(of(id))).toHaveLength(1)
}, 90_000)
