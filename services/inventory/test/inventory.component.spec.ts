import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import {
  BackorderDateChanged,
  BackorderFilled,
  DamageReported,
  FulfillmentHandedOver,
  FulfillmentRequested,
  FulfillmentShortPicked,
  LanePublished,
  LocationPublished,
  OrderCancelled,
  OrderConfirmed,
  OrderPlaced,
  ProductPublished,
  ReservationRefused,
  ReturnDispositioned,
  ShipmentPlanRefused,
  StockAdjusted,
  StockBackordered,
  StockBlocked,
  StockConsumed,
  StockReceived,
  StockReleased,
  StockReserved,
  SupplyAnnounced,
  TaskOpened,
} from '@waybill/contracts'
import { eventually, exampleOf, namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'
import { drift, open, operator, sql } from './house.js'

const ns = await namespace()
let app: StartedService

beforeAll(async () => {
  app = await ns.start(service, { env: { WAIT_FOR_DATA: '3s' } })
  await open(ns, app, ['BER', 'MUC'], ['P-1', 'P-2', 'P-3', 'P-4', 'P-5', 'P-6'])
})

const receiver = { role: 'receiver' } as const
const about = (order: string) => ({ key: order, subject: order })
const ofOrder = (order: string) => ({ payload }: { payload: { order: string } }) => payload.order === order

/** An order of single products, as the order service tells of it. */
async function place(lines: readonly (readonly [string, number])[], differs: Partial<OrderPlaced> = {}): Promise<string> {
  const order = randomUUID()
  const stockedLines = lines.map(([product, units], index) => ({ line: index + 1, stockedLine: `${index + 1}.1`, product, units, perParent: 1, valueMinor: 100 }))
  await ns.publish(OrderPlaced, { ...about(order), payload: { ...exampleOf(OrderPlaced), order, forbiddenModes: [], stockedLines, ...differs } })
  return order
}
const receive = async (product: string, units: number, location = 'BER', more: object = {}) => {
  const response = await request(app.url).post('/v1/receipts', { location, lines: [{ product, units }], ...more }, receiver)
  expect([response.status, response.body]).toEqual([200, { receivedUnits: units }])
}
const stockOf = async (product: string, location: string) => {
  const { body } = await request(app.url).get(`/v1/stock?product=${product}&location=${location}`, operator)
  return body.items[0]
}
async function requestFulfillment(order: string, location: string, stockedLine: string, product: string, units: number): Promise<string> {
  const fulfillment = randomUUID()
  const lines = [{ line: 1, unitNumbers: [{ from: 1, to: units }], stocked: [{ stockedLine, product, units, valueMinor: 100 }] }]
  await ns.publish(FulfillmentRequested, { ...about(order), payload: { ...exampleOf(FulfillmentRequested), order, fulfillment, location, lines } })
  return fulfillment
}

describe('an order', () => {
  it('is reserved, made firm, and consumed at hand-over, and every fact is told once', async () => {
    await receive('P-1', 10)
    const order = await place([['P-1', 2]])
    const reserved = await ns.published(StockReserved, ofOrder(order))
    expect(reserved).toMatchObject({ key: order, subject: order, sequence: 1, correlationId: order, source: '/waybill/inventory' })
    expect(reserved.payload.lines).toEqual([{ line: 1, stockedLine: '1.1', product: 'P-1', units: 2, location: 'BER', grant: 1 }])
    await ns.publish(OrderConfirmed, { ...about(order), payload: { ...exampleOf(OrderConfirmed), order } })
    const fulfillment = await requestFulfillment(order, 'BER', '1.1', 'P-1', 2)
    const stocked = [{ stockedLine: '1.1', product: 'P-1', lots: [{ lot: null, units: 2 }] }]
    const eventId = randomUUID()
    const handedOver = { ...exampleOf(FulfillmentHandedOver), order, fulfillment, location: 'BER', lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }], stocked }] }
    for (let copy = 0; copy < 3; copy++) await ns.publish(FulfillmentHandedOver, { key: order, subject: fulfillment, payload: handedOver, eventId, sequence: 1 })
    const consumed = await ns.published(StockConsumed, ofOrder(order))
    expect(consumed.payload).toMatchObject({ fulfillment, location: 'BER', lines: [{ stockedLine: '1.1', units: 2 }] })
    const view = await request(app.url).get(`/v1/reservations/${order}`, operator)
    expect(view.body).toMatchObject({ lines: [{ reserved: 0, consumed: 2 }], reservations: [{ status: 'CONSUMED' }], fulfillments: [{ status: 'HANDED_OVER' }] })
    await eventually(async () => expect(await stockOf('P-1', 'BER')).toMatchObject({ onHand: 8, reserved: 0, available: 8 }))
    expect(await drift(app)).toEqual([])
  })

  it('that is cancelled gives its units to those who wait, in one go', async () => {
    await receive('P-2', 1)
    const first = await place([['P-2', 1]])
    await ns.published(StockReserved, ofOrder(first))
    const second = await place([['P-2', 1]])
    expect((await ns.published(StockBackordered, ofOrder(second))).payload.lines).toMatchObject([{ units: 1, availableOn: null, confidence: 'unknown', supply: null }])
    await ns.publish(OrderCancelled, { ...about(first), payload: { order: first, why: 'test' } })
    expect((await ns.published(StockReleased, ofOrder(first))).payload).toMatchObject({ reason: 'order-cancelled', lines: [{ units: 1, grant: 1 }] })
    expect((await ns.published(BackorderFilled, ofOrder(second))).payload.lines).toMatchObject([{ units: 1, location: 'BER', grant: 1 }])
  })

  it('waits for a product that is not known yet, and is reserved when it is', async () => {
    const order = await place([['P-LATE', 1]])
    await eventually(async () => expect((await request(app.url).get(`/v1/reservations/${order}`, operator)).body).toMatchObject({ phase: 'WAITING' }))
    await ns.publish(ProductPublished, { key: 'P-LATE', subject: 'P-LATE', payload: { ...exampleOf(ProductPublished), product: 'P-LATE', handling: ['standard'], lotTracked: false } })
    await ns.published(StockBackordered, ofOrder(order))
  })

  it('is refused when the product never comes, and at once where no lane goes', async () => {
    const unknown = await place([['P-NEVER', 1]])
    await ns.publish(LanePublished, { key: 'BER:ZZ', subject: 'BER:ZZ', payload: { ...exampleOf(LanePublished), location: 'BER', country: 'ZZ', services: [] } })
    await ns.publish(LanePublished, { key: 'MUC:ZZ', subject: 'MUC:ZZ', payload: { ...exampleOf(LanePublished), location: 'MUC', country: 'ZZ', services: [] } })
    await eventually(async () => expect(await sql(app, `select 1 as known from lane where country = 'ZZ'`)).toHaveLength(2))
    const nowhere = await place([['P-1', 1]], { country: 'ZZ' })
    expect((await ns.published(ReservationRefused, ofOrder(nowhere))).payload).toMatchObject({ why: 'no-lane', lines: [{ line: 1, product: 'P-1', why: 'no-lane' }] })
    expect((await ns.published(ReservationRefused, ofOrder(unknown))).payload).toMatchObject({ why: 'unknown-product' })
  })
})

