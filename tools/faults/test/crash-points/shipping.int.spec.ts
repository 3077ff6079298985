import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { ShipmentCreated, ShipmentDelivered, ShipmentDispatched, ShipmentTracked } from '@waybill/contracts'
import type { CrashPoint } from '@waybill/kernel'
import { eventually, namespace, request } from '@waybill/testing'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { service } from '../../../../services/shipping/src/service.js'
import { House, newOrder } from '../../../../services/shipping/test/floor.js'
import { startCarriers } from '../../../local/src/sandbox/carriers/server.js'
import { toldOnce } from './told-once.js'
import { mortals, type MortalService } from './mortal-service.js'

const ns = mortals(await namespace())
const secret = `whsec_${Buffer.from('the carriers sign with this').toString('base64')}`
let directory: string
let carriers: Awaited<ReturnType<typeof startCarriers>>
let shipping: MortalService
let house: House

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'waybill-crashes-'))
  carriers = await startCarriers({ directory, port: 0, habits: { speed: 200_000, duplicates: 0, disorder: 0 } })
  shipping = await ns.start(service, { env: { CARRIER_URL: carriers.url, CARRIER_TIMEOUT: '5s', CARRIER_WEBHOOK_SECRETS: secret, FIRST_CHECK: '50ms' } })
  await request(carriers.url).put('/v1/webhook', { url: `${shipping.url}/v1/webhooks/carriers/sandbox`, secret })
  house = new House(ns, shipping)
  await house.open()
}, 60_000)
afterAll(async () => {
  await ns.stopAll()
  await carriers.stop()
  await rm(directory, { recursive: true, force: true })
})

const of = (fulfillment: string) => ({ payload }: { readonly payload: { readonly fulfillment: string } }) => payload.fulfillment === fulfillment
async function labelsFor(shipment: string): Promise<number> {
  const { entries } = (await request(carriers.url).get('/v1/ledger')).body as { entries: readonly { readonly entry: string; readonly reference?: string }[] }
  return entries.filter(({ entry, reference }) => entry === 'label-bought' && reference === shipment).length
}

describe('shipping that dies while it buys a label', () => {
  const points: readonly CrashPoint[] = ['C30-label-bought', 'C31-label-saved']
  test.each(points)('at %s: one label, paid once, told once', async (point) => {
    const work = newOrder()
    await house.details(work)
    await house.requested(work)
    await house.planned(work)
    await shipping.dies(point, () => house.packed(work))
    const { shipment, packages } = await house.created(work)
    expect(packages).toHaveLength(1)
    expect(await labelsFor(shipment)).toBe(1)
    expect((await toldOnce(ns, shipping, ShipmentCreated)).filter(of(work.fulfillment))).toHaveLength(1)
    expect(await shipping.rows(`SELECT status FROM carrier_calls WHERE shipment = $1 AND kind = 'label'`, [shipment])).toEqual([{ status: 'succeeded' }])
  }, 90_000)
})

describe('shipping that dies while a carrier tells of a package', () => {
  const points: readonly CrashPoint[] = ['C23-webhook-received', 'C24-webhook-saved']
  test.each(points)('at %s: the carrier tells again, and each scan counts once', async (point) => {
    const work = await house.labelled()
    await shipping.dies(point, () => house.handedOver(work))
    await ns.published(ShipmentDelivered, of(work.fulfillment))
    expect((await toldOnce(ns, shipping, ShipmentDelivered)).filter(of(work.fulfillment))).toHaveLength(1)
    expect((await toldOnce(ns, shipping, ShipmentDispatched)).filter(of(work.fulfillment))).toHaveLength(1)
    const scans = ['accepted', 'delivered', 'in-transit', 'out-for-delivery']
    await eventually(async () => {
      expect((await toldOnce(ns, shipping, ShipmentTracked)).filter(({ payload }) => payload.shipment === work.shipment).map(({ payload }) => payload.status).sort()).toEqual(scans)
    }, 20_000)
    expect((await shipping.rows<{ status: string }>('SELECT status FROM scans WHERE shipment = $1', [work.shipment])).map(({ status }) => status).sort()).toEqual(scans)
  }, 90_000)
})
