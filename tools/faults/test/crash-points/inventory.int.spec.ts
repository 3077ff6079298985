import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { BackorderFilled, OrderPlaced, ReturnDispositioned, StockBackordered, StockBlocked, StockReceived, StockReserved, topics } from '@waybill/contracts'
import type { CrashPoint } from '@waybill/kernel'
import { eventually, exampleOf, namespace, request } from '@waybill/testing'
import { randomUUID } from 'node:crypto'
import { drift, open } from '../../../../services/inventory/test/house.js'
import { service } from '../../../../services/inventory/src/service.js'
import { toldOnce } from './told-once.js'
import { insist, mortals, type MortalService } from './mortal-service.js'

const ns = mortals(await namespace())
let inventory: MortalService

beforeAll(async () => {
  inventory = await ns.start(service)
  await open(ns, inventory, ['BER'], ['P-1', 'P-2', 'P-3', 'P-4', 'P-5'])
  await receive('P-1', 1_000)
}, 60_000)
afterAll(() => ns.stopAll())

const receiver = { role: 'receiver' } as const
const receive = (product: string, units: number, more: object = {}, key: string = randomUUID()) =>
  insist(() => request(inventory.url).post('/v1/receipts', { location: 'BER', lines: [{ product, units, ...more }] }, { ...receiver, key }))
const of = (order: string) => ({ payload }: { readonly payload: { readonly order: string } }) => payload.order === order

async function place(product: string, units: number, order: string = randomUUID()): Promise<string> {
  const stockedLines = [1, 2].map((line) => ({ line, stockedLine: `${line}.1`, product, units, perParent: 1, valueMinor: 100 }))
  await ns.publish(OrderPlaced, { key: order, subject: order, payload: { ...exampleOf(OrderPlaced), order, forbiddenModes: [], stockedLines } })
  return order
}
const placeThree = () => Promise.all([place('P-1', 1), place('P-1', 2), place('P-1', 3)])

const onHand = async (product: string): Promise<number> => (await inventory.rows<{ on_hand: number }>('SELECT on_hand FROM stock_level WHERE product = $1', [product]))[0]?.on_hand ?? 0

async function takeBack(units: number): Promise<string> {
  const [order, id] = [randomUUID(), randomUUID()]
  const [line] = exampleOf(ReturnDispositioned).lines
  const lines = [{ ...line, line: 1, unitNumbers: [{ from: 1, to: units }], disposition: 'restock' as const, stocked: [{ product: 'P-5', lot: null, units }] }]
  return ns.publish(ReturnDispositioned, { key: order, subject: id, payload: exampleOf(ReturnDispositioned, { order, return: id, location: 'BER', lines }) })
}
const takeBackThree = () => Promise.all([takeBack(1), takeBack(2), takeBack(3)])

/** Each order has what it asked for, once, and the others have been told of it once. */
async function reservedOnce(orders: readonly string[]): Promise<void> {
  for (const order of orders) await ns.published(StockReserved, of(order))
  const held = await inventory.rows<{ order_id: string; lines: string }>('SELECT order_id, count(*) AS lines FROM reservation WHERE order_id = ANY ($1::uuid[]) GROUP BY order_id', [orders])
  expect(held.map(({ lines }) => Number(lines))).toEqual(orders.map(() => 2))
  const told = await toldOnce(ns, inventory, StockReserved)
  for (const order of orders) expect(told.filter(({ payload }) => payload.order === order).flatMap(({ payload }) => payload.lines)).toHaveLength(2)
  expect(await drift(inventory)).toEqual([])
}

describe('a relay that dies', () => {
  const points: readonly CrashPoint[] = ['C6-batch-selected', 'C7-sent', 'C8-acked', 'C9-cursor-moved', 'C10-lease-renewed']
  test.each(points)('at %s: everything is told, once to whoever counts event ids', async (point) => {
    await reservedOnce(await inventory.dies(point, placeThree))
  }, 90_000)
})

