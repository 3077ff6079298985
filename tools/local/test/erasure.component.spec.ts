import { beforeAll, expect, test } from '@jest/globals'
import { service as afterSales } from '@waybill/after-sales'
import { service as console } from '@waybill/console'
import { DeliveryDetailsSet, FeedbackRequested, OrderPlaced, OrderRefused, ShipmentDelivered, ShipmentDispatched, topics } from '@waybill/contracts'
import { service as inventory } from '@waybill/inventory'
import { service as notification } from '@waybill/notification'
import { service as order } from '@waybill/order'
import { newId, signLink } from '@waybill/service-kit'
import { service as shipping } from '@waybill/shipping'
import { eventually, exampleOf, namespace, request, tablesThatHold, type StartedService } from '@waybill/testing'
import { service as warehouse } from '@waybill/warehouse'

const CANARY = 'Kanarienvögel'
const definitions = { order, inventory, warehouse, shipping, 'after-sales': afterSales, notification, console }
type Name = keyof typeof definitions

const ns = await namespace()
const services = new Map<Name, StartedService>()
const operator = { role: 'operator', name: 'Otto' } as const
const web = { role: 'channel', name: 'web', channel: 'web' } as const
const api = (name: Name) => request(services.get(name)?.url ?? '')
const reference = 'W-ERASED-1'

