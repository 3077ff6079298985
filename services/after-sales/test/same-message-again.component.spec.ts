import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  ChannelRefundDue,
  consumers,
  DeliveryDetailsErased,
  FulfillmentPacked,
  LocationPublished,
  OrderPlaced,
  PaymentRefunded,
  RefundFailed,
  ReturnSettled,
  ShipmentDelivered,
  ShipmentDispatched,
  type EventDefinition,
} from '@waybill/contracts'
import { newId } from '@waybill/service-kit'
import { deliverAgain, effectsIn, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'

const ns = await namespace()
const agent = { role: 'agent', name: 'Ada' } as const
const operator = { role: 'operator', name: 'Otto' } as const
const [order, shipment, fulfillment] = [newId(), newId(), newId()]
let replicas: [StartedService, StartedService]

beforeAll(async () => {
  const database = await ns.database(service)
  replicas = [await ns.start(service, { database }), await ns.start(service, { database })]
})

/** A return of one unit, as far as the money that is to go back. */
async function returned(): Promise<string> {
  const api = request(replicas[0].url)
  const { body } = await api.post('/v1/returns', { order, lines: [{ line: 1, units: 1, reason: 'other' }] }, agent)
  const id = body.return as string
  await api.post(`/v1/returns/${id}/receipts`, { location: 'BER', lines: [{ line: 1, units: 1 }] }, { role: 'receiver', name: 'Rita' })
  expect((await api.post(`/v1/returns/${id}/inspections`, { lines: [{ line: 1, units: 1, disposition: 'restock' }] }, operator)).status).toBe(201)
  return id
}

const [line] = exampleOf(OrderPlaced).orderedLines
const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }]
const about = (subject: string, payload: object) => ({ key: order, subject, payload: { order, ...payload } })

type Told = { readonly key: string; readonly subject: string; readonly payload: object }
const step = (event: unknown, fact: () => Told | Promise<Told>): [string, EventDefinition<object>, () => Told | Promise<Told>] => [(event as EventDefinition).name, event as EventDefinition<object>, fact]

/** In the order in which they make sense; each builds on those before. */
const story = [
  step(LocationPublished, () => ({ key: 'BER', subject: 'BER', payload: {} })),
  step(OrderPlaced, () => about(order, { orderedLines: [{ ...line, category: 'tools' }] })),
  step(FulfillmentPacked, () => about(fulfillment, { fulfillment })),
  step(ShipmentDispatched, () => about(shipment, { shipment, fulfillment, lines })),
  step(ShipmentDelivered, () => about(shipment, { shipment, fulfillment, lines, deliveredAt: new Date().toISOString() })),
  step(RefundFailed, async () => about(newId(), { return: await returned() })),
  step(DeliveryDetailsErased, () => about(order, {})),
  step(PaymentRefunded, async () => about(newId(), { return: await returned() })),
  step(ChannelRefundDue, async () => ({ ...about(order, { return: await returned() }), key: `${exampleOf(ChannelRefundDue).channel}:${exampleOf(ChannelRefundDue).reference}` })),
]

describe('the very same message again, alone and three at once over two replicas', () => {
  it('is tried with every type that after-sales handles', () => {
    expect(story.map(([name]) => name).sort()).toEqual(consumers['after-sales.main']!.handles.map(({ name }) => name).sort())
  })

  it.each(story)('%s has one effect', async (_name, event, fact) => {
    const { payload, ...told } = await fact()
    const { before, once, again } = await deliverAgain(ns, replicas, event, { ...told, payload: exampleOf(event, payload) })
    expect(effectsIn(once)).not.toEqual(effectsIn(before))
    expect(again).toEqual(once)
  })

  it('two returns are settled, and told of once each', async () => {
    expect(await ns.allPublished(ReturnSettled)).toHaveLength(2)
    expect((await request(replicas[0].url).get(`/v1/returns?order=${order}`, agent)).body.items.map(({ status }: { status: string }) => status).sort()).toEqual(['dispositioned', 'settled', 'settled'])
  })
})