describe('a consumer that dies', () => {
  // Units that come back add up: done twice, they would be counted twice.
  const points: readonly CrashPoint[] = ['C11-fetched', 'C12-inbox-inserted', 'C13-domain-written', 'C14-before-commit', 'C15-committed', 'C16-offset-committed']
  test.each(points)('at %s: every message has its effect, once', async (point) => {
    const before = await onHand('P-5')
    const returns = await inventory.dies(point, takeBackThree)
    await eventually(async () => expect(await onHand('P-5')).toBe(before + 6), 20_000)
    const moved = await inventory.rows<{ units: number }>(`SELECT units FROM stock_movement WHERE product = 'P-5' ORDER BY id`)
    expect(moved.slice(-3).map(({ units }) => units).sort()).toEqual([1, 2, 3])
    const told = (await toldOnce(ns, inventory, StockReceived)).filter(({ payload }) => payload.product === 'P-5')
    expect(told.reduce((sum, { payload }) => sum + payload.units, 0)).toBe(before + 6)
    expect(returns).toHaveLength(3)
    expect(await drift(inventory)).toEqual([])
  }, 90_000)

  test('at C25-between-lines: an order is reserved whole, once', async () => {
    await reservedOnce(await inventory.dies('C25-between-lines', placeThree))
  }, 90_000)

  test('at C17-quarantined: the record lies there once, and what came after it is handled', async () => {
    const key = randomUUID()
    await inventory.dies('C17-quarantined', () => ns.send(topics.order, { key, value: '{"this is": no JSON' }))
    await reservedOnce(await placeThree())
    const kept = await inventory.rows('SELECT FROM messaging.quarantine WHERE key = $1', [Buffer.from(key)])
    expect(kept).toHaveLength(1)
  }, 90_000)
})

describe('a store that dies', () => {
  test('at C27-receipt-to-backorder-fill: units come in once, and go once to who waits for them', async () => {
    const order = await place('P-2', 2)
    await ns.published(StockBackordered, of(order))
    const key = randomUUID()
    const { body } = await inventory.dies('C27-receipt-to-backorder-fill', () => receive('P-2', 5, {}, key))
    expect(body).toEqual({ receivedUnits: 5 })
    await ns.published(BackorderFilled, of(order))
    expect((await toldOnce(ns, inventory, BackorderFilled)).filter(of(order)).flatMap(({ payload }) => payload.lines)).toHaveLength(2)
    expect(await inventory.rows(`SELECT on_hand, reserved FROM stock_level WHERE product = 'P-2'`)).toEqual([{ on_hand: 5, reserved: 4 }])
    expect(await drift(inventory)).toEqual([])
  }, 90_000)

  const sweeps: readonly (readonly [CrashPoint, string])[] = [['C36-fired', 'P-3'], ['C26-expiry-sweep', 'P-4']]
  test.each(sweeps)('at %s: the expired lot is blocked once', async (point, product) => {
    await receive(product, 7, { lot: 'L-1', expiresOn: '2099-01-01' })
    await ns.published(StockReceived, ({ payload }) => payload.product === product)
    await inventory.dies(point, () => theLastDayIsOver(product))
    await ns.published(StockBlocked, ({ payload }) => payload.product === product)
    expect((await toldOnce(ns, inventory, StockBlocked)).filter(({ payload }) => payload.product === product)).toHaveLength(1)
    expect(await inventory.rows('SELECT on_hand, blocked FROM stock_level WHERE product = $1', [product])).toEqual([{ on_hand: 7, blocked: 7 }])
    await eventually(async () => expect(await inventory.rows(`SELECT FROM kit.timers WHERE kind = 'lot-expiry' AND subject LIKE '%' || $1 || '%'`, [product])).toEqual([]))
    expect(await drift(inventory)).toEqual([])
  }, 90_000)
})

async function theLastDayIsOver(product: string): Promise<void> {
  await inventory.rows(`UPDATE stock_lot SET expires_on = '2020-01-01' WHERE product = $1`, [product])
  await inventory.rows(`UPDATE kit.timers SET due_at = clock_timestamp(), next_at = clock_timestamp() WHERE kind = 'lot-expiry' AND subject LIKE '%' || $1 || '%'`, [product])
}
