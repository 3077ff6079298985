import { beforeAll, describe, expect, it } from '@jest/globals'
import { namespace, request, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'
import { CorrectStock } from '../src/use-cases/correct-stock.js'
import { EndOrder } from '../src/use-cases/end-order.js'
import { FollowFulfillment } from '../src/use-cases/follow-fulfillment.js'
import { MindDueDates } from '../src/use-cases/mind-due-dates.js'
import { ReserveStock } from '../src/use-cases/reserve-stock.js'
import { anEvent, anotherOrder, aRequest, drift, newOrder, open, sideBySide, sql, untilDone } from './house.js'
import { fulfillmentId, location, product, units } from './warehouse-world.js'

const ns = await namespace()
let one: StartedService
let other: StartedService

beforeAll(async () => {
  one = await ns.start(service)
  other = await ns.start(service, { database: one.database })
  await open(ns, one, ['BER', 'MUC'], ['HOT', 'A', 'B', 'C', 'D', 'E', 'F', 'SCARCE', 'LOTTED'])
})

const receive = (app: StartedService, lines: readonly { product: string; units: number; lot?: string; expiresOn?: string }[], at = 'BER') =>
  untilDone(async () => {
    const response = await request(app.url).post('/v1/receipts', { location: at, lines }, { role: 'receiver' })
    if (response.status !== 200) throw Object.assign(new Error(JSON.stringify(response.body)), { code: response.body.code })
    return response
  })

describe('one hundred units', () => {
  it('go to exactly one hundred of a thousand buyers who come at once, over two replicas', async () => {
    await receive(one, [{ product: 'HOT', units: 100 }])
    const orders = Array.from({ length: 1_000 }, () => anotherOrder([units('HOT', 1)]))
    await sideBySide(orders, 16, (order, place) => untilDone(() => (place % 2 === 0 ? one : other).get(ReserveStock).run([{ cause: anEvent(), order }])))
    const [level] = await sql<{ reserved: number; on_hand: number }>(one, `select reserved, on_hand from stock_level where product = 'HOT'`)
    expect(level).toEqual({ reserved: 100, on_hand: 100 })
    const counts = await sql(one, `select sum(reserved)::int as reserved, sum(backordered)::int as backordered, count(*)::int as lines from need_line where product = 'HOT'`)
    expect(counts).toEqual([{ reserved: 100, backordered: 900, lines: 1_000 }])
    expect(await drift(one)).toEqual([])
  }, 120_000)

  it('go to exactly one hundred when the buyers come in batches', async () => {
    await receive(one, [{ product: 'SCARCE', units: 100 }])
    const batches = Array.from({ length: 10 }, () => Array.from({ length: 100 }, () => ({ cause: anEvent(), order: anotherOrder([units('SCARCE', 1)]) })))
    await sideBySide(batches, 4, (batch, place) => untilDone(() => (place % 2 === 0 ? one : other).get(ReserveStock).run(batch)))
    expect(await sql(one, `select sum(reserved)::int as reserved, sum(backordered)::int as backordered from need_line where product = 'SCARCE'`)).toEqual([{ reserved: 100, backordered: 900 }])
    expect(await drift(one)).toEqual([])
  }, 120_000)
})

describe('everything at once, over two replicas', () => {
  it('leaves counters, ledger, grants and lines in agreement, and nobody waiting for what is there', async () => {
    const codes = ['A', 'B', 'C', 'D', 'E']
    const random = sequence(7)
    const pick = () => codes[Math.floor(random() * codes.length)] ?? 'A'
    const orders = Array.from({ length: 120 }, () =>
      anotherOrder([units(pick(), 1 + Math.floor(random() * 3)), { sets: 1 + Math.floor(random() * 2), parts: [[pick(), 1], [pick(), 2]] }], { priority: Math.floor(random() * 10) }),
    )
    const steps = orders.flatMap((order): ((app: StartedService) => Promise<unknown>)[] => [
      (app: StartedService) => app.get(ReserveStock).run([{ cause: anEvent(), order }]),
      ...(random() < 0.3 ? [(app: StartedService) => app.get(EndOrder).run([{ cause: anEvent(), order: order.order, reason: 'order-cancelled' }])] : []),
      ...(random() < 0.5 ? [(app: StartedService) => receive(app, [{ product: pick(), units: 4 }], random() < 0.5 ? 'BER' : 'MUC')] : []),
      ...(random() < 0.4
        ? [
            (app: StartedService) =>
              app.get(FollowFulfillment).damaged([
                { cause: anEvent(), damage: { product: product(pick()), location: location('BER'), lot: null, bin: 'A-1', units: 2, reason: 'damaged', filedByWarehouse: true } },
              ]),
          ]
        : []),
    ])
    await sideBySide(steps, 8, (step, place) => untilDone(() => step(place % 2 === 0 ? one : other)))
    expect(await drift(one)).toEqual([])
    const waiting = await sql<{ order: string }>(
      one,
      `select n.order_id as "order" from need_line n join stock_level l using (product)
       where n.backordered > 0 and not n.bundled and n.avoid = '[]' and l.on_hand - l.blocked - l.reserved > 0`,
    )
    expect(waiting).toEqual([])
  }, 120_000)
})

describe('the tables themselves', () => {
  it('refuse to oversell, to go below nothing, and a line that does not add up', async () => {
    await receive(one, [{ product: 'A', units: 1 }])
    const refused = (text: string) => expect(sql(one, text)).rejects.toMatchObject({ code: '23514' })
    await refused(`update stock_level set reserved = on_hand - blocked + 1 where product = 'A'`)
    await refused(`update stock_level set on_hand = -1 where product = 'A'`)
    await refused(`update stock_lot set blocked = on_hand + 1 where product = 'A'`)
    await refused(`update need_line set consumed = consumed + 1`)
    await refused(`update reservation set released = units + 1`)
  })

  it('show a counter that drifted from the ledger', async () => {
    await receive(one, [{ product: 'C', units: 2 }])
    await sql(one, `update stock_level set on_hand = on_hand + 1 where product = 'C' and location = 'BER'`)
    expect(await drift(one)).toMatchObject([{ view: 'stock_drift', product: 'C', location: 'BER' }])
    await sql(one, `update stock_level set on_hand = on_hand - 1 where product = 'C' and location = 'BER'`)
    expect(await drift(one)).toEqual([])
  })
})

describe('the same message twice', () => {
  it('changes stock once', async () => {
    await receive(one, [{ product: 'D', units: 50 }])
    const before = await sql<{ reserved: number }>(one, `select sum(reserved)::int as reserved from stock_level where product = 'D'`)
    const input = { cause: anEvent(), order: anotherOrder([units('D', 3)]) }
    await Promise.all([one, other, one].map((app) => untilDone(() => app.get(ReserveStock).run([input]))))
    const after = await sql<{ reserved: number }>(one, `select sum(reserved)::int as reserved from stock_level where product = 'D'`)
    expect((after[0]?.reserved ?? 0) - (before[0]?.reserved ?? 0)).toBe(3)
  })

  it('ends an order once, and one never heard of not at all', async () => {
    const order = anotherOrder([units('D', 2)])
    await one.get(ReserveStock).run([{ cause: anEvent(), order }])
    for (const app of [one, other]) await app.get(EndOrder).run([{ cause: anEvent(), order: order.order, reason: 'order-expired' }])
    await one.get(EndOrder).run([{ cause: anEvent(), order: newOrder(), reason: 'order-expired' }])
    expect(await sql(one, 'select status, released from reservation where order_id = $1', [order.order])).toEqual([{ status: 'RELEASED', released: 2 }])
    const history = await sql<{ to_status: string }>(one, 'select to_status from reservation_order_history where subject = $1 order by seq', [order.order])
    expect(history.map(({ to_status: to }) => to)).toEqual(['WAITING', 'HELD', 'CLOSED'])
  })
})

describe('the calendar', () => {
  it('blocks a lot whose day is over, and moves the promises that counted on it', async () => {
    await receive(one, [{ product: 'LOTTED', units: 3, lot: 'L-1', expiresOn: '2036-01-01' }])
    await receive(one, [{ product: 'LOTTED', units: 5 }], 'MUC')
    const order = anotherOrder([units('LOTTED', 2)])
    await one.get(ReserveStock).run([{ cause: anEvent(), order }])
    const [timer] = await sql<{ due_at: Date }>(one, `select due_at from kit.timers where kind = 'lot-expiry' and subject = '["LOTTED","BER","L-1"]'`)
    expect(timer?.due_at.toISOString()).toBe('2036-01-01T23:00:00.000Z')
    // no test waits ten years, and the database's clock is not to be turned
    await sql(one, `update stock_lot set expires_on = '2020-01-01' where product = 'LOTTED' and lot = 'L-1'`)
    await one.get(MindDueDates).lotsExpired([{ cause: anEvent(), lot: { product: product('LOTTED'), location: location('BER'), lot: 'L-1' } }])
    expect(await sql(one, `select location, blocked, reserved from stock_level where product = 'LOTTED' order by location`)).toEqual([
      { location: 'BER', blocked: 3, reserved: 0 },
      { location: 'MUC', blocked: 0, reserved: 2 },
    ])
    expect(await drift(one)).toEqual([])
  })
})

describe('what was lost under a requested fulfillment', () => {
  it('moves to another location, and the hand-over of the rest goes on', async () => {
    await receive(one, [{ product: 'F', units: 40 }], 'MUC')
    await receive(one, [{ product: 'F', units: 40 }], 'BER')
    const order = anotherOrder([units('F', 2)])
    await one.get(ReserveStock).run([{ cause: anEvent(), order }])
    const [first] = await sql<{ location: string }>(one, 'select location from reservation where order_id = $1', [order.order])
    const at = location(first?.location ?? '')
    const fulfillment = fulfillmentId(Date.now() % 1_000_000)
    await one.get(FollowFulfillment).requested([{ cause: anEvent(), requested: { order: order.order, fulfillment, location: at, lines: [{ stockedLine: '1.1', units: 2 }] } }])
    const short = { order: order.order, fulfillment, location: at, reason: 'bin-empty', dropped: [{ stockedLine: '1.1', units: 1 }], writtenOff: [] }
    await one.get(FollowFulfillment).shortPicked([{ cause: anEvent(), short }])
    await one.get(FollowFulfillment).handedOver([
      { cause: anEvent(), handedOver: { order: order.order, fulfillment, location: at, lines: [{ stockedLine: '1.1', lots: [{ lot: null, units: 1 }] }] } },
    ])
    expect(await sql(one, 'select grant_number, status, consumed, released from reservation where order_id = $1 order by grant_number', [order.order])).toEqual([
      { grant_number: 1, status: 'CONSUMED', consumed: 1, released: 1 },
      { grant_number: 2, status: 'HELD', consumed: 0, released: 0 },
    ])
    expect(await drift(one)).toEqual([])
  })

  it('leaves all the same where the floor has it: the other order there moves, however young the grants of the one that left were', async () => {
    await receive(one, [{ product: 'E', units: 3 }], 'MUC')
    const asked = { product: product('E'), reason: 'counted', expiresOn: null, bin: null, filedByWarehouse: false }
    const [older, younger] = [anotherOrder([units('E', 1)]), anotherOrder([units('E', 2)])]
    const fulfillment = fulfillmentId((Date.now() % 1_000_000) + 1)
    for (const order of [older, younger]) await one.get(ReserveStock).run([{ cause: anEvent(), order }])
    await one.get(FollowFulfillment).requested([{ cause: anEvent(), requested: { order: younger.order, fulfillment, location: location('MUC'), lines: [{ stockedLine: '1.1', units: 2 }] } }])
    await sql(one, `update reservation set granted_at = now() - interval '1 day' where order_id = $1`, [older.order])
    const adjusted = await one.get(CorrectStock).adjust({ ...asked, location: location('MUC'), lot: null, units: -1 }, aRequest())
    expect(adjusted.result).not.toHaveProperty('refused')
    await one.get(FollowFulfillment).handedOver([
      { cause: anEvent(), handedOver: { order: younger.order, fulfillment, location: location('MUC'), lines: [{ stockedLine: '1.1', lots: [{ lot: null, units: 2 }] }] } },
    ])
    expect(await sql(one, 'select order_id, reserved, consumed, backordered from need_line where order_id = any($1) order by consumed', [[older.order, younger.order]])).toEqual([
      { order_id: older.order, reserved: 0, consumed: 0, backordered: 1 },
      { order_id: younger.order, reserved: 0, consumed: 2, backordered: 0 },
    ])
    expect(await drift(one)).toEqual([])
  })
})

/** Numbers that look random and are the same in every run. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
