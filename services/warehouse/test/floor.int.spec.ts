import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { asId, businessDate, type EventCause, type FulfillmentId, type OrderId, type ProductId } from '@waybill/kernel'
import { newId, UnitOfWork } from '@waybill/service-kit'
import { eventually, namespace, type StartedService } from '@waybill/testing'
import type { FulfillmentRequest, ShipmentPlan } from '../src/fulfillments/answer.js'
import { service } from '../src/service.js'
import { AcceptFulfillments } from '../src/use-cases/accept-fulfillments.js'
import { FileStock, type HeardStockFact } from '../src/use-cases/file-stock.js'
import { FollowHolds } from '../src/use-cases/follow-holds.js'
import { FollowShipments } from '../src/use-cases/follow-shipments.js'
import { KeepCatalogue } from '../src/use-cases/keep-catalogue.js'
import { House } from './house.js'
import { aProduct, productId } from './samples.js'

const ns = await namespace()
let one: StartedService
let other: StartedService
let house: House

/** A batch as large as a consumer may get. */
const BATCH = 1_000
const PRODUCTS = 40

beforeAll(async () => {
  one = await ns.start(service, { env: { WAVE_EVERY: '1h', PICK_LIST_FULFILLMENTS: '5' } })
  other = await ns.start(service, { database: one.database, env: { WAVE_EVERY: '1h', PICK_LIST_FULFILLMENTS: '5' } })
  house = new House(ns, one)
  await house.open([])
})

const anEvent = (): EventCause => ({
  kind: 'event', group: 'warehouse.main', topic: 'test', partition: 0, offset: 0n, key: 'k', eventId: newId(), type: 'oms.test.v1', subject: 's', sequence: null,
  payloadHash: '0a'.repeat(32), time: new Date().toISOString(), correlationId: null, actor: 'test', traceparent: null,
})

const product = (index: number): ProductId => productId(`${house.location}-${index}`)
const aRequest = (index: number): FulfillmentRequest => ({
  cause: anEvent(),
  fulfillment: asId<FulfillmentId>(newId()),
  order: asId<OrderId>(newId()),
  location: asId(house.location),
  priority: 5,
  lines: [0, 1].map((line) => ({ line: line + 1, unitNumbers: [{ from: 1, to: 1 }], stocked: [{ stockedLine: `${line + 1}.1`, product: product((index + line * 7) % PRODUCTS), units: 1 }] })),
})
const planOf = ({ fulfillment, order }: FulfillmentRequest): ShipmentPlan & { cause: EventCause } => ({
  cause: anEvent(), fulfillment, order, refused: false, shipOn: businessDate('2030-01-01'), transitDays: 1, cutOffAt: null, service: 'parcel',
})
const aFact = (index: number, over: Partial<HeardStockFact> = {}): HeardStockFact => ({
  filedHere: false, fact: 'received', location: asId(house.location), product: product(index % PRODUCTS), lot: null, expiresOn: null, bin: `B-${index % 10}`, units: 2, reason: 'test', cause: anEvent(), ...over,
})

async function counted(): Promise<Record<string, number>> {
  const [row] = await one.get(UnitOfWork).query<Record<string, number>>(
    'test-counts',
    `SELECT (SELECT count(*)::int FROM fulfillments) AS fulfillments, (SELECT count(*)::int FROM fulfillment_history) AS steps,
            (SELECT coalesce(sum(units), 0)::int FROM bin_content) AS units, (SELECT coalesce(sum(assigned), 0)::int FROM bin_content) AS assigned,
            (SELECT count(*)::int FROM bin_ledger) AS entries, (SELECT count(*)::int FROM order_holds) AS holds, (SELECT count(*)::int FROM products) AS products,
            (SELECT coalesce(sum(units - picked), 0)::int FROM pick_tasks WHERE status IN ('CREATED', 'ASSIGNED', 'SKIPPED')) AS open,
            (SELECT coalesce(sum(picked - shipped), 0)::int FROM stocked_lines) AS hand`,
  )
  return row!
}

describe('messages', () => {
  it('change the floor once, however often they come, in a batch as large as it gets', async () => {
    const products = Array.from({ length: PRODUCTS }, (_, index) => ({ cause: anEvent(), product: aProduct({ product: product(index) }) }))
    const facts = Array.from({ length: BATCH }, (_, index) => aFact(index))
    const requests = Array.from({ length: BATCH }, (_, index) => aRequest(index))
    const plans = requests.map(planOf)
    const holds = requests.slice(0, 10).map(({ order }) => ({ cause: anEvent(), order, hold: 'payment', blocks: ['start' as const] }))
    const lifts = holds.map(({ order, hold }) => ({ cause: anEvent(), order, hold }))
    const tell = async (app: StartedService): Promise<number[]> => {
      const took: number[] = []
      for (const work of [
        () => app.get(KeepCatalogue).products(products),
        () => app.get(FileStock).run(facts),
        () => app.get(FollowHolds).applied(holds),
        () => app.get(FollowShipments).planned(plans.slice(0, BATCH / 2)),
        () => app.get(AcceptFulfillments).run(requests),
        () => app.get(FollowShipments).planned(plans.slice(BATCH / 2)),
        () => app.get(FollowHolds).lifted(lifts),
      ]) {
        const started = performance.now()
        await work()
        took.push(Math.round(performance.now() - started))
      }
      return took
    }
    const took = await tell(one)
    const first = await counted()
    expect(first).toMatchObject({ fulfillments: BATCH, units: 2 * BATCH, entries: BATCH, holds: 0, products: PRODUCTS })
    // REQUESTED, PLANNED; ten of them ON_HOLD and back
    expect(first['steps']).toBe(2 * BATCH + 20)
    expect(Math.max(...took)).toBeLessThan(4_000)
    await tell(other)
    expect(await counted()).toEqual(first)
  })
})

