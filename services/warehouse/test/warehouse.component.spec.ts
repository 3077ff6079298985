import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  DamageReported, FulfillmentAccepted, FulfillmentHandedOver, FulfillmentPacked, FulfillmentPicked, FulfillmentRejected, FulfillmentShortPicked, HoldApplied, HoldLifted,
  LocationPublished, PickingStarted, ShipmentPlanned, ShipmentPlanRefused, StockAdjusted, StockBlocked, StockUnblocked, TaskOpened,
} from '@waybill/contracts'
import { mayBecome, type TransitionTable } from '@waybill/kernel'
import { collideEverywhere, eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { UnitOfWork } from '@waybill/service-kit'
import { fulfillmentTransitions, packageTransitions, pickTaskTransitions, service } from '../src/service.js'
import { House, type ProductSaid } from './house.js'

const ns = await namespace()
let app: StartedService
let db: UnitOfWork

beforeAll(async () => {
  app = await ns.start(service, { env: { MISSING_STOCK_WAIT: '3s', UNKNOWN_LOCATION_WAIT: '1500ms', PICK_LIST_IDLE: '1h', PICK_LIST_FULFILLMENTS: '2' } })
  db = app.get(UnitOfWork)
})

const newProduct = (over: Partial<ProductSaid> = {}): ProductSaid => ({ product: `P-${randomUUID().slice(0, 8)}`, ...over })

/** A location with products, and so many units of each in its pick bins. */
async function aHouse(products: readonly ProductSaid[], units = 10): Promise<House> {
  const house = new House(ns, app)
  await house.open(products)
  await house.bins(products.map((_, index) => ({ code: `A-0${index + 1}-1`, aisle: 'A', bay: index + 1, level: 1 })))
  for (const [index, { product }] of products.entries()) await house.receive(product, units, { bin: `A-0${index + 1}-1` })
  await eventually(async () => expect(await inHouse(house, products.at(-1)?.product ?? '')).toEqual({ bins: units, hand: 0 }), 20_000)
  return house
}

const statements: string[] = []
function read<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
  if (!statements.includes(sql)) statements.push(sql)
  return db.query<Row>(`test ${statements.indexOf(sql)}`, sql, values)
}

async function inHouse(house: House, product: string): Promise<{ bins: number; hand: number }> {
  const rows = await read<{ in_bins: string; in_hand: string }>('SELECT in_bins, in_hand FROM stock_in_house WHERE location = $1 AND product = $2', [house.location, product])
  return { bins: Number(rows[0]?.in_bins ?? 0), hand: Number(rows[0]?.in_hand ?? 0) }
}

async function inBin(house: House, bin: string): Promise<{ units: number; assigned: number; blocked: boolean }[]> {
  return read('SELECT units, assigned, blocked FROM bin_content WHERE location = $1 AND bin = $2 ORDER BY blocked', [house.location, bin])
}

