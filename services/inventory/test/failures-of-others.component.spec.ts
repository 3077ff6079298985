import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderPlaced, StockReserved } from '@waybill/contracts'
import { collideEverywhere, eventually, exampleOf, namespace, request, startProxy, type Proxy, type StartedService } from '@waybill/testing'
import { service } from '../src/service.js'
import { ReserveStock } from '../src/use-cases/reserve-stock.js'
import { anEvent, anotherOrder, drift, open, sideBySide, sql, untilDone } from './house.js'
import { units } from './warehouse-world.js'

const ns = await namespace()
let wire: Proxy
let near: StartedService
/** A second replica whose way to the database can be made slow. */
let far: StartedService

beforeAll(async () => {
  near = await ns.start(service)
  const way = new URL(near.database)
  wire = await startProxy({ protocol: 'postgres', target: way.host })
  way.port = String(wire.port)
  far = await ns.start(service, { database: way.href })
  await open(ns, near, ['BER', 'MUC'], ['SLOW', 'TWICE', 'PART', 'COLLIDE'])
})

afterAll(async () => {
  await far.stop()
  await wire.close()
})

const receive = async (product: string, count: number) => {
  const { status } = await request(near.url).post('/v1/receipts', { location: 'BER', lines: [{ product, units: count }] }, { role: 'receiver' })
  expect(status).toBe(200)
}
const reserved = async (product: string) =>
  (await sql(near, `select sum(reserved)::int as reserved, sum(on_hand)::int as "onHand" from stock_level where product = $1`, [product]))[0]

it('saleor/saleor#543, vendurehq/vendure#3508, #1738, magento/inventory#2722, #3036: twenty buyers of ten, 50 ms between any two steps, get the hundred units there are', async () => {
  await receive('SLOW', 100)
  const orders = Array.from({ length: 20 }, () => anotherOrder([units('SLOW', 10)]))
  wire.delay(25, 10)
  await sideBySide(orders, 8, (order, place) => untilDone(() => (place % 4 === 0 ? near : far).get(ReserveStock).run([{ cause: anEvent(), order }]))).finally(() => wire.heal())
  expect(await reserved('SLOW')).toEqual({ reserved: 100, onHand: 100 })
  expect(await sql(near, `select sum(reserved)::int as reserved, sum(backordered)::int as backordered, count(*)::int as orders from need_line where product = 'SLOW'`)).toEqual([{ reserved: 100, backordered: 100, orders: 20 }])
  expect(await drift(near)).toEqual([])
}, 60_000)

it('medusajs/medusa#16502: lines of one order that ask for the same product, one of them in a bundle, share what there is', async () => {
  await receive('TWICE', 5)
  await receive('PART', 5)
  const order = anotherOrder([units('TWICE', 2), { sets: 2, parts: [['TWICE', 1], ['PART', 1]] }, units('TWICE', 4)])
  await near.get(ReserveStock).run([{ cause: anEvent(), order }])
  expect(await reserved('TWICE')).toEqual({ reserved: 5, onHand: 5 })
  expect(await sql(near, `select sum(units)::int as units, sum(reserved)::int as reserved, sum(backordered)::int as backordered from need_line where order_id = $1 and product = 'TWICE'`, [order.order])).toEqual([{ units: 8, reserved: 5, backordered: 3 }])
  expect(await drift(near)).toEqual([])
})

it('medusajs/medusa#2948: whichever statement collides with another transaction, an order is reserved, once', async () => {
  await receive('COLLIDE', 1_000)
  const orders: string[] = []
  const { refused, times } = await collideEverywhere(async () => {
    const order = randomUUID()
    orders.push(order)
    await ns.publish(OrderPlaced, {
      key: order,
      subject: order,
      payload: exampleOf(OrderPlaced, { order, forbiddenModes: [], stockedLines: [{ line: 1, stockedLine: '1.1', product: 'COLLIDE', units: 2, perParent: 1, valueMinor: 100 }] }),
    })
    await eventually(async () => expect(await sql(near, 'select units, status from reservation where order_id = $1', [order])).toEqual([{ units: 2, status: 'HELD' }]), 20_000)
  })
  expect(refused).toBeGreaterThan(5)
  const told = (await ns.allPublished(StockReserved)).map(({ payload }) => payload.order).filter((order) => orders.includes(order))
  expect([...told].sort()).toEqual([...orders].sort())
  expect(await reserved('COLLIDE')).toEqual({ reserved: 2 * times, onHand: 1_000 })
  expect(await drift(near)).toEqual([])
}, 60_000)
