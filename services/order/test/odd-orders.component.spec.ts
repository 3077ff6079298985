import { beforeAll, describe, expect, test } from '@jest/globals'
import { namespace } from '@waybill/testing'
import { OrderPlaced } from '@waybill/contracts'
import { anOrder } from './builders.js'
import { newReference, orderHouse, type OrderHouse } from './order-house.js'

const ns = await namespace()
let house: OrderHouse
beforeAll(async () => {
  house = await orderHouse(ns)
}, 60_000)
const order = (differs: Readonly<Record<string, unknown>> = {}) => anOrder({ reference: newReference(), ...differs })

describe('orders that look odd and are fine', () => {
  test('BI-A3: with a byte order mark', async () => {
    expect((await house.place(`\ufeff${JSON.stringify(order())}`, { headers: { 'content-type': 'application/json' } })).status).toBe(201)
  })
  test('BI-A16: with the same product on two lines', async () => {
    const { status, body } = await house.place(order({ lines: [{ product: 'P-1', units: 1 }, { product: 'P-1', units: 2 }] }))
    expect(status).toBe(201)
    const { payload } = await ns.published(OrderPlaced, (fact) => fact.payload.order === body.order)
    expect(payload.stockedLines.map(({ stockedLine, units }) => [stockedLine, units])).toEqual([['1.1', 1], ['2.1', 2]])
  })
  test.each(['A', 'null', '=1+1', '<script>alert(1)</script>', '^XZ~JA', "'; DROP TABLE orders; --", '山田太郎', '👩‍👩‍👧‍👦'])('BI-A27: for %s', async (name) =>
    expect((await house.place(order({ customer: { name, email: 'a@b.example' } }))).status).toBe(201),
  )
  test.each(['ada@müller.example', 'ada+1@b.example'])('BI-A28: for %s', async (email) => expect((await house.place(order({ customer: { name: 'A', email } }))).status).toBe(201))
  test('with the largest order there is: 500 lines of many pieces', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => ({ product: index % 2 ? 'P-1' : 'B-1', units: 1_000 + index }))
    const { status, body } = await house.place(order({ lines, discountMinor: 12_345 }))
    expect([status, body.code]).toEqual([201, undefined])
    expect((await ns.published(OrderPlaced, (fact) => fact.payload.order === body.order)).payload.stockedLines).toHaveLength(750)
  })
  test('BI-A24: one key for two bodies is refused, the same body in flight is told to wait or answered', async () => {
    const [key, one] = [newReference(), order()]
    const both = await Promise.all([house.place(one, { key }), house.place(one, { key })])
    expect(both.map(({ status }) => status).every((status) => status === 201 || status === 409)).toBe(true)
    expect((await house.place(order(), { key })).body).toMatchObject({ status: 422, code: 'idempotency-key-reused' })
  })
})