describe('a fulfillment from request to hand-over', () => {
  it('is accepted, picked by scans, packed with its materials, weighed, labelled and handed over', async () => {
    const oil = newProduct({ name: 'Olive oil', gtin: '4006381333931', handling: ['fragile', 'liquid'], handlingInstruction: 'Keep upright', lotTracked: true, weightGrams: 950 })
    const house = new House(ns, app)
    await house.open([oil])
    await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1, level: 1 }])
    await house.receive(oil.product, 10, { bin: 'A-01-1', lot: 'L-1', expiresOn: '2031-05-01' })
    const ids = await house.inWave([{ product: oil.product, units: 3 }])
    const { fulfillment } = ids
    await ns.published(FulfillmentAccepted, ({ payload }) => payload.fulfillment === fulfillment)

    const list = await house.claim()
    await ns.published(PickingStarted, ({ payload }) => payload.fulfillment === fulfillment)
    const task = await house.next(list)
    expect(task).toMatchObject({ bin: 'A-01-1', product: oil.product, name: 'Olive oil', units: 3, lot: 'L-1', handlingInstruction: 'Keep upright', barcode: '4006381333931', handling: ['fragile', 'liquid'] })
    expect((await house.scan(task!, { product: ']d20104006381333931' + '10L-1\u241d17310501', lot: null, units: 2 })).body).toMatchObject({ status: 'ASSIGNED', picked: 2 })
    expect(await inHouse(house, oil.product)).toEqual({ bins: 8, hand: 2 })
    expect((await house.scan(task!, { units: 1 })).body).toMatchObject({ status: 'PICKED', listDone: true, fulfillmentStatus: 'PICKED' })
    const picked = await ns.published(FulfillmentPicked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(picked.payload.lines).toEqual([{ line: 1, stockedLine: '1.1', product: oil.product, lot: 'L-1', bin: 'A-01-1', units: 3 }])

    const parcels = await house.claimPacking()
    expect(parcels).toHaveLength(1)
    expect(parcels[0]!.materials.map(({ material }) => material).sort()).toEqual(['ABSORBENT', 'BOX-S', 'BUBBLE-WRAP', 'SEAL-BAG', 'UPRIGHT-MARK', 'VOID-FILL'].sort())
    await house.packAll(parcels)
    const packed = await ns.published(FulfillmentPacked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(packed.payload.packages).toMatchObject([{ carton: 'BOX-S', contents: [{ line: 1, stockedLine: '1.1', product: oil.product, lot: 'L-1', units: 3 }], weightGrams: parcels[0]!.expectedGrams }])
    expect(packed.payload.packages[0]!.sscc).toMatch(/^09528765\d{10}$/)
    expect(packed.payload.lines).toEqual([{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }])
    const slip = await fetch(`${app.url}/v1/fulfillments/${fulfillment}/packing-slip`, { headers: { authorization: `Bearer ${await tokenOf('packer')}` } })
    expect(Buffer.from(await slip.arrayBuffer()).subarray(0, 5).toString()).toBe('%PDF-')

    await house.label(ids)
    const sscc = packed.payload.packages[0]!.sscc
    expect((await house.packer('/v1/hand-overs', { location: house.location, packages: [sscc] })).body).toEqual({ outcomes: [{ sscc, status: 'handed-over' }] })
    const left = await ns.published(FulfillmentHandedOver, ({ payload }) => payload.fulfillment === fulfillment)
    expect(left.payload).toMatchObject({
      packages: [sscc],
      lines: [{ line: 1, unitNumbers: [{ from: 1, to: 3 }], stocked: [{ stockedLine: '1.1', product: oil.product, lots: [{ lot: 'L-1', units: 3 }] }] }],
    })
    expect(await inHouse(house, oil.product)).toEqual({ bins: 7, hand: 0 })
    expect((await house.packer('/v1/hand-overs', { location: house.location, packages: [sscc] })).body).toMatchObject({ code: 'already-handed-over', status: 409 })
    const rows = await read<{ units: number }>(`SELECT units FROM material_stock WHERE location = $1 AND material = 'BOX-S'`, [house.location])
    expect(rows).toEqual([{ units: 999 }])
  })

  it('starts although the plan came before the request', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    const ids = { order: randomUUID(), fulfillment: randomUUID() }
    await house.plan(ids)
    await eventually(async () => expect(await read('SELECT 1 FROM shipment_plans WHERE fulfillment = $1', [ids.fulfillment])).toHaveLength(1), 20_000)
    await house.order([{ product: product.product, units: 1 }], ids)
    await house.reach(ids.fulfillment, 'IN_WAVE')
  })

  it('is asked for once, however often the message comes', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    const ids = await house.inWave([{ product: product.product, units: 1 }])
    const again = await ns.publish(ShipmentPlanned, { key: ids.order, subject: ids.fulfillment, payload: exampleOf(ShipmentPlanned, { ...ids, location: house.location }) })
    expect(again).toBeTruthy()
    await house.pickAll(await house.claim())
    expect(await house.claim()).toBe('')
    expect(await inHouse(house, product.product)).toEqual({ bins: 9, hand: 1 })
  })

  it('medusajs/medusa#2948: whichever statement collides with another transaction, it is accepted once, and its goods are assigned once', async () => {
    const product = newProduct()
    const house = await aHouse([product], 500)
    const asked: string[] = []
    const { refused } = await collideEverywhere(async () => {
      asked.push((await house.inWave([{ product: product.product, units: 1 }])).fulfillment)
    })
    expect(refused).toBeGreaterThan(10)
    const accepted = (await ns.allPublished(FulfillmentAccepted)).map(({ payload }) => payload.fulfillment).filter((fulfillment) => asked.includes(fulfillment))
    expect([...accepted].sort()).toEqual([...asked].sort())
    expect(await inBin(house, 'A-01-1')).toEqual([{ units: 500, assigned: asked.length, blocked: false }])
  }, 60_000)

  it('BI-B13: waits for a location that is not known yet, and is rejected if it stays unknown', async () => {
    const late = new House(ns, app)
    const waiting = await late.order([{ product: 'P-any', units: 1 }])
    await late.reach(waiting.fulfillment, 'REQUESTED')
    await ns.publish(LocationPublished, { key: late.location, subject: late.location, payload: exampleOf(LocationPublished, { location: late.location }) })
    await ns.published(FulfillmentAccepted, ({ payload }) => payload.fulfillment === waiting.fulfillment)
    const unknown = await new House(ns, app).order([{ product: 'P-any', units: 1 }])
    expect((await ns.published(FulfillmentRejected, ({ payload }) => payload.fulfillment === unknown.fulfillment)).payload.why).toBe('unknown-location')
  })

  it('is rejected by a location that does not ship, and ended quietly when shipping refuses', async () => {
    const house = new House(ns, app)
    await house.open([], { ships: false })
    const ids = await house.order([{ product: 'P-any', units: 1 }])
    expect((await ns.published(FulfillmentRejected, ({ payload }) => payload.fulfillment === ids.fulfillment)).payload.why).toBe('location-does-not-ship')
    const product = newProduct()
    const open = await aHouse([product])
    const refused = await open.order([{ product: product.product, units: 1 }])
    await ns.publish(ShipmentPlanRefused, { key: refused.order, subject: refused.fulfillment, payload: exampleOf(ShipmentPlanRefused, { ...refused, location: open.location }) })
    await open.reach(refused.fulfillment, 'CANCELLED')
  })

  it('gives back what is in hand when shipping refuses what is packed', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    const ids = await house.inWave([{ product: product.product, units: 2 }])
    await house.pickAll(await house.claim())
    await house.packAll(await house.claimPacking())
    await ns.publish(ShipmentPlanRefused, { key: ids.order, subject: ids.fulfillment, payload: exampleOf(ShipmentPlanRefused, { ...ids, location: house.location }) })
    await house.reach(ids.fulfillment, 'CANCELLED')
    expect(await inHouse(house, product.product)).toEqual({ bins: 10, hand: 0 })
    expect(await inBin(house, 'RECEIVING')).toEqual([{ units: 2, assigned: 0, blocked: false }])
    await ns.published(TaskOpened, ({ payload }) => payload.kind === 'put-back' && payload.subject === ids.fulfillment)
  })
})

