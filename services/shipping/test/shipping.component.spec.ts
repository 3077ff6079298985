import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeliveryDetailsErased,
  FulfillmentRejected,
  FulfillmentShortPicked,
  LanePublished,
  ProductPublished,
  ShipmentCreated,
  ShipmentDelivered,
  ShipmentDispatched,
  ShipmentPlanRefused,
  ShipmentTracked,
  TaskOpened,
} from '@waybill/contracts'
import { Links } from '@waybill/service-kit'
import { eventually, exampleOf, lossyProxy, namespace, request, type LossyProxy, type StartedService } from '@waybill/testing'
import { startCarriers } from '../../../tools/local/src/sandbox/carriers/server.js'
import { service } from '../src/service.js'
import { aLaneRow, House, newOrder } from './floor.js'

const ns = await namespace()
const secret = `whsec_${Buffer.from('the carriers sign with this').toString('base64')}`
let directory: string
let carriers: Awaited<ReturnType<typeof startCarriers>>
let line: LossyProxy
let app: StartedService
let house: House

interface LedgerEntry {
  readonly entry: string
  readonly reference?: string
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shipping-'))
  carriers = await startCarriers({ directory, port: 0, habits: { speed: 200_000, duplicates: 1, disorder: 1 } })
  line = await lossyProxy(carriers.url)
  app = await ns.start(service, { env: { CARRIER_URL: line.url, CARRIER_TIMEOUT: '5s', CARRIER_WEBHOOK_SECRETS: secret, FIRST_CHECK: '50ms' } })
  await request(carriers.url).put('/v1/webhook', { url: `${app.url}/v1/webhooks/carriers/sandbox`, secret })
  house = new House(ns, app)
  await house.open()
})

afterAll(async () => {
  await line.stop()
  await carriers.stop()
  await rm(directory, { recursive: true, force: true })
})

const operator = { role: 'operator' } as const
const labelsFor = async (shipment: string): Promise<number> => {
  const { entries } = (await request(carriers.url).get('/v1/ledger')).body as { entries: LedgerEntry[] }
  return entries.filter(({ entry, reference }) => entry === 'label-bought' && reference === shipment).length
}

describe('lanes', () => {
  it('are taken in row by row, published once with their next version, and the same rows again change nothing', async () => {
    const rows = [aLaneRow({ location: 'HAM', country: '*' }), aLaneRow({ location: 'HAM', country: '*', service: 'road-express', baseMinor: 890 }), aLaneRow({ location: 'HAM', country: '*', mode: 'teleport' }), aLaneRow({ location: 'HAM', country: '*', service: 'x', currency: 'USD' })]
    const first = await request(app.url).post('/v1/lanes/import', { rows }, operator)
    expect(first.body.outcomes.map(({ status, code, pointer }: { status: string; code?: string; pointer?: string }) => [status, code, pointer])).toEqual([
      ['created', undefined, undefined],
      ['updated', undefined, undefined],
      ['refused', 'invalid-value', '/mode'],
      ['refused', 'currency-mismatch', undefined],
    ])
    const published = await ns.published(LanePublished, ({ key }) => key === 'HAM:*')
    expect([published.payload.version, published.payload.services.map((each) => each.service)]).toEqual([1, ['road-express', 'road-standard']])
    const again = await request(app.url).post('/v1/lanes/import', { rows }, operator)
    expect(again.body.outcomes.map(({ status }: { status: string }) => status)).toEqual(['unchanged', 'unchanged', 'refused', 'refused'])
    const list = await request(app.url).get('/v1/lanes?location=HAM', operator)
    expect(list.body.items).toMatchObject([{ location: 'HAM', country: '*', version: 1, currency: 'EUR' }])
  })

  it('are replaced whole, with pointers where something is wrong', async () => {
    const services = [{ ...aLaneRow(), location: undefined, country: undefined, currency: undefined }]
    const put = await request(app.url).put('/v1/lanes/MUC/AT', { currency: 'EUR', services }, operator)
    expect([put.status, put.body]).toEqual([200, { status: 'created', version: 1 }])
    const wrong = await request(app.url).put('/v1/lanes/MUC/AT', { currency: 'EUR', services: [{ ...services[0], transitP90Days: 9 }] }, operator)
    expect([wrong.status, wrong.body.code]).toEqual([422, 'transit-days-not-ascending'])
    const bad = await request(app.url).put('/v1/lanes/MUC/AT', { currency: 'EUR', services: [{ ...services[0], cutOff: '25:00' }] }, operator)
    expect([bad.status, bad.body.errors[0].pointer]).toEqual([422, '/services/0/cutOff'])
    expect((await request(app.url).put('/v1/lanes/MUC/AT', { currency: 'EUR', services }, { role: 'packer' })).status).toBe(403)
  })
})