describe('two replicas', () => {
  it('make waves, pick and pack at once, and every unit ends in one place', async () => {
    const before = await counted()
    const wave = (app: StartedService) => house.did(new House(ns, app, house.location).ask.post('/v1/waves', { location: house.location }, { role: 'operator' }))
    const waves = await Promise.all([wave(one), wave(other), wave(one), wave(other)])
    for (let more = true; more; ) more = ((await wave(one)).body as { fulfillments: number }).fulfillments > 0
    expect(waves.some(({ body }) => (body as { fulfillments: number }).fulfillments > 0)).toBe(true)
    const started = await counted()
    expect(started).toMatchObject({ open: 2 * BATCH, assigned: 2 * BATCH })

    const floors = [one, other].map((app) => new House(ns, app, house.location))
    const walkOne = async (index: number): Promise<number> => {
      const floor = floors[index % 2]!
      const list = await floor.claim(`picker-${index}`)
      return (await floor.pickAll(list, `picker-${index}`)).length
    }
    const walked = (await Promise.all(Array.from({ length: 6 }, (_, index) => walkOne(index)))).reduce((sum, stops) => sum + stops, 0)
    expect(walked).toBe(6 * 5 * 2)
    const after = await counted()
    expect(after).toMatchObject({ open: 2 * BATCH - walked, hand: walked, units: before['units']! - walked })
    const parcels = await Promise.all(Array.from({ length: 6 }, (_, index) => floors[index % 2]!.claimPacking(`packer-${index}`)))
    expect(new Set(parcels.flat().map(({ id }) => id)).size).toBe(6)
    await Promise.all(parcels.map((each, index) => floors[index % 2]!.packAll(each, `packer-${index}`)))
    await eventually(async () => {
      const rows = await one.get(UnitOfWork).query<{ sscc: string }>('test-sscc', `SELECT DISTINCT sscc FROM packages WHERE status = 'WEIGHED'`)
      expect(rows).toHaveLength(6)
    }, 5_000)
  })

  it('two pickers of one list at the same bin, and short picks from it, lose and invent nothing', async () => {
    const crowd = new House(ns, one)
    await crowd.open([{ product: `X-${crowd.location}` }])
    await crowd.receive(`X-${crowd.location}`, 12)
    const orders = await Promise.all(Array.from({ length: 6 }, () => crowd.order([{ product: `X-${crowd.location}`, units: 2 }])))
    await Promise.all(orders.map((ids) => crowd.plan(ids)))
    await Promise.all(orders.map(({ fulfillment }) => crowd.reach(fulfillment, 'PLANNED')))
    await crowd.did(crowd.ask.post('/v1/waves', { location: crowd.location }, { role: 'operator' }))
    const lists = [await crowd.claim('ida'), await crowd.claim('tom')]
    const tasks = await one.get(UnitOfWork).query<{ id: string; bin: string; product: string; list: string }>('test-tasks', 'SELECT id, bin, product, list FROM pick_tasks WHERE location = $1', [crowd.location])
    const answers = await Promise.all(tasks.flatMap((task, index) => {
      const name = task.list === lists[0] ? 'ida' : 'tom'
      const path = `/v1/pick-tasks/${task.id}`
      return index % 3 === 0
        ? [crowd.ask.post(`${path}/short`, { reason: 'bin-empty' }, { role: 'picker', name }), crowd.ask.post(`${path}/scans`, { scanId: randomUUID(), bin: task.bin, product: task.product, units: 1 }, { role: 'picker', name })]
        : [0, 1].map(() => crowd.ask.post(`${path}/scans`, { scanId: randomUUID(), bin: task.bin, product: task.product, units: 1 }, { role: 'picker', name }))
    }))
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true)
    const [sum] = await one.get(UnitOfWork).query<{ bins: number; hand: number; gone: number; assigned: number }>(
      'test-sum',
      `SELECT (SELECT coalesce(sum(units), 0)::int FROM bin_content WHERE location = $1) AS bins, (SELECT sum(picked - shipped)::int FROM stocked_lines WHERE location = $1) AS hand,
              (SELECT coalesce(-sum(units), 0)::int FROM bin_ledger WHERE location = $1 AND kind = 'written-off') AS gone,
              (SELECT coalesce(sum(assigned), 0)::int FROM bin_content WHERE location = $1) AS assigned`,
      [crowd.location],
    )
    const { bins, hand, gone, assigned } = sum!
    const [open] = await one.get(UnitOfWork).query<{ units: number }>('test-open', `SELECT coalesce(sum(units - picked), 0)::int AS units FROM pick_tasks WHERE location = $1 AND status IN ('CREATED', 'ASSIGNED', 'SKIPPED')`, [crowd.location])
    expect(bins + hand + gone).toBe(12)
    expect(assigned).toBe(open!.units)
  })
})