describe('holds', () => {
  it('keep work from starting and parcels from leaving, until they are lifted', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    const held = await house.order([{ product: product.product, units: 1 }])
    const hold = (order: string, blocks: ('request-fulfillment' | 'hand-over')[]) => ns.publish(HoldApplied, { key: order, subject: order, payload: exampleOf(HoldApplied, { order, blocks }) })
    const lift = (order: string) => ns.publish(HoldLifted, { key: order, subject: order, payload: exampleOf(HoldLifted, { order }) })
    await hold(held.order, ['request-fulfillment', 'hand-over'])
    await eventually(async () => expect(await read('SELECT 1 FROM order_holds WHERE order_id = $1', [held.order])).toHaveLength(1), 20_000)
    await house.plan(held)
    await house.reach(held.fulfillment, 'ON_HOLD')
    await lift(held.order)
    await house.reach(held.fulfillment, 'IN_WAVE')
    await house.pickAll(await house.claim())
    await house.packAll(await house.claimPacking())
    await house.label(held)
    await hold(held.order, ['hand-over'])
    await house.reach(held.fulfillment, 'ON_HOLD')
    const handOver = () => house.packer('/v1/hand-overs', { location: house.location, fulfillments: [held.fulfillment] })
    expect((await handOver()).body).toMatchObject({ status: 409, code: 'on-hold' })
    await lift(held.order)
    await house.reach(held.fulfillment, 'LABELLED')
    expect((await handOver()).status).toBe(200)
    await house.reach(held.fulfillment, 'HANDED_OVER')
  })
})

