import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LanePublished, ShipmentCreated, ShipmentDelivered, ShipmentTracked } from '@waybill/contracts'
import { UnitOfWork } from '@waybill/service-kit'
import { collideEverywhere, eventually, lossyProxy, namespace, request, type LossyProxy, type StartedService } from '@waybill/testing'
import { Webhook } from 'standardwebhooks'
import { startCarriers } from '../../../tools/local/src/sandbox/carriers/server.js'
import { service } from '../src/service.js'
import { aLaneRow, House, newOrder } from './floor.js'

const ns = await namespace()
const secret = `whsec_${Buffer.from('the carriers sign with this').toString('base64')}`
const operator = { role: 'operator' } as const
let directory: string
let carriers: Awaited<ReturnType<typeof startCarriers>>
let line: LossyProxy
let app: StartedService
let house: House
let number = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shipping-'))
  carriers = await startCarriers({ directory, port: 0 })
  line = await lossyProxy(carriers.url)
  app = await ns.start(service, { env: { CARRIER_URL: line.url, CARRIER_TIMEOUT: '5s', CARRIER_WEBHOOK_SECRETS: secret, FIRST_CHECK: '50ms' } })
  house = new House(ns, app)
  await house.open()
})

afterAll(async () => {
  await line.stop()
  await carriers.stop()
  await rm(directory, { recursive: true, force: true })
})

const statusOf = async (shipment: string) => (await request(app.url).get(`/v1/shipments/${shipment}`, operator)).body
const ledgerOf = async (shipment: string): Promise<{ entry: string; trackingNumber?: string }[]> => {
  const { entries } = (await request(carriers.url).get('/v1/ledger')).body as { entries: { entry: string; reference?: string; packages?: { trackingNumber: string }[] }[] }
  return entries.flatMap(({ entry, reference, packages }) => (reference === shipment ? [{ entry, ...(packages?.[0] ? { trackingNumber: packages[0].trackingNumber } : {}) }] : []))
}

/** A scan as the carrier tells of it: the same webhook id is the same message. */
async function scan(trackingNumber: string, status: string, at: string, id = `msg_${++number}`): Promise<[number, string]> {
  const body = JSON.stringify({ type: 'tracking.scan', timestamp: at, data: { carrier: 'meridian', trackingNumber, status, at } })
  const now = new Date()
  const answer = await request(app.url).post('/v1/webhooks/carriers/sandbox', body, {
    key: null,
    headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)), 'webhook-signature': new Webhook(secret).sign(id, now, body) },
  })
  return [answer.status, answer.body.outcome ?? answer.body.code]
}

it('vendurehq/vendure#2569, medusajs/medusa#4798, saleor/saleor#12652: a scan that comes while the answer to the label is still on its way counts as soon as the label is ours', async () => {
  const work = newOrder()
  await house.details(work)
  await house.requested(work)
  const { shipment } = await house.planned(work)
  const letGo = line.hold('POST', '/v1/labels')
  await house.packed(work)
  const [label] = await eventually(async () => {
    const sold = await ledgerOf(shipment)
    expect(sold).toHaveLength(1)
    return sold
  }, 20_000)
  const trackingNumber = label?.trackingNumber ?? ''
  expect(trackingNumber).not.toBe('')
  expect(await scan(trackingNumber, 'accepted', '2026-11-23T10:00:00Z')).toEqual([200, 'parked'])
  letGo()
  await house.created(work)
  // one more, as close behind the commit as it can come
  const [again] = await Promise.all([scan(trackingNumber, 'in-transit', '2026-11-23T11:00:00Z'), house.handedOver(work)])
  expect(again).toEqual([200, 'applied'])
  await eventually(async () => {
    const shown = await statusOf(shipment)
    expect([shown.status, shown.scans.map(({ status }: { status: string }) => status)]).toEqual(['IN_TRANSIT', ['accepted', 'in-transit']])
  }, 20_000)
  expect((await ns.allPublished(ShipmentTracked)).filter(({ payload }) => payload.shipment === shipment)).toHaveLength(2)
}, 60_000)

it('Pinelab-studio/pinelab-vendure-plugins#620, vendurehq/vendure#3749, #3734: "delivered" three times at once, as one message and as three, delivers once', async () => {
  const work = await house.labelled()
  await house.handedOver(work)
  await eventually(async () => expect((await statusOf(work.shipment)).status).toBe('DISPATCHED'), 20_000)
  const at = '2026-11-23T12:00:00Z'
  const answers = await Promise.all(['same', 'same', 'same', 'other', 'third'].map((id) => scan(work.trackingNumber, 'delivered', at, `msg_${work.trackingNumber}_${id}`)))
  expect(answers.filter(([status]) => status !== 200 && status !== 409)).toEqual([])
  await ns.published(ShipmentDelivered, ({ payload }) => payload.shipment === work.shipment)
  expect(await scan(work.trackingNumber, 'delivered', at, `msg_${work.trackingNumber}_late`)).toEqual([200, 'applied'])
  expect((await ns.allPublished(ShipmentDelivered)).filter(({ payload }) => payload.shipment === work.shipment)).toHaveLength(1)
  const { history } = await statusOf(work.shipment)
  expect(history.filter(({ to }: { to: string }) => to === 'DELIVERED')).toHaveLength(1)
}, 60_000)

it('openfoodfoundation/openfoodnetwork#2690: the same lane put twice, one second or none apart, is told once, and nothing that was told is lost', async () => {
  const services = [{ ...aLaneRow(), location: undefined, country: undefined, currency: undefined }]
  const put = () => request(app.url).put('/v1/lanes/HAM/DK', { currency: 'EUR', services }, operator)
  const answers = [...(await Promise.all([put(), put()])), await put()]
  expect(answers.map(({ status, body }) => [status, body.version])).toEqual([[200, 1], [200, 1], [200, 1]])
  expect(answers.map(({ body }) => body.status).sort()).toEqual(['created', 'unchanged', 'unchanged'])
  await ns.published(LanePublished, ({ key }) => key === 'HAM:DK')
  expect((await ns.allPublished(LanePublished)).filter(({ key }) => key === 'HAM:DK')).toHaveLength(1)
})

it('medusajs/medusa#2948, gorgojs/medusa-integrations#430: whichever statement collides with another transaction, a package gets one label', async () => {
  const shipments: string[] = []
  const { refused } = await collideEverywhere(async (time) => {
    const work = newOrder()
    await house.details(work)
    await house.requested(work)
    await house.packed(work)
    const [made] = await eventually(async () => {
      const rows = await app.get(UnitOfWork).query<{ id: string }>(`test.${time}`, `select id from shipments where order_id = $1 and status = 'LABELLED'`, [work.order])
      expect(rows).toHaveLength(1)
      return rows
    }, 30_000)
    shipments.push(made?.id ?? '')
  })
  expect(refused).toBeGreaterThan(15)
  for (const shipment of shipments) expect([shipment, (await ledgerOf(shipment)).map(({ entry }) => entry)]).toEqual([shipment, ['label-bought']])
  const told = (await ns.allPublished(ShipmentCreated)).map(({ payload }) => payload.shipment).filter((shipment) => shipments.includes(shipment))
  expect([...told].sort()).toEqual([...shipments].sort())
}, 120_000)