describe('backorders', () => {
  it('get the first day nobody else was promised, hear when it moves, and are filled by a receipt of the supply', async () => {
    await receive('P-3', 10)
    const announce = (supply: string, availableOn: string) =>
      request(app.url).post('/v1/supplies', { supply, product: 'P-3', location: 'BER', units: 10, availableOn }, operator)
    const first = await announce('PO-1', '2036-01-10')
    expect([first.status, first.body]).toMatchObject([200, { status: 'created' }])
    await announce('PO-2', '2036-01-20')
    expect((await ns.published(SupplyAnnounced, ({ payload }) => payload.supply === 'PO-1')).payload).toMatchObject({ units: 10, availableOn: '2036-01-10' })
    const early = await place([['P-3', 20]])
    expect((await ns.published(StockBackordered, ofOrder(early))).payload.lines).toMatchObject([{ units: 10, availableOn: '2036-01-10', supply: 'PO-1', confidence: 'announced' }])
    const late = await place([['P-3', 10]])
    expect((await ns.published(StockBackordered, ofOrder(late))).payload.lines).toMatchObject([{ units: 10, availableOn: '2036-01-20', supply: 'PO-2' }])
    const queue = await request(app.url).get('/v1/backorders?product=P-3', operator)
    expect(queue.body.items.map(({ order }: { order: string }) => order)).toEqual([early, late])
    expect(queue.body.items[0]).toMatchObject({ units: 10, ageDays: 0, availableOn: '2036-01-10' })
    const paged = await request(app.url).get('/v1/backorders?product=P-3&limit=1', operator)
    const rest = await request(app.url).get(`/v1/backorders?product=P-3&limit=1&cursor=${paged.body.next}`, operator)
    expect([paged.body.items[0].order, rest.body.items[0].order, rest.body.next]).toEqual([early, late, null])

    const moved = await request(app.url).patch(`/v1/supplies/${first.body.id}`, { availableOn: '2036-01-15' }, operator)
    expect(moved.body).toMatchObject({ supply: 'PO-1', availableOn: '2036-01-15', units: 10 })
    expect((await ns.published(BackorderDateChanged, ofOrder(early))).payload.lines).toMatchObject([{ old: '2036-01-10', new: '2036-01-15', reason: 'supply-moved' }])

    const availability = await request(app.url).get('/v1/availability?product=P-3', operator)
    expect(availability.body).toMatchObject({ product: 'P-3', now: 0, next: [] })

    await receive('P-3', 10, 'BER', { supply: 'PO-1' })
    expect((await ns.published(BackorderFilled, ofOrder(early))).payload.lines).toMatchObject([{ units: 10, location: 'BER', grant: 2 }])
    const supplies = await request(app.url).get('/v1/supplies?product=P-3&outstanding=true', operator)
    expect(supplies.body.items).toMatchObject([{ supply: 'PO-2' }])
    expect(await drift(app)).toEqual([])
  })
})