describe('scans', () => {
  it('BI-D1, BI-D2, BI-D3, BI-D5, BI-D6, BI-D7: are refused with what was expected, counted by product, bin and picker, and change nothing', async () => {
    const right = newProduct({ gtin: '4012345678901', lotTracked: true })
    const other = newProduct()
    const house = new House(ns, app)
    const elsewhere = new House(ns, app)
    await Promise.all([house.open([right, other]), elsewhere.open([])])
    await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1 }, { code: 'A-02-1', aisle: 'A', bay: 2 }])
    await elsewhere.bins([{ code: 'ELSEWHERE-1' }])
    await house.receive(right.product, 5, { bin: 'A-01-1', lot: 'L-1', expiresOn: '2031-01-01' })
    await house.inWave([{ product: right.product, units: 2 }])
    const task = (await house.next(await house.claim()))!
    const refused = async (over: Record<string, unknown>): Promise<[number, string]> => {
      const { status, body } = await house.scan(task, over)
      return [status, (body as { code: string }).code]
    }
    expect(await refused({ bin: 'A-02-1' })).toEqual([409, 'wrong-bin'])
    for (const bin of ['https://example.com/?q=1;DROP', '{"bin":"A-01-1"}', "A-01-1' OR '1'='1", 'javascript:alert(1)']) expect(await refused({ bin })).toEqual([409, 'wrong-bin'])
    for (const product of ['https://example.com/p/4012345678901', '{"gtin":"4012345678901"}', "4012345678901' OR '1'='1"]) expect(await refused({ product })).toEqual([422, 'unknown-barcode'])
    expect(await refused({ bin: 'ELSEWHERE-1' })).toEqual([422, 'wrong-location'])
    expect(await refused({ product: '4006381333948' })).toEqual([422, 'unknown-barcode'])
    expect(await refused({ product: other.product })).toEqual([409, 'wrong-product'])
    expect(await refused({ product: '\u001b[2J4012345678901' })).toEqual([422, 'invalid-character'])
    expect(await refused({ product: 'x'.repeat(4_096) })).toEqual([422, 'invalid-scan'])
    expect(await refused({ bin: 'x'.repeat(4_096) })).toEqual([422, 'invalid-scan'])
    for (const product of ['A\rB', '4012345678901\t4012345678901', '4012345678901\n\n/logout']) expect(await refused({ product })).toEqual([422, 'invalid-scan'])
    // a wrong check digit, a field cut off, a field twice, one that no label of goods has, no GTIN
    for (const product of [']C10104012345678902', ']C1010401234567', ']C1010401234567890117', ']C1010401234567890117310231', '(01)04012345678901(17)310101(17)310101', '(01)04012345678901(99)X', ']C110L-1'])
      expect([product, ...(await refused({ product }))]).toEqual([product, 422, 'invalid-gs1'])
    expect(await refused({ lot: null })).toEqual([422, 'lot-required'])
    expect(await refused({ lot: 'L-2' })).toEqual([409, 'wrong-lot'])
    expect(await refused({ product: '(01)04012345678901(17)200101(10)L-1', lot: null })).toEqual([409, 'lot-expired'])
    expect(await refused({ units: 3 })).toEqual([409, 'already-picked'])
    expect(await refused({ units: 0 })).toEqual([422, 'invalid-quantity'])
    const wrong = await house.scan(task, { bin: 'A-02-1' })
    expect(wrong.body).toMatchObject({ expected: { bin: 'A-01-1' }, detail: 'Expected bin A-01-1' })
    expect((await house.next(await house.claim()))).toMatchObject({ id: task.id, units: 2 })
    expect((await house.scan(task, { product: '4012345678901\r\n', lot: 'L-1' })).body).toMatchObject({ status: 'PICKED' })
    expect(await refused({})).toEqual([409, 'already-picked'])
    const counted = async (by: string) => (await house.ask.get(`/v1/mishandling?by=${by}&location=${house.location}`, { role: 'operator' })).body.items as { kind: string; times: number; bin: string; picker: string; product: string }[]
    expect((await counted('bin')).find(({ kind }) => kind === 'wrong-bin')).toMatchObject({ bin: `${house.location}/A-01-1`, times: 6 })
    expect((await counted('product')).find(({ kind }) => kind === 'wrong-lot')).toMatchObject({ product: right.product, times: 1 })
    expect((await counted('picker')).find(({ kind }) => kind === 'unknown-barcode')).toMatchObject({ picker: 'picker:pia', times: 4 })
    expect(await inHouse(house, right.product)).toEqual({ bins: 3, hand: 2 })
    expect((await house.ask.get('/health/ready')).status).toBe(200)
  })

  it('BI-D3: count once, whether the key or only the scan comes twice', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    await house.inWave([{ product: product.product, units: 4 }])
    const task = (await house.next(await house.claim()))!
    const scanId = randomUUID()
    const body = { scanId, bin: task.bin, product: task.barcode, units: 1 }
    const scan = (key: string) => house.ask.post(`/v1/pick-tasks/${task.id}/scans`, body, { role: 'picker', name: 'pia', key })
    const first = await scan('scan-1')
    const replay = await scan('scan-1')
    const twice = await Promise.all([scan('scan-2'), scan('scan-3')])
    expect(replay.headers.get('idempotent-replayed')).toBe('true')
    expect([replay.body, ...twice.map((each) => each.body)]).toEqual([first.body, first.body, first.body])
    expect(await inHouse(house, product.product)).toEqual({ bins: 9, hand: 1 })
  })

  it('BI-D3, BI-D4: take a piece with a serial number only once', async () => {
    const product = newProduct({ gtin: '4012345678918' })
    const house = await aHouse([product])
    await house.inWave([{ product: product.product, units: 2 }])
    await house.inWave([{ product: product.product, units: 2 }])
    const piece = (serial: string) => ({ product: `(01)04012345678918(21)${serial}`, units: 1 })
    const first = (await house.next(await house.claim()))!
    expect((await house.scan(first, piece('S1'))).status).toBe(200)
    expect((await house.scan(first, piece('S1'))).body).toMatchObject({ code: 'already-picked' })
    expect((await house.scan(first, piece('S2'))).status).toBe(200)
    const second = (await house.next(await house.claim())) ?? (await house.next(await house.claim()))!
    expect(second.fulfillment).not.toBe(first.fulfillment)
    expect((await house.scan(second, piece('S1'))).body).toMatchObject({ status: 409, code: 'serial-in-use' })
  })

  it('belong to the picker who claimed the list', async () => {
    const product = newProduct()
    const house = await aHouse([product])
    await house.inWave([{ product: product.product, units: 1 }])
    const task = (await house.next(await house.claim()))!
    expect((await house.scan(task, {}, 'max')).body).toMatchObject({ status: 409, code: 'list-not-yours', expected: { picker: 'picker:pia' } })
    expect((await house.ask.post(`/v1/pick-tasks/${randomUUID()}/skip`, undefined, { role: 'picker' })).status).toBe(404)
    expect((await house.ask.post(`/v1/pick-tasks/${task.id}/skip`, undefined, { role: 'packer' })).status).toBe(403)
  })
})

