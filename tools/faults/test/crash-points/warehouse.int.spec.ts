import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { FulfillmentPacked, FulfillmentPicked } from '@waybill/contracts'
import { eventually, namespace } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { service } from '../../../../services/warehouse/src/service.js'
import { House } from '../../../../services/warehouse/test/house.js'
import { toldOnce } from './told-once.js'
import { insist, mortals, type MortalService } from './mortal-service.js'

const ns = mortals(await namespace())
const product = 'P-1'
let warehouse: MortalService
let house: House

beforeAll(async () => {
  warehouse = await ns.start(service)
  house = new House(ns, warehouse)
  await house.open([{ product }])
  await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1, level: 1 }])
  await house.receive(product, 20, { bin: 'A-01-1' })
  await eventually(async () => expect(await inHouse()).toEqual({ bins: 20, hand: 0 }), 20_000)
}, 60_000)
afterAll(() => ns.stopAll())

async function inHouse(): Promise<{ bins: number; hand: number }> {
  const [found] = await warehouse.rows<{ in_bins: string; in_hand: string }>('SELECT in_bins, in_hand FROM stock_in_house WHERE location = $1 AND product = $2', [house.location, product])
  return { bins: Number(found?.in_bins ?? 0), hand: Number(found?.in_hand ?? 0) }
}
const of = (fulfillment: string) => ({ payload }: { readonly payload: { readonly fulfillment: string } }) => payload.fulfillment === fulfillment
const picker = { role: 'picker', name: 'pia' } as const
const packer = { role: 'packer', name: 'paul' } as const

test('a floor that dies at C28-scan-saved: the scan that the scanner repeats picks once', async () => {
  const { fulfillment } = await house.inWave([{ product, units: 2 }])
  const before = await inHouse()
  const list = await house.claim()
  const stop = await house.next(list)
  const body = { scanId: randomUUID(), bin: stop?.bin, product: stop?.barcode, lot: stop?.lot, units: 2 }
  const key = randomUUID()
  const { status, body: answer } = await warehouse.dies('C28-scan-saved', () => insist(() => house.ask.post(`/v1/pick-tasks/${stop?.id}/scans`, body, { ...picker, key })))
  expect([status, answer]).toMatchObject([200, { status: 'PICKED', picked: 2 }])
  expect(await inHouse()).toEqual({ bins: before.bins - 2, hand: before.hand + 2 })
  expect(await warehouse.rows('SELECT units FROM pick_scans WHERE task = $1', [stop?.id])).toEqual([{ units: 2 }])
  await ns.published(FulfillmentPicked, of(fulfillment))
  expect((await toldOnce(ns, warehouse, FulfillmentPicked)).filter(of(fulfillment))).toHaveLength(1)
}, 90_000)

test('a floor that dies at C29-pack-closed: one package with one number, its materials taken once', async () => {
  const { fulfillment } = await house.inWave([{ product, units: 1 }])
  await house.pickAll(await house.claim())
  const parcels = await eventually(async () => {
    const found = await house.claimPacking()
    const { contents } = (await house.view(fulfillment)) as { contents?: unknown }
    expect([found.length, contents]).toEqual([1, contents])
    return found
  }, 10_000)
  const parcel = parcels[0]
  if (parcel === undefined) throw new Error('nothing to pack')
  for (const { barcode, lot, units } of parcel.contents) await house.did(house.packer(`/v1/packages/${parcel.id}/scans`, { scanId: randomUUID(), product: barcode, lot, units }))
  await house.did(house.packer(`/v1/packages/${parcel.id}/seal`))
  const key = randomUUID()
  const { status } = await warehouse.dies('C29-pack-closed', () => insist(() => house.ask.post(`/v1/packages/${parcel.id}/weigh`, { grams: parcel.expectedGrams }, { ...packer, key })))
  expect(status).toBeLessThan(300)
  const [packed] = await warehouse.rows<{ fulfillment: string; sscc: string }>(`SELECT fulfillment, sscc FROM packages WHERE id = $1 AND status = 'WEIGHED'`, [parcel.id])
  const told = await ns.published(FulfillmentPacked, of(packed?.fulfillment ?? ''))
  expect(told.payload.packages.map(({ sscc }) => sscc)).toEqual([packed?.sscc])
  expect((await toldOnce(ns, warehouse, FulfillmentPacked)).filter(of(packed?.fulfillment ?? ''))).toHaveLength(1)
  expect(await warehouse.rows('SELECT count(*)::int AS times FROM material_ledger WHERE reference = $1 GROUP BY material', [parcel.id])).toEqual(parcel.materials.map(() => ({ times: 1 })))
}, 90_000)