describe('the floor', () => {
  it('finds less than the books say: what is gone is written off, the order served from elsewhere', async () => {
    await receive('P-4', 5)
    await receive('P-4', 5, 'MUC')
    const order = await place([['P-4', 2]])
    await ns.published(StockReserved, ofOrder(order))
    const fulfillment = await requestFulfillment(order, 'BER', '1.1', 'P-4', 2)
    const payload = {
      ...exampleOf(FulfillmentShortPicked),
      order,
      fulfillment,
      location: 'BER',
      lines: [{ line: 1, unitNumbers: [{ from: 2, to: 2 }], stocked: [{ stockedLine: '1.1', product: 'P-4', units: 1, missing: 1 }] }],
      writtenOff: [{ product: 'P-4', lot: null, expiresOn: null, bin: 'A-1', units: 1 }],
    }
    await ns.publish(FulfillmentShortPicked, { key: order, subject: fulfillment, payload })
    expect((await ns.published(StockReleased, ofOrder(order))).payload).toMatchObject({ reason: 'short-picked', lines: [{ units: 1, location: 'BER' }] })
    const regranted = await ns.published(StockReserved, ({ payload: each }) => each.order === order && each.lines[0]?.grant === 2)
    expect(regranted.payload.lines).toMatchObject([{ units: 1, location: 'MUC' }])
    const adjusted = await ns.published(StockAdjusted, ({ payload: each }) => each.product === 'P-4')
    expect(adjusted).toMatchObject({ key: 'P-4', subject: 'P-4@BER', payload: { units: -1, bin: 'A-1', filedByWarehouse: true } })
  })

  it('reports damage: the units are blocked, and the youngest promise moves', async () => {
    await receive('P-5', 1)
    await receive('P-5', 1, 'MUC')
    const order = await place([['P-5', 1]])
    await ns.published(StockReserved, ofOrder(order))
    const payload = { ...exampleOf(DamageReported), order, location: 'BER', product: 'P-5', lot: null, expiresOn: null, bin: 'A-1', units: 1 }
    await ns.publish(DamageReported, { key: order, subject: payload.fulfillment, payload })
    expect((await ns.published(StockBlocked, ({ payload: each }) => each.product === 'P-5')).payload).toMatchObject({ filedByWarehouse: true, received: false, balance: { onHand: 1, blocked: 1 } })
    const moved = await ns.published(StockReserved, ({ payload: each }) => each.order === order && each.lines[0]?.grant === 2)
    expect(moved.payload.lines).toMatchObject([{ location: 'MUC' }])
  })

  it('gets no carrier: the order moves as a whole, once; then a person is asked', async () => {
    await receive('P-6', 3)
    await receive('P-6', 3, 'MUC')
    const order = await place([['P-6', 3]])
    await ns.published(StockReserved, ofOrder(order))
    const refuse = async (location: string) => {
      const fulfillment = await requestFulfillment(order, location, '1.1', 'P-6', 3)
      await ns.publish(ShipmentPlanRefused, { key: order, subject: fulfillment, payload: { ...exampleOf(ShipmentPlanRefused), order, fulfillment, location } })
      return fulfillment
    }
    await refuse('BER')
    await ns.published(StockReserved, ({ payload }) => payload.order === order && payload.lines[0]?.location === 'MUC')
    const second = await refuse('MUC')
    const task = await ns.published(TaskOpened, ({ payload }) => payload.kind === 'plan-refused' && payload.subject === second)
    expect(task.payload).toMatchObject({ order, owner: 'operator' })
  })

  it('gets returned units back, for sale or blocked, as inspection decided', async () => {
    const order = randomUUID()
    const line = (disposition: 'restock' | 'block') => ({ line: 1, unitNumbers: [{ from: 1, to: 1 }], disposition, stocked: [{ product: 'P-6', units: 1, lot: 'R-1' }] })
    const payload = { ...exampleOf(ReturnDispositioned), order, location: 'BER', lines: [line('restock'), line('block')] }
    await ns.publish(ReturnDispositioned, { key: order, subject: payload.return, payload })
    expect((await ns.published(StockReceived, ({ payload: each }) => each.reason === 'return')).payload).toMatchObject({ lot: 'R-1', units: 1 })
    expect((await ns.published(StockBlocked, ({ payload: each }) => each.reason === 'return')).payload).toMatchObject({ received: true, units: 1, filedByWarehouse: false })
    expect(await drift(app)).toEqual([])
  })
})