describe('what is not in the bin', () => {
  it('is looked for in another bin of the walk, and the difference waits to be counted', async () => {
    const product = newProduct()
    const house = new House(ns, app)
    await house.open([product])
    await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1 }, { code: 'A-02-1', aisle: 'A', bay: 2 }])
    await house.receive(product.product, 3, { bin: 'A-01-1' })
    await house.receive(product.product, 3, { bin: 'A-02-1' })
    const { fulfillment } = await house.inWave([{ product: product.product, units: 3 }])
    const list = await house.claim()
    const task = (await house.next(list))!
    expect(task.bin).toBe('A-01-1')
    await house.scan(task, { units: 1 })
    expect((await house.ask.post(`/v1/pick-tasks/${task.id}/short`, { reason: 'bin-empty' }, { role: 'picker', name: 'pia' })).body).toMatchObject({ status: 'SHORT', foundElsewhere: 2, missing: 0 })
    expect(await house.pickAll(list)).toEqual(['A-02-1'])
    await house.reach(fulfillment, 'PICKED')
    expect(await inHouse(house, product.product)).toEqual({ bins: 3, hand: 3 })
    expect(await inBin(house, 'DISCREPANCY')).toEqual([{ units: 2, assigned: 0, blocked: false }])
    const count = await ns.published(TaskOpened, ({ payload }) => payload.kind === 'count' && payload.subject.startsWith(`${house.location}/A-01-1`))
    expect(count.payload.owner).toBe('operator')
  })

  it('is told when no bin has it: whole bundles are dropped, the rest goes on, what is left over goes back', async () => {
    const [a, b] = [newProduct(), newProduct()]
    const house = await aHouse([a, b], 4)
    const { order, fulfillment } = await house.inWave([{ product: a.product, units: 2, with: [{ product: b.product, units: 4 }] }])
    const list = await house.claim()
    const first = (await house.next(list))!
    await house.scan(first)
    const second = (await house.next(list))!
    expect([first.product, second.product]).toEqual([a.product, b.product])
    await house.scan(second, { units: 3 })
    expect((await house.ask.post(`/v1/pick-tasks/${second.id}/short`, { reason: 'bin-empty' }, { role: 'picker', name: 'pia' })).body).toMatchObject({ missing: 1, fulfillmentStatus: 'PICKED' })
    const short = await ns.published(FulfillmentShortPicked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(short.payload).toMatchObject({
      order,
      remaining: true,
      reason: 'bin-empty',
      lines: [{ line: 1, unitNumbers: [{ from: 2, to: 2 }], stocked: [{ stockedLine: '1.1', product: a.product, units: 1, missing: 0 }, { stockedLine: '1.2', product: b.product, units: 2, missing: 1 }] }],
      writtenOff: [{ product: b.product, bin: 'A-02-1', units: 1 }],
    })
    const picked = await ns.published(FulfillmentPicked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(picked.payload.lines.map(({ stockedLine, units }) => [stockedLine, units])).toEqual([['1.1', 1], ['1.2', 2]])
    expect(await inHouse(house, a.product)).toEqual({ bins: 3, hand: 1 })
    expect(await inHouse(house, b.product)).toEqual({ bins: 1, hand: 2 })
    await house.packAll(await house.claimPacking())
    const packed = await ns.published(FulfillmentPacked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(packed.payload.lines).toEqual([{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }])
  })

  it('ends the fulfillment when nothing is left of it', async () => {
    const product = newProduct()
    const house = await aHouse([product], 2)
    const { fulfillment } = await house.inWave([{ product: product.product, units: 2 }])
    const task = (await house.next(await house.claim()))!
    await house.ask.post(`/v1/pick-tasks/${task.id}/short`, { reason: 'bin-empty' }, { role: 'picker', name: 'pia' })
    await house.reach(fulfillment, 'SHORT')
    expect((await ns.published(FulfillmentShortPicked, ({ payload }) => payload.fulfillment === fulfillment)).payload).toMatchObject({ remaining: false, writtenOff: [{ units: 2 }] })
    expect(await inHouse(house, product.product)).toEqual({ bins: 0, hand: 0 })
  })

  it('waits for stock that is promised and not yet filed, then starts without it', async () => {
    const [there, late, never] = [newProduct(), newProduct(), newProduct()]
    const house = await aHouse([there])
    await Promise.all([late, never].map((product) => house.publishProduct(product)))
    const waits = await house.order([{ product: late.product, units: 1 }])
    await house.plan(waits)
    await house.reach(waits.fulfillment, 'PLANNED')
    await house.receive(late.product, 1)
    await house.reach(waits.fulfillment, 'IN_WAVE')
    const goesOn = await house.order([{ product: there.product, units: 1 }, { product: never.product, units: 1 }])
    await house.plan(goesOn)
    const short = await ns.published(FulfillmentShortPicked, ({ payload }) => payload.fulfillment === goesOn.fulfillment)
    expect(short.payload).toMatchObject({ reason: 'not-in-any-bin', remaining: true, lines: [{ line: 2 }], writtenOff: [] })
    await house.reach(goesOn.fulfillment, 'IN_WAVE')
  })

  it('is set apart when it is too old for the customer, so that nobody is promised it again', async () => {
    const product = newProduct({ lotTracked: true, minimumRemainingDays: 30 })
    const house = new House(ns, app)
    await house.open([product])
    await house.receive(product.product, 1, { lot: 'OLD', expiresOn: new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10) })
    const ids = await house.order([{ product: product.product, units: 1 }])
    await house.plan(ids)
    const damage = await ns.published(DamageReported, ({ payload }) => payload.fulfillment === ids.fulfillment)
    expect(damage.payload).toMatchObject({ reason: 'shelf-life-too-short', lot: 'OLD', bin: 'RECEIVING', units: 1 })
    expect(await inBin(house, 'BLOCKED')).toEqual([{ units: 1, assigned: 0, blocked: true }])
    await house.reach(ids.fulfillment, 'SHORT')
  })
})

describe('damage and skipped tasks', () => {
  it('sets damaged units apart, tells and counts them, and picks others', async () => {
    const product = newProduct()
    const house = await aHouse([product], 5)
    const { fulfillment } = await house.inWave([{ product: product.product, units: 3 }])
    const list = await house.claim()
    const task = (await house.next(list))!
    expect((await house.ask.post(`/v1/pick-tasks/${task.id}/damage`, { units: 1, reason: 'broken' }, { role: 'picker', name: 'pia' })).body).toMatchObject({ units: 2, foundElsewhere: 1, missing: 0 })
    const told = await ns.published(DamageReported, ({ payload }) => payload.fulfillment === fulfillment)
    expect(told.payload).toMatchObject({ product: product.product, bin: 'A-01-1', units: 1, reason: 'broken', by: 'picker:pia' })
    await house.pickAll(list)
    await house.reach(fulfillment, 'PICKED')
    expect(await inBin(house, 'BLOCKED')).toEqual([{ units: 1, assigned: 0, blocked: true }])
    expect(await inHouse(house, product.product)).toEqual({ bins: 2, hand: 3 })
  })

  it('comes back to a skipped task at the end of the walk', async () => {
    const products = [newProduct(), newProduct()]
    const house = await aHouse(products)
    await house.inWave(products.map(({ product }) => ({ product, units: 1 })))
    const list = await house.claim()
    const first = (await house.next(list))!
    expect((await house.ask.post(`/v1/pick-tasks/${first.id}/skip`, undefined, { role: 'picker', name: 'pia' })).body).toMatchObject({ status: 'SKIPPED', tasksLeft: 2 })
    expect(await house.pickAll(list)).toEqual(['A-02-1', 'A-01-1'])
  })
})

