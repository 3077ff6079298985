import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ShipmentDelivered, ShipmentFailed, ShipmentTracked, TaskOpened } from '@waybill/contracts'
import { eventually, namespace, request, type StartedService } from '@waybill/testing'
import { Webhook } from 'standardwebhooks'
import { startCarriers } from '../../../tools/local/src/sandbox/carriers/server.js'
import { service } from '../src/service.js'
import { House } from './floor.js'

const ns = await namespace()
const oldSecret = `whsec_${Buffer.from('the secret before it was replaced').toString('base64')}`
const secret = `whsec_${Buffer.from('the secret that is in force now').toString('base64')}`
let directory: string
let carriers: Awaited<ReturnType<typeof startCarriers>>
let app: StartedService
let house: House
let number = 0

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shipping-'))
  // nobody scans here but the test
  carriers = await startCarriers({ directory, port: 0 })
  app = await ns.start(service, { env: { CARRIER_URL: carriers.url, CARRIER_WEBHOOK_SECRETS: `${secret},${oldSecret}`, FIRST_CHECK: '50ms', SCAN_PATIENCE: '2s' } })
  house = new House(ns, app)
  await house.open()
})

afterAll(async () => {
  await carriers.stop()
  await rm(directory, { recursive: true, force: true })
})

interface Sent {
  readonly id?: string
  readonly at?: Date
  readonly signedWith?: string
  readonly body?: string
  readonly signature?: string | null
  /** The header, where it is not what was signed. */
  readonly timestamp?: string
}

const bodyOf = (trackingNumber: string, status: string, at: string, more: object = {}): string =>
  JSON.stringify({ type: 'tracking.scan', timestamp: at, data: { carrier: 'meridian', trackingNumber, status, at, ...more } })

async function send(body: string, { id = `msg_${++number}`, at = new Date(), signedWith = secret, body: sentBody = body, signature, timestamp = String(Math.floor(at.getTime() / 1_000)) }: Sent = {}): Promise<[number, string]> {
  const answer = await request(app.url).post('/v1/webhooks/carriers/sandbox', sentBody, {
    key: null,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      ...(signature === null ? {} : { 'webhook-signature': signature ?? new Webhook(signedWith).sign(id, at, body) }),
    },
  })
  return [answer.status, answer.body.outcome ?? answer.body.code]
}

async function onTheWay() {
  const work = await house.labelled()
  await house.handedOver(work)
  await eventually(async () => expect((await statusOf(work.shipment)).status).toBe('DISPATCHED'))
  return work
}

const statusOf = async (shipment: string) => (await request(app.url).get(`/v1/shipments/${shipment}`, { role: 'operator' })).body