describe('a shipment', () => {
  it('is planned, labelled, dispatched, tracked and delivered', async () => {
    const work = newOrder()
    await house.details(work)
    await house.requested(work)
    const planned = await house.planned(work)
    expect(planned).toMatchObject({ mode: 'road', carrier: 'meridian', service: 'road-standard', priceMinor: 480, currency: 'EUR' })
    const why = await request(app.url).get(`/v1/shipments/${planned.shipment}/why`, operator)
    expect(why.body.choices).toMatchObject([{ stage: 'requested', preference: 'standard', candidates: [{ service: 'road-standard', score: 0 }], ruledOut: [] }])

    await house.packed(work)
    const created = await house.created(work)
    const pdf = await request(app.url).get(`/v1/shipments/${created.shipment}/packages/${work.sscc}/label.pdf`, { role: 'packer' })
    expect([pdf.status, pdf.headers.get('content-type'), String(pdf.body).slice(0, 5)]).toEqual([200, 'application/pdf', '%PDF-'])

    await house.handedOver(work)
    const dispatched = await ns.published(ShipmentDispatched, ({ payload }) => payload.fulfillment === work.fulfillment)
    expect(dispatched.payload).toMatchObject({ lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }], packages: created.packages })
    const delivered = await ns.published(ShipmentDelivered, ({ payload }) => payload.fulfillment === work.fulfillment)
    expect(delivered.payload).toMatchObject({ carrier: 'meridian', lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }] })

    // each scan came twice, and two in the wrong order
    const shown = await eventually(async () => {
      const { body } = await request(app.url).get(`/v1/shipments/${created.shipment}`, operator)
      expect(body.scans.map(({ status }: { status: string }) => status)).toEqual(['accepted', 'in-transit', 'out-for-delivery', 'delivered'])
      return body
    })
    expect(shown.history.map(({ to }: { to: string }) => to)).toEqual(expect.arrayContaining(['AWAITING_REQUEST', 'AWAITING_DATA', 'PLANNED', 'LABELLING', 'LABELLED', 'DISPATCHED', 'DELIVERED']))
    const tracked = (await ns.allPublished(ShipmentTracked)).filter(({ payload }) => payload.shipment === created.shipment)
    expect(tracked.map(({ payload }) => payload.status).sort()).toEqual(['accepted', 'delivered', 'in-transit', 'out-for-delivery'])

    const token = app.get(Links).sign('shipment', created.shipment)
    const page = await request(app.url).get(`/t/${token}`)
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(page.body).toContain('Delivered')
    expect(page.body).toContain(created.packages[0]?.trackingNumber)
    for (const secretWord of ['Lovelace', 'Hauptstr', 'ada@example.com', '10115']) expect(page.body).not.toContain(secretWord)
    const json = await request(app.url).get(`/v1/track/${app.get(Links).sign('order', work.order)}`)
    expect(json.body).toMatchObject({ greeting: { firstName: 'Ada', city: 'Berlin' }, shipments: [{ status: 'DELIVERED', expected: planned.expected }] })
    expect((await request(app.url).get('/t/shipment.x.y')).status).toBe(404)
    expect((await request(app.url).get(`/v1/track/${token}x`)).body.code).toBe('invalid-link')

    const list = await request(app.url).get(`/v1/shipments?order=${work.order}&status=DELIVERED`, { role: 'agent' })
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([created.shipment])
  })

  it('whose carrier\'s answers get lost has one label all the same', async () => {
    line.loseNext('POST', '/v1/labels', 2)
    line.loseNext('GET', '/v1/labels', 1)
    const { shipment } = await house.labelled()
    expect(await labelsFor(shipment)).toBe(1)
    const found = await request(app.url).get(`/v1/shipments/${shipment}`, operator)
    expect(found.body.status).toBe('LABELLED')
  })

  it('has one label when 12 people ask for it at once', async () => {
    const work = newOrder()
    await house.requested(work)
    const { shipment } = await house.planned(work)
    await house.packed(work)
    await eventually(async () => expect((await request(app.url).get(`/v1/shipments/${shipment}`, operator)).body.status).toBe('AWAITING_DETAILS'))
    const [answers] = await Promise.all([
      Promise.all(Array.from({ length: 12 }, (_, number) => request(app.url).post(`/v1/shipments/${shipment}/label`, undefined, { role: 'packer', name: `p${number}` }))),
      house.details(work),
    ])
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 202))
    await house.created(work)
    await Promise.all(Array.from({ length: 12 }, () => request(app.url).post(`/v1/shipments/${shipment}/label`, undefined, { role: 'packer' })))
    expect(await labelsFor(shipment)).toBe(1)
    expect((await ns.allPublished(ShipmentCreated)).filter(({ payload }) => payload.shipment === shipment)).toHaveLength(1)
  })

  it('that a carrier refuses becomes a task; asked again, it is asked with a new key', async () => {
    const work = newOrder()
    await house.details(work, { postalCode: '00000' })
    await house.requested(work)
    const { shipment } = await house.planned(work)
    await house.packed(work)
    const task = await ns.published(TaskOpened, ({ payload }) => payload.kind === 'label-refused' && payload.subject === shipment)
    expect(task.payload).toMatchObject({ owner: 'agent', order: work.order, why: 'the carrier refused the label: address-not-served' })
    await house.details(work)
    await eventually(async () => {
      await request(app.url).post(`/v1/shipments/${shipment}/label`, undefined, { role: 'agent' })
      expect((await request(app.url).get(`/v1/shipments/${shipment}`, operator)).body.status).toBe('LABELLED')
    }, 10_000)
    expect(await labelsFor(shipment)).toBe(1)
  })

  it('waits for its product, and is planned when that comes', async () => {
    const work = newOrder()
    const lines = exampleOf((await import('@waybill/contracts')).FulfillmentRequested).lines.map((each) => ({ ...each, stocked: each.stocked.map((stocked) => ({ ...stocked, product: 'P-LATE' })) }))
    await house.requested(work, { lines })
    await eventually(async () => expect((await request(app.url).get(`/v1/shipments?order=${work.order}`, operator)).body.items).toMatchObject([{ status: 'AWAITING_DATA' }]))
    await ns.publish(ProductPublished, { key: 'P-LATE', subject: 'P-LATE', payload: exampleOf(ProductPublished, { product: 'P-LATE' }) })
    expect(await house.planned(work)).toMatchObject({ service: 'road-standard' })
  })

  it('to a country with a lane of its own never takes the lane to any country', async () => {
    const rows = [aLaneRow({ country: '*', service: 'road-anywhere', transitP50Days: 9, transitP90Days: 9, transitP95Days: 9, distanceKm: 9_000 })]
    expect((await request(app.url).post('/v1/lanes/import', { rows }, operator)).body.outcomes).toMatchObject([{ status: 'created' }])
    const [home, abroad] = [newOrder(), newOrder()]
    await house.requested(home)
    await house.requested(abroad, { country: 'JP' })
    expect(await house.planned(home)).toMatchObject({ service: 'road-standard' })
    expect(await house.planned(abroad)).toMatchObject({ service: 'road-anywhere' })
  })

  it('that no service can take is refused, naming what rules out each', async () => {
    const work = newOrder()
    await house.requested(work, { forbiddenModes: ['road'] })
    const refused = await ns.published(ShipmentPlanRefused, ({ payload }) => payload.fulfillment === work.fulfillment)
    expect(refused.payload.constraints).toEqual([{ carrier: 'meridian', service: 'road-standard', constraint: 'mode-forbidden', detail: 'the customer forbids road' }])
  })

  it('told of by the floor before the order is planned all the same; rejected, it is void', async () => {
    const [early, rejected] = [newOrder(), newOrder()]
    await house.packed(early)
    await ns.publish(FulfillmentRejected, { key: rejected.order, subject: rejected.fulfillment, payload: exampleOf(FulfillmentRejected, { order: rejected.order, fulfillment: rejected.fulfillment }) })
    await eventually(async () => expect((await request(app.url).get(`/v1/shipments?order=${early.order}`, operator)).body.items).toMatchObject([{ status: 'AWAITING_REQUEST' }]))
    await house.requested(early)
    await house.requested(rejected)
    await house.details(early)
    await house.created(early)
    await eventually(async () => expect((await request(app.url).get(`/v1/shipments?order=${rejected.order}`, operator)).body.items).toMatchObject([{ status: 'VOIDED' }]))
  })

  it('shrinks by what was not found', async () => {
    const work = newOrder()
    await house.requested(work)
    await house.planned(work)
    await ns.publish(FulfillmentShortPicked, { key: work.order, subject: work.fulfillment, payload: exampleOf(FulfillmentShortPicked, { order: work.order, fulfillment: work.fulfillment }) })
    await eventually(async () =>
      expect((await request(app.url).get(`/v1/shipments?order=${work.order}`, operator)).body.items).toMatchObject([{ lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }], stocked: [{ units: 1 }] }] }]),
    )
  })

  it('prints no label after the customer\'s details are erased', async () => {
    const { order, shipment, sscc } = await house.labelled()
    await ns.publish(DeliveryDetailsErased, { key: order, subject: order, payload: exampleOf(DeliveryDetailsErased, { order }) })
    await eventually(async () => {
      const { status, body } = await request(app.url).get(`/v1/shipments/${shipment}/packages/${sscc}/label.pdf`, { role: 'packer' })
      expect([status, body.code]).toEqual([410, 'details-erased'])
    })
    expect((await request(app.url).get(`/v1/track/${app.get(Links).sign('order', order)}`)).body.greeting).toBeNull()
  })

  it('is not there: 404; no uuid: 400', async () => {
    expect((await request(app.url).get('/v1/shipments/01938b1e-7c00-7000-8000-00000000ffff', operator)).status).toBe(404)
    expect((await request(app.url).get('/v1/shipments/..%2f', operator)).status).toBe(400)
    expect((await request(app.url).get('/v1/shipments?status=nowhere', operator)).body.code).toBe('invalid-filter')
  })
})