describe('packing', () => {
  it('takes only what belongs into the package, and no sealing without contents, materials and the right weight', async () => {
    const [product, other] = [newProduct({ weightGrams: 500 }), newProduct()]
    const house = await aHouse([product])
    await house.publishProduct(other)
    await read(`DELETE FROM material_stock WHERE location = $1 AND material = 'VOID-FILL'`, [house.location])
    const { fulfillment } = await house.inWave([{ product: product.product, units: 2 }])
    await house.pickAll(await house.claim())
    const [parcel] = await house.claimPacking()
    const { id } = parcel!
    const scan = (over: Record<string, unknown>) => house.packer(`/v1/packages/${id}/scans`, { scanId: randomUUID(), product: product.product, units: 1, ...over })
    expect((await scan({ product: other.product })).body).toMatchObject({ status: 409, code: 'wrong-product', expected: { contents: [{ product: product.product, units: 2 }] } })
    expect((await scan({ product: 'NO-SUCH' })).body).toMatchObject({ status: 422, code: 'unknown-barcode' })
    expect((await scan({ units: 3 })).body).toMatchObject({ status: 409, code: 'already-packed' })
    expect((await house.packer(`/v1/packages/${id}/seal`)).body).toMatchObject({ status: 409, code: 'package-incomplete' })
    expect((await house.packer(`/v1/packages/${id}/weigh`, { grams: 1 })).body).toMatchObject({ status: 409, code: 'not-sealed' })
    await scan({ units: 2 })
    expect((await house.packer(`/v1/packages/${id}/seal`)).body).toMatchObject({ status: 409, code: 'material-missing', expected: { materials: [{ material: 'VOID-FILL', inStock: 0 }] } })
    await ns.published(TaskOpened, ({ payload }) => payload.kind === 'material-missing' && payload.subject === id)
    await house.ask.post('/v1/materials/import', { rows: [{ material: 'VOID-FILL', name: 'Paper', kind: 'fill', gramsPerUnit: 40, location: house.location, units: 50, receipt: 'SECOND' }] }, { role: 'operator' })
    expect((await house.packer(`/v1/packages/${id}/seal`)).body).toMatchObject({ package: { status: 'SEALED' } })
    const { expectedGrams } = parcel!
    expect((await house.packer(`/v1/packages/${id}/weigh`, { grams: expectedGrams - 300 })).body).toMatchObject({ status: 409, code: 'weight-mismatch', expected: { grams: expectedGrams, rescan: false } })
    expect((await house.packer(`/v1/packages/${id}/weigh`, { grams: expectedGrams - 600 })).body).toMatchObject({ code: 'weight-mismatch', expected: { rescan: true } })
    expect((await house.packer(`/v1/packages/${id}/weigh`, { grams: expectedGrams })).body).toMatchObject({ code: 'not-sealed' })
    await scan({ units: 2 })
    await house.packer(`/v1/packages/${id}/seal`)
    expect((await house.packer(`/v1/packages/${id}/accept-weight`, { grams: 9_000 })).status).toBe(403)
    expect((await house.ask.post(`/v1/packages/${id}/accept-weight`, { grams: expectedGrams + 400 }, { role: 'operator' })).body).toMatchObject({ package: { status: 'WEIGHED' }, fulfillmentStatus: 'PACKED' })
    const used = await read<{ sum: string }>(`SELECT sum(units) FROM material_ledger WHERE reference = $1 AND kind = 'used' AND material = 'VOID-FILL'`, [id])
    expect(Number(used[0]?.sum)).toBe(-(parcel!.materials.find(({ material }) => material === 'VOID-FILL')?.units ?? 0))
    await house.reach(fulfillment, 'PACKED')
  })

  it('goes on without pieces that are lost or damaged on the way to the desk, and packs the rest anew', async () => {
    const [a, b] = [newProduct(), newProduct()]
    const house = await aHouse([a, b])
    const { fulfillment } = await house.inWave([{ product: a.product, units: 3, with: [{ product: b.product, units: 3 }] }])
    await house.pickAll(await house.claim())
    const [first] = await house.claimPacking()
    await house.packer(`/v1/packages/${first!.id}/scans`, { scanId: randomUUID(), product: a.product, units: 3 })
    const short = (over: Record<string, unknown>) => house.packer(`/v1/packages/${first!.id}/short`, { product: b.product, units: 1, reason: 'not-in-tote', ...over })
    expect((await short({ units: 4 })).body).toMatchObject({ status: 409, code: 'already-packed' })
    expect((await short({})).body).toMatchObject({ package: { status: 'CANCELLED' }, fulfillmentStatus: 'PICKED' })
    const lost = await ns.published(FulfillmentShortPicked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(lost.payload).toMatchObject({
      reason: 'not-in-tote',
      lines: [{ unitNumbers: [{ from: 3, to: 3 }], stocked: [{ stockedLine: '1.1', units: 1, missing: 0 }, { stockedLine: '1.2', units: 1, missing: 1 }] }],
      writtenOff: [{ product: b.product, bin: 'A-02-1', units: 1 }],
    })
    expect([await inHouse(house, a.product), await inHouse(house, b.product)]).toEqual([{ bins: 8, hand: 2 }, { bins: 7, hand: 2 }])
    const [second] = await house.claimPacking()
    expect(second!.contents.map(({ units }) => units)).toEqual([2, 2])
    await house.packer(`/v1/packages/${second!.id}/short`, { product: b.product, units: 1, reason: 'broken', damaged: true })
    await ns.published(DamageReported, ({ payload }) => payload.fulfillment === fulfillment && payload.by === 'packer:paul')
    expect([await inHouse(house, a.product), await inHouse(house, b.product)]).toEqual([{ bins: 9, hand: 1 }, { bins: 8, hand: 1 }])
    await house.packAll(await house.claimPacking())
    const packed = await ns.published(FulfillmentPacked, ({ payload }) => payload.fulfillment === fulfillment)
    expect(packed.payload).toMatchObject({ lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }], packages: [{ contents: [{ units: 1 }, { units: 1 }] }] })
  })

  it('keeps frozen apart from the rest, in an insulated box with coolant', async () => {
    const [frozen, standard] = [newProduct({ handling: ['frozen'], weightGrams: 1_000 }), newProduct()]
    const house = await aHouse([frozen, standard])
    await house.inWave([{ product: frozen.product, units: 2 }, { product: standard.product, units: 1 }])
    await house.pickAll(await house.claim())
    const parcels = await house.claimPacking()
    const cold = parcels.find(({ contents }) => contents[0]?.product === frozen.product)
    expect(parcels).toHaveLength(2)
    expect(cold?.carton).toMatch(/^ICE/)
    // 2 kg x (15 % + 25 % x 0.3) = 450 g, in packs of 500 g
    expect(cold?.materials.find(({ material }) => material === 'DRY-ICE')).toMatchObject({ units: 1 })
  })
})