describe('a carrier\'s message', () => {
  it('BI-E1: without the right signature is refused; a secret being replaced still counts', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    const body = bodyOf(trackingNumber, 'accepted', '2026-11-23T10:00:00Z')
    const stranger = `whsec_${Buffer.from('a secret that nobody gave away').toString('base64')}`
    expect(await send(body, { signedWith: stranger })).toEqual([401, 'invalid-signature'])
    expect(await send(body, { signature: 'v1,short' })).toEqual([401, 'invalid-signature'])
    expect(await send(body, { signature: '' })).toEqual([401, 'invalid-signature'])
    expect(await send(body, { signature: null })).toEqual([401, 'invalid-signature'])
    expect(await statusOf(shipment)).toMatchObject({ status: 'DISPATCHED', scans: [] })
    expect(await send(body, { signedWith: oldSecret })).toEqual([200, 'applied'])
    expect((await request(app.url).get('/metrics')).body).toMatch(/waybill_shipping_webhooks_refused\{[^}]*code="invalid-signature"[^}]*\} 4/)
  })

  it('BI-E2: more than 300 s old or early is refused', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    const body = bodyOf(trackingNumber, 'accepted', '2026-11-23T10:00:00Z')
    expect(await send(body, { at: new Date(Date.now() - 301_000) })).toEqual([401, 'stale-timestamp'])
    // whole seconds: one more, so that what passes until it is read does not bring it back within bounds
    expect(await send(body, { at: new Date(Date.now() + 302_000) })).toEqual([401, 'stale-timestamp'])
    for (const timestamp of ['soon', '', '-1', '1e9', '9'.repeat(40)]) expect(await send(body, { timestamp })).toEqual([401, 'stale-timestamp'])
    expect(await statusOf(shipment)).toMatchObject({ status: 'DISPATCHED', scans: [] })
    expect(await send(body, { at: new Date(Date.now() - 290_000) })).toEqual([200, 'applied'])
  })

  it('BI-E3: a body that was written anew on the way is refused', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    const body = bodyOf(trackingNumber, 'accepted', '2026-11-23T10:00:00Z')
    expect(await send(body, { body: body.replace(',', ', ') })).toEqual([401, 'invalid-signature'])
    expect(await statusOf(shipment)).toMatchObject({ status: 'DISPATCHED', scans: [] })
  })

  it('BI-E4: an id with a dot is refused', async () => {
    expect(await send('{}', { id: 'msg.1' })).toEqual([400, 'invalid-webhook-id'])
  })

  it('BI-E5: the same again is taken once, another under its id refused', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    const id = `msg_${trackingNumber}`
    const body = bodyOf(trackingNumber, 'accepted', '2026-11-23T10:00:00Z')
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(body, { id })))
    expect(answers.filter(([status]) => status !== 200 && status !== 409)).toEqual([])
    expect(await send(body, { id })).toEqual([200, 'applied'])
    expect(await send(bodyOf(trackingNumber, 'delivered', '2026-11-23T10:00:00Z'), { id })).toEqual([409, 'webhook-id-reused'])
    expect((await statusOf(shipment)).scans).toHaveLength(1)
    await ns.published(ShipmentTracked, ({ payload }) => payload.shipment === shipment)
    expect((await ns.allPublished(ShipmentTracked)).filter(({ payload }) => payload.shipment === shipment)).toHaveLength(1)
  })

  it('BI-E6: of an unknown type is kept and ignored; of an unknown package parked, then a task; of another carrier a task', async () => {
    expect(await send(JSON.stringify({ type: 'tracking.estimate', data: {} }))).toEqual([200, 'ignored'])
    expect(await send(bodyOf('NOBODY1', 'accepted', '2026-11-23T10:00:00Z'))).toEqual([200, 'parked'])
    const { trackingNumber, shipment } = await onTheWay()
    expect(await send(bodyOf(trackingNumber, 'delivered', '2026-11-23T10:00:00Z', { carrier: 'skylark' }))).toEqual([200, 'foreign'])
    expect((await statusOf(shipment)).status).toBe('DISPATCHED')
    const unknown = await ns.published(TaskOpened, ({ payload }) => payload.kind === 'unknown-tracking-number')
    expect(unknown.payload.why).toContain('NOBODY1')
    await ns.published(TaskOpened, ({ payload }) => payload.kind === 'foreign-scan')
  })

  it('that is no message is refused with the place of the fault', async () => {
    expect(await send('{"type":')).toEqual([400, 'malformed-json'])
    for (const body of ['null', '[]', '"x"', '1']) expect((await send(body))[0]).toBe(422)
    expect((await request(app.url).get('/health/ready')).status).toBe(200)
    expect(await send(JSON.stringify({ type: 'tracking.scan', data: { status: 'delivered', at: '2026-11-23T10:00:00Z' } }))).toEqual([422, 'invalid-request'])
  })
})

describe('tracking', () => {
  it('moves by rank only: what comes late adds to the history', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    expect(await send(bodyOf(trackingNumber, 'out-for-delivery', '2026-11-23T12:00:00Z', { place: 'Berlin' }))).toEqual([200, 'applied'])
    expect(await send(bodyOf(trackingNumber, 'in-transit', '2026-11-23T11:00:00Z'))).toEqual([200, 'applied'])
    const shown = await statusOf(shipment)
    expect([shown.status, shown.scans.map(({ status }: { status: string }) => status)]).toEqual(['OUT_FOR_DELIVERY', ['in-transit', 'out-for-delivery']])
    expect(shown.history.at(-1)).toMatchObject({ from: 'DISPATCHED', to: 'OUT_FOR_DELIVERY' })
  })

  it('two last scans at once make one delivery', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    await Promise.all([1, 2, 3, 4].map((second) => send(bodyOf(trackingNumber, 'delivered', `2026-11-23T12:00:0${second}Z`))))
    await ns.published(ShipmentDelivered, ({ payload }) => payload.shipment === shipment)
    expect((await ns.allPublished(ShipmentDelivered)).filter(({ payload }) => payload.shipment === shipment)).toHaveLength(1)
    expect((await statusOf(shipment)).scans).toHaveLength(4)
  })

  it('lost: the units will not arrive', async () => {
    const { trackingNumber, shipment } = await onTheWay()
    await send(bodyOf(trackingNumber, 'lost', '2026-11-23T12:00:00Z'))
    const failed = await ns.published(ShipmentFailed, ({ payload }) => payload.shipment === shipment)
    expect(failed.payload).toMatchObject({ outcome: 'lost', lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }] })
    expect((await statusOf(shipment)).status).toBe('LOST')
  })

  it('a scan that comes before the hand-over is told at once, and counts when the shipment has left', async () => {
    const work = await house.labelled()
    expect(await send(bodyOf(work.trackingNumber, 'in-transit', '2026-11-23T11:00:00Z'))).toEqual([200, 'applied'])
    expect((await statusOf(work.shipment)).status).toBe('LABELLED')
    await house.handedOver(work)
    await eventually(async () => expect((await statusOf(work.shipment)).status).toBe('IN_TRANSIT'))
  })
})