beforeAll(async () => {
  // nothing is mailed: what waits for a mail server is kept without personal data, and that is what is looked at
  const env = { SMTP_URL: 'smtp://127.0.0.1:9', CARRIER_URL: 'http://127.0.0.1:9', CARRIER_WEBHOOK_SECRETS: 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgb2Ygd2F5YmlsbA==' }
  for (const [name, definition] of Object.entries(definitions)) services.set(name as Name, await ns.start(definition, { env }))
  for (const [path, row] of [
    ['channels', { code: 'web', currencies: ['EUR'] }],
    ['products', { product: 'P-1', name: 'Mug', weightGrams: 500 }],
    ['prices', { channel: 'web', currency: 'EUR', product: 'P-1', priceMinor: 1_000, from: '2020-01-01' }],
    ['tax-rates', { country: 'DE', ratePercent: '19', from: '2020-01-01' }],
  ] as const) await eventually(async () => expect((await api('order').post(`/v1/${path}/import`, { rows: [row] }, operator)).status).toBe(200), 30_000)
}, 90_000)

const customer = { name: CANARY, email: 'kanarienvoegel@example.com', phone: '+49 30 1234567' }
const deliveryAddress = { name: `${CANARY} GmbH`, street: `${CANARY}str. 1`, street2: CANARY, postalCode: '10115', city: CANARY, country: 'DE' }
const submission = { channel: 'web', reference, currency: 'EUR', customer, deliveryAddress, lines: [{ product: 'P-1', units: 1 }] }
/** Every trace of the customer, as the seven databases and logs hold it. */
const traces = async (): Promise<Readonly<Record<string, readonly string[]>>> => {
  const found: Record<string, readonly string[]> = {}
  for (const [name, { database, log }] of services) {
    const tables = new Set<string>()
    for (const text of [CANARY, customer.email, customer.phone]) for (const table of await tablesThatHold(database, text)) tables.add(table.replace(/_\d{8}$/, ''))
    if (log.some((line) => line.includes(CANARY) || line.includes(customer.email))) tables.add('log')
    if (tables.size > 0) found[name] = [...tables].sort()
  }
  return found
}

test('8 days after an erasure nobody can read who the customer was: at once, only what topics and the journal keep for 7 days is left', async () => {
  // a first try that is refused, a line of a file that is refused, a message that nobody can read: all under the order's reference
  await ns.send(topics.channelOrders, { key: `web:${reference}`, value: JSON.stringify({ ...submission, lines: [{ product: 'no-such', units: 1 }] }), headers: { ce_id: newId(), ce_type: 'oms.channel.orders.order-submitted.v1' } })
  await ns.published(OrderRefused, ({ payload }) => payload.reference === reference)
  await ns.send(topics.channelOrders, { key: `web:${reference}`, value: `{"channel":"web","reference":"${reference}","customer":{"name":"${CANARY}",}`, headers: { ce_id: newId(), ce_type: 'oms.channel.orders.order-submitted.v1' } })
  const { status: uploaded, body: { import: file } } = await api('order').post('/v1/orders/imports', `${JSON.stringify({ ...submission, currency: 'XYZ' })}\n`, { ...web, headers: { 'content-type': 'application/x-ndjson' } })
  expect(uploaded).toBe(202)
  await eventually(async () => expect((await api('order').get(`/v1/orders/imports/${file as string}`, web)).body).toMatchObject({ status: 'done', refused: 1 }), 20_000)

  const { status, body: { order: id } } = await api('order').post('/v1/orders', submission, web)
  expect(status).toBe(201)
  const about = { key: id as string }
  await ns.published(OrderPlaced, ({ payload }) => payload.order === id)
  await answered(id as string, newId())
  // and one that waits behind a gap, in every service that reads the topic
  await ns.publish(DeliveryDetailsSet, { ...about, subject: id as string, sequence: 3, payload: exampleOf(DeliveryDetailsSet, { order: id, reference, name: CANARY }) })
  const readers = ['shipping', 'notification', 'after-sales'] as const
  for (const reader of readers) await eventually(async () => expect((await api(reader).get(`/ops/parked?topic=${topics.delivery.name}`, operator)).body.items).toHaveLength(1), 20_000)
  await eventually(async () => expect((await api('order').get(`/ops/quarantine?topic=${topics.channelOrders.name}`, operator)).body.items).toMatchObject([{ sealed: true, payload: null }]), 20_000)

  await eventually(async () =>
    expect(await traces()).toEqual({
      order: ['messaging.journal', 'public.delivery_details'],
      shipping: ['public.delivery_details'],
      notification: ['public.delivery_details'],
      'after-sales': ['public.feedback'],
    }), 20_000)
  // operators may open one; agents may not even list them
  const { body: { items: [lying] } } = await api('order').get('/ops/quarantine', operator)
  expect((await api('order').get(`/ops/quarantine/${lying.id as string}`, operator)).body.payload).toContain(CANARY)
  for (const path of ['/ops/quarantine', `/ops/quarantine/${lying.id as string}`, '/ops/parked']) expect((await api('order').get(path, { role: 'agent', name: 'Ada' })).status).toBe(403)

  expect((await api('order').delete(`/v1/orders/${id as string}/delivery-details`, { role: 'agent', name: 'Ada' })).status).toBe(204)
  for (const reader of readers) await eventually(async () => expect((await api(reader).get('/ops/parked', operator)).body.items).toEqual([]), 20_000)
  await eventually(async () => expect(await traces()).toEqual({ order: ['messaging.journal'] }), 20_000)
  expect((await api('order').get(`/ops/quarantine/${lying.id as string}`, operator)).body).toMatchObject({ erased: true, payload: null, status: 'discarded' })
  expect((await api('order').get(`/v1/orders/imports/${file as string}/errors`, web)).body).not.toContain(reference)
  // what could open the copies is gone with them
  for (const [name, table] of [['order', 'input_keys'], ['order', 'messaging.sealing_key'], ...readers.map((reader) => [reader, 'messaging.sealing_key'])] as const) {
    const { rows } = await rowsOf(name as Name, table)
    expect([name, table, rows]).toEqual([name, table, table === 'input_keys' ? 1 : 0])
  }
  // for ever: what is written later is not kept either, and the order itself stays
  await answered(id as string, newId())
  expect(await traces()).toEqual({ order: ['messaging.journal'] })
  expect((await api('order').get(`/v1/orders/${id as string}`, { role: 'agent', name: 'Ada' })).body).toMatchObject({ status: 'PLACED', reference })
}, 120_000)

/** A shipment arrives, and the customer writes who he is into his answer. */
async function answered(id: string, shipment: string): Promise<void> {
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }]
  await ns.publish(ShipmentDispatched, { key: id, subject: shipment, payload: exampleOf(ShipmentDispatched, { order: id, shipment, lines }) })
  await ns.publish(ShipmentDelivered, { key: id, subject: shipment, payload: exampleOf(ShipmentDelivered, { order: id, shipment, lines, deliveredAt: new Date().toISOString() }) })
  const { payload: { feedback } } = await ns.published(FeedbackRequested, ({ payload }) => payload.shipment === shipment)
  const link = `/v1/feedback/link/${signLink('the link key of the tests', 'feedback', feedback)}`
  expect((await api('after-sales').post(link, { csat: 5, nps: null, causes: [], text: `yours, ${CANARY}` })).status).toBe(201)
}

async function rowsOf(name: Name, table: string): Promise<{ readonly rows: number }> {
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: services.get(name)?.database })
  await client.connect()
  const { rows } = await client.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`)
  await client.end()
  return rows[0] ?? { rows: -1 }
}