describe('files', () => {
  it('of first counts are taken row by row, and the same file again changes nothing although units were sold', async () => {
    const rows = [
      { product: 'P-FILE', location: 'BER', lot: 'L-1', expiresOn: '2036-05-01', bin: 'A-1', units: 7 },
      { product: 'P-FILE', location: 'BER', lot: 'L-1', bin: 'A-2', units: 3 },
      { product: 'P-FILE', location: 'XXX', units: 1 },
      { product: 'P-FILE', location: 'BER', lot: 'L-1', expiresOn: '2036-06-01', units: 1 },
      { product: 'P-FILE', location: 'BER', units: -1 },
      { product: 'P-FILE', location: 'BER', units: 1, colour: 'red' },
    ]
    const upload = async (these: readonly object[]) => (await request(app.url).post('/v1/stock/import', { rows: these }, operator)).body.outcomes as { status: string; code?: string; pointer?: string }[]
    const first = await upload(rows)
    expect(first.map(({ status, code, pointer }) => [status, code, pointer])).toEqual([
      ['created', undefined, undefined],
      ['created', undefined, undefined],
      ['refused', 'unknown-location', '/location'],
      ['refused', 'lot-expiry-mismatch', '/expiresOn'],
      ['refused', 'invalid-value', '/units'],
      ['refused', 'unknown-property', '/colour'],
    ])
    expect((await ns.published(StockReceived, ({ payload }) => payload.bin === 'A-1')).payload).toMatchObject({ lot: 'L-1', expiresOn: '2036-05-01', units: 7, reason: 'first-count' })
    await ns.publish(ProductPublished, { key: 'P-FILE', subject: 'P-FILE', payload: { ...exampleOf(ProductPublished), product: 'P-FILE', handling: ['standard'], lotTracked: true } })
    const order = await place([['P-FILE', 4]])
    await ns.published(StockReserved, ofOrder(order))
    expect((await upload(rows)).map(({ status }) => status)).toEqual(['unchanged', 'unchanged', 'refused', 'refused', 'refused', 'refused'])
    expect((await upload([{ ...rows[1], units: 5 }])).map(({ status }) => status)).toEqual(['updated'])
    expect(await stockOf('P-FILE', 'BER')).toMatchObject({ onHand: 12, reserved: 4, lots: [{ lot: 'L-1', expiresOn: '2036-05-01', onHand: 12 }] })
    expect(await drift(app)).toEqual([])
  })

  it('of locations and supplies are taken alike', async () => {
    const location = { location: 'HAM', name: 'Hamburg', zone: 'Europe/Berlin', country: 'DE', postalCode: '20095', city: 'Hamburg', ships: false }
    const locations = async (rows: readonly object[]) => (await request(app.url).post('/v1/locations/import', { rows }, operator)).body.outcomes
    expect(await locations([location, { ...location, location: 'ODD', zone: 'Europe/Nowhere' }])).toMatchObject([{ row: 0, status: 'created' }, { row: 1, status: 'refused', pointer: '/zone' }])
    expect(await locations([location])).toEqual([{ row: 0, status: 'unchanged' }])
    expect(await locations([{ ...location, handlingDays: 2 }])).toEqual([{ row: 0, status: 'updated' }])
    const published = await ns.published(LocationPublished, ({ payload }) => payload.location === 'HAM' && payload.version === 2)
    expect(published).toMatchObject({ key: 'HAM', sequence: null, payload: { handlingDays: 2, ships: false, calendar: { workdays: [1, 2, 3, 4, 5] } } })
    const supply = { supply: 'PO-F', product: 'P-1', location: 'BER', units: 3, availableOn: '2036-02-01' }
    const supplies = async (rows: readonly object[]) => (await request(app.url).post('/v1/supplies/import', { rows }, operator)).body.outcomes
    expect(await supplies([supply, { ...supply, availableOn: '2036-02-30' }])).toMatchObject([{ status: 'created' }, { status: 'refused', code: 'invalid-date', pointer: '/availableOn' }])
    expect(await supplies([supply])).toMatchObject([{ status: 'unchanged' }])
  })
})