describe('bins', () => {
  it('are set up by import: the same file twice changes nothing, a bad row stops no other', async () => {
    const house = new House(ns, app)
    await house.open([])
    const rows = [{ code: 'B-01-1', aisle: 'B', bay: 1, level: 1 }, { code: 'B-02-1', aisle: 'B', bay: -1 }, { code: 'B-03-1', colour: 'red' }, { code: 'B-04-1' }]
    expect((await house.bins(rows)).body.outcomes).toEqual([
      { row: 0, status: 'created' },
      expect.objectContaining({ row: 1, status: 'refused', code: 'invalid-number', pointer: '/bay' }),
      expect.objectContaining({ row: 2, status: 'refused', code: 'unknown-property', pointer: '/colour' }),
      { row: 3, status: 'created' },
    ])
    expect((await house.bins([rows[0]!, { ...rows[3], aisle: 'B', bay: 4 }])).body.outcomes).toEqual([{ row: 0, status: 'unchanged' }, { row: 1, status: 'updated' }])
    await house.bins([{ code: 'DISCREPANCY', kind: 'pick', aisle: 'B' }])
    const [own] = (await house.ask.get(`/v1/bins?location=${house.location}&limit=200`, { role: 'operator' })).body.items.filter(({ code }: { code: string }) => code === 'DISCREPANCY')
    expect(own).toMatchObject({ kind: 'discrepancy' })
    const page = await house.ask.get(`/v1/bins?location=${house.location}&limit=2`, { role: 'operator' })
    expect(page.body.items).toHaveLength(2)
    const rest = await house.ask.get(`/v1/bins?location=${house.location}&limit=200&cursor=${page.body.next}`, { role: 'operator' })
    expect(rest.body.items).toHaveLength(3)
  })

  it('take stock facts of all kinds, whatever the order, so that they hold what inventory has', async () => {
    const product = newProduct()
    const house = await aHouse([product], 10)
    const subject = `${product.product}:${house.location}`
    const of = { product: product.product, location: house.location, lot: null, expiresOn: null, bin: null }
    const key = product.product
    await ns.publish(StockAdjusted, { key, subject, payload: exampleOf(StockAdjusted, { ...of, units: -3, filedByWarehouse: false, reason: 'count' }) })
    await ns.publish(StockAdjusted, { key, subject, payload: exampleOf(StockAdjusted, { ...of, units: -5, filedByWarehouse: true }) })
    await ns.publish(StockBlocked, { key, subject, payload: exampleOf(StockBlocked, { ...of, units: 2, filedByWarehouse: false, received: false }) })
    await ns.publish(StockBlocked, { key, subject, payload: exampleOf(StockBlocked, { ...of, units: 4, filedByWarehouse: false, received: true }) })
    await ns.publish(StockUnblocked, { key, subject, payload: exampleOf(StockUnblocked, { ...of, units: 1 }) })
    await ns.publish(StockAdjusted, { key, subject, payload: exampleOf(StockAdjusted, { ...of, units: -20, filedByWarehouse: false, reason: 'flood' }) })
    await eventually(async () => expect(await inHouse(house, product.product)).toEqual({ bins: -9, hand: 0 }), 20_000)
    expect(await inBin(house, 'DISCREPANCY')).toEqual([{ units: -9, assigned: 0, blocked: false }])
    await ns.published(TaskOpened, ({ payload }) => payload.kind === 'count' && payload.subject.startsWith(`${house.location}/DISCREPANCY`))
  })

  it('are put away into, and never give what is assigned to a picker', async () => {
    const product = newProduct()
    const house = new House(ns, app)
    await house.open([product])
    await house.bins([{ code: 'A-01-1', aisle: 'A', bay: 1 }])
    await house.receive(product.product, 5)
    await house.inWave([{ product: product.product, units: 2 }])
    const move = (over: Record<string, unknown>) => house.ask.post('/v1/moves', { location: house.location, product: product.product, from: 'RECEIVING', to: 'A-01-1', units: 3, ...over }, { role: 'receiver' })
    expect((await move({ units: 4 })).body).toMatchObject({ status: 409, code: 'not-enough-in-bin', expected: { units: 3 } })
    expect((await move({ to: 'NOWHERE' })).body).toMatchObject({ status: 422, code: 'unknown-bin' })
    expect((await move({ to: 'BLOCKED' })).body).toMatchObject({ status: 422, code: 'invalid-move' })
    expect((await move({ expiresOn: '2027-02-30' })).body).toMatchObject({ status: 422, code: 'invalid-date' })
    expect((await move({})).body).toEqual({ moved: 3, leftInFrom: 2, nowInTo: 3 })
    expect(await inBin(house, 'A-01-1')).toEqual([{ units: 3, assigned: 0, blocked: false }])
  })
})