describe('requests', () => {
  const post = (path: string, body: unknown, options: object = operator) => request(app.url).post(path, body, options)

  it('are done once under one key, and told so', async () => {
    const key = randomUUID()
    const body = { location: 'BER', lines: [{ product: 'P-1', units: 1 }] }
    const before = (await stockOf('P-1', 'BER')).onHand
    const [first, second] = [await post('/v1/receipts', body, { ...receiver, key }), await post('/v1/receipts', body, { ...receiver, key })]
    expect([first.status, second.status, second.headers.get('idempotent-replayed')]).toEqual([200, 200, 'true'])
    expect((await stockOf('P-1', 'BER')).onHand).toBe(before + 1)
  })

  it('that cannot be are refused by name', async () => {
    const refusals: readonly (readonly [string, unknown, number, string])[] = [
      ['/v1/receipts', { location: 'XXX', lines: [{ product: 'P-1', units: 1 }] }, 422, 'unknown-location'],
      ['/v1/receipts', { location: 'BER', lines: [{ product: 'P-XXX', units: 1 }] }, 422, 'unknown-product'],
      ['/v1/receipts', { location: 'BER', lines: [{ product: 'P-FILE', units: 1 }] }, 422, 'lot-required'],
      ['/v1/receipts', { location: 'BER', supply: 'PO-X', lines: [{ product: 'P-1', units: 1 }] }, 422, 'unknown-supply'],
      ['/v1/receipts', { location: 'BER', lines: [{ product: 'P-1', units: 0 }] }, 422, 'invalid-number'],
      ['/v1/adjustments', { product: 'P-1', location: 'BER', units: -10_000, reason: 'count' }, 409, 'not-enough-on-hand'],
      ['/v1/stock/block', { product: 'P-1', location: 'BER', units: 10_000, reason: 'recall' }, 409, 'not-enough-on-hand'],
      ['/v1/stock/unblock', { product: 'P-1', location: 'BER', units: 10_000, reason: 'recall' }, 409, 'not-enough-blocked'],
      [`/v1/supplies/${randomUUID()}/move`, { units: 1 }, 404, 'supply-not-found'],
      ['/v1/supplies/7/move', { units: 1 }, 400, 'invalid-id'],
    ]
    for (const [path, body, status, code] of refusals) {
      const response = await post(path, body)
      expect([path, response.status, response.body.code]).toEqual([path, status, code])
    }
    expect((await post('/v1/adjustments', { product: 'P-1', location: 'BER', units: -1, reason: 'count' }, { role: 'picker' })).status).toBe(403)
    expect((await post('/v1/receipts', { location: 'BER', lines: [] }, { ...receiver, key: null })).body.code).toBe('idempotency-key-required')
    expect((await request(app.url).get('/v1/stock?colour=red', operator)).body.code).toBe('invalid-filter')
    expect((await request(app.url).get('/v1/locations/XXX', operator)).body.code).toBe('location-not-found')
  })

  it('block and unblock, adjust up and down', async () => {
    const at = { product: 'P-1', location: 'BER' }
    const before = await stockOf('P-1', 'BER')
    await post('/v1/stock/block', { ...at, units: 2, reason: 'recall' })
    expect(await stockOf('P-1', 'BER')).toMatchObject({ blocked: 2, available: before.available - 2 })
    await post('/v1/stock/unblock', { ...at, units: 1, reason: 'inspected' })
    await post('/v1/adjustments', { ...at, units: -1, reason: 'scrapped' })
    await post('/v1/adjustments', { ...at, units: 1, reason: 'count' })
    expect(await stockOf('P-1', 'BER')).toMatchObject({ onHand: before.onHand, blocked: 0, available: before.available })
    expect(await drift(app)).toEqual([])
  })
})

describe('a lot', () => {
  it('that is past its day when it comes is never for sale', async () => {
    const response = await request(app.url).post('/v1/receipts', { location: 'BER', lines: [{ product: 'P-FILE', lot: 'OLD', expiresOn: '2020-01-01', units: 2 }] }, receiver)
    expect(response.status).toBe(200)
    expect((await ns.published(StockBlocked, ({ payload }) => payload.lot === 'OLD')).payload).toMatchObject({ received: true, reason: 'expired', expiresOn: '2020-01-01' })
  })
})