describe('two at once', () => {
  it('two pickers get two lists, and two packers two fulfillments', async () => {
    const product = newProduct()
    const house = await aHouse([product], 20)
    const orders = await Promise.all(Array.from({ length: 4 }, () => house.order([{ product: product.product, units: 1 }])))
    await Promise.all(orders.map((ids) => house.plan(ids)))
    await Promise.all(orders.map(({ fulfillment }) => house.reach(fulfillment, 'IN_WAVE')))
    const pickers = ['pia', 'max', 'ida', 'tom', 'ulf']
    const lists = (await Promise.all(pickers.map((name) => house.claim(name)))).filter((list) => list !== '')
    expect(new Set(lists).size).toBe(lists.length)
    for (const name of pickers) {
      const list = await house.claim(name)
      if (list !== '') await house.pickAll(list, name)
    }
    const packers = ['paul', 'eva', 'kai', 'lea']
    const parcels = await Promise.all(packers.map((name) => house.claimPacking(name)))
    expect(new Set(parcels.flat().map(({ id }) => id)).size).toBe(4)
    expect(await house.claimPacking('jon')).toEqual([])
  })

  it('two waves never promise the same units twice', async () => {
    const product = newProduct()
    const house = await aHouse([product], 5)
    const orders = await Promise.all(Array.from({ length: 8 }, () => house.order([{ product: product.product, units: 1 }])))
    await Promise.all(orders.map((ids) => house.plan(ids)))
    await Promise.all(Array.from({ length: 4 }, () => house.ask.post('/v1/waves', { location: house.location }, { role: 'operator' })))
    await eventually(async () => {
      const rows = await read<{ assigned: string }>('SELECT sum(assigned) AS assigned FROM bin_content WHERE location = $1', [house.location])
      expect(rows[0]?.assigned).toBe('5')
    }, 20_000)
    const rows = await read<{ tasks: string }>(`SELECT sum(units) AS tasks FROM pick_tasks WHERE location = $1`, [house.location])
    expect(rows[0]?.tasks).toBe('5')
  })
})

describe('afterwards', () => {
  it('bins are the sums of their ledger, histories follow the tables, and no more is shipped than packed than picked', async () => {
    const ledger = await read(`
      SELECT location, product, bin, lot, expires_on, blocked, sum(units) AS units FROM bin_ledger GROUP BY 1, 2, 3, 4, 5, 6 HAVING sum(units) <> 0
      EXCEPT SELECT location, product, bin, lot, expires_on, blocked, units FROM bin_content`)
    expect(ledger).toEqual([])
    const materials = await read(`
      SELECT location, material, sum(units) FROM material_ledger WHERE location NOT IN (SELECT location FROM material_ledger WHERE reference = 'SECOND') GROUP BY 1, 2
      EXCEPT SELECT location, material, units FROM material_stock`)
    expect(materials).toEqual([])
    const tables: readonly (readonly [string, TransitionTable<string, string>])[] = [
      ['fulfillment_history', fulfillmentTransitions as TransitionTable<string, string>],
      ['pick_task_history', pickTaskTransitions as TransitionTable<string, string>],
      ['package_history', packageTransitions as TransitionTable<string, string>],
    ]
    for (const [table, transitions] of tables) {
      const rows = await read<{ from_status: string | null; to_status: string; before: string | null }>(
        `SELECT from_status, to_status, lag(to_status) OVER (PARTITION BY subject ORDER BY seq) AS before FROM ${table}`)
      expect(rows.length).toBeGreaterThan(0)
      for (const { from_status: from, to_status: to, before } of rows) {
        expect(from).toBe(before)
        if (from !== null) expect([from, to, mayBecome(transitions, from, to)]).toEqual([from, to, true])
      }
    }
    const parked = await request(app.url).get('/ops/parked', { role: 'operator' })
    expect(JSON.stringify(parked.body)).not.toContain('"messages":')
  })
})

async function tokenOf(role: string): Promise<string> {
  const answer = await request(app.url).get(`/dev/token?role=${role}`)
  return (answer.body as { token: string }).token
}
