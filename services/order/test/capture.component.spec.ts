import { describe, expect, test, beforeAll } from '@jest/globals'
import { DeliveryDetailsSet, OrderAccepted, OrderPlaced, OrderRefused, OrderSubmitted, ProductPublished } from '@waybill/contracts'
import { namespace } from '@waybill/testing'
import { anOrder } from './builders.js'
import { newReference, operator, orderHouse, web, type OrderHouse } from './order-house.js'

const ns = await namespace()
let house: OrderHouse
beforeAll(async () => {
  house = await orderHouse(ns)
}, 60_000)

const submit = (payload: Record<string, unknown>) => {
  const { channel, reference } = payload as { channel: string; reference: string }
  return ns.publish(OrderSubmitted, { key: `${channel}:${reference}`, subject: `${channel}:${reference}`, payload: payload as OrderSubmitted })
}

describe('an order over REST', () => {
  test('is priced, kept, and told to the others without personal data', async () => {
    const reference = newReference()
    const { status, body, headers } = await house.place(anOrder({ reference, lines: [{ product: 'P-1', units: 3 }], discountMinor: 100 }))
    expect([status, body]).toEqual([201, { order: expect.any(String), channel: 'web', reference, currency: 'EUR', totalMinor: 4_034, alreadyAccepted: false }])
    expect(headers.get('location')).toBe(`/v1/orders/${body.order}`)
    const placed = await ns.published(OrderPlaced, ({ payload }) => payload.order === body.order)
    expect(placed.payload).toMatchObject({
      brand: 'Acme',
      postalPrefix: '101',
      paidBy: 'provider',
      orderedLines: [{ money: [{ netMinor: 967, shippingMinor: 164 }, { netMinor: 967, shippingMinor: 163 }, { netMinor: 966, shippingMinor: 163 }] }],
      totals: { netMinor: 2_900, discountMinor: 100, shippingMinor: 490, totalMinor: 4_034 },
    })
    expect(JSON.stringify(placed.payload)).not.toMatch(/Ada|Hauptstr|10115/)
    expect((await ns.published(DeliveryDetailsSet, ({ payload }) => payload.order === body.order)).payload).toMatchObject({ name: 'Ada Lovelace', street: 'Hauptstr. 1' })
  })

  test('BI-A22: again is the same order, with other content it is refused, and both say where it is', async () => {
    const order = anOrder({ reference: newReference() })
    const first = await house.place(order)
    const again = await house.place(order)
    expect([again.status, again.body]).toEqual([200, { ...first.body, alreadyAccepted: true }])
    const lower = await house.place({ ...order, reference: (order['reference'] as string).toLowerCase() })
    expect([lower.status, lower.body.order]).toEqual([200, first.body.order])
    const other = await house.place({ ...order, priority: 9 })
    expect([other.status, other.body.code, other.body.errors[0].pointer]).toEqual([409, 'order-already-exists', '/reference'])
    expect(other.body.detail).toContain(first.body.order)
  })

  test('with the same key is answered as before, and a refused call can be made again once the catalogue is right', async () => {
    const order = anOrder({ reference: newReference(), lines: [{ product: 'P-late', units: 1 }] })
    const key = newReference()
    const refused = await house.place(order, { key })
    expect([refused.status, refused.body.code]).toEqual([422, 'unknown-product'])
    await house.api.post('/v1/products', { product: 'P-late', name: 'Late', weightGrams: 1 }, operator)
    await house.api.post('/v1/prices', { channel: 'web', currency: 'EUR', product: 'P-late', priceMinor: 10 }, operator)
    const placed = await house.place(order, { key })
    expect(placed.status).toBe(201)
    const replayed = await house.place(order, { key })
    expect([replayed.status, replayed.body, replayed.headers.get('idempotent-replayed')]).toEqual([201, placed.body, 'true'])
  })

  test('five identical calls at once make one order', async () => {
    const order = anOrder({ reference: newReference() })
    const answers = await Promise.all(Array.from({ length: 5 }, () => house.place(order)))
    expect(new Set(answers.map(({ body }) => body.order)).size).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201])
  })

  test('of another channel is not this channel’s to hand in', async () => {
    const { status, body } = await house.place(anOrder({ channel: 'market', reference: newReference() }))
    expect([status, body.code]).toEqual([403, 'forbidden'])
  })

  test('sees a price that was just changed', async () => {
    const order = () => anOrder({ channel: 'plain', reference: newReference(), lines: [{ product: 'P-2', units: 1 }], deliveryAddress: { street: 'S', city: 'C', country: 'FR' } })
    const agent = { role: 'agent', name: 'Ann', channel: undefined } as never
    expect((await house.place(order(), agent)).body.totalMinor).toBe(250)
    expect((await house.api.post('/v1/prices', { channel: 'plain', currency: 'EUR', product: 'P-2', priceMinor: 260 }, operator)).status).toBe(201)
    expect((await house.api.post('/v1/prices', { channel: 'plain', currency: 'EUR', product: 'P-2', priceMinor: 990, from: '2099-01-01' }, operator)).status).toBe(201)
    expect((await house.place(order(), agent)).body.totalMinor).toBe(260)
    const { body } = await house.api.get('/v1/prices?channel=plain&product=P-2', operator)
    expect(body.items.map(({ priceMinor }: { priceMinor: number }) => priceMinor)).toEqual([250, 260, 990])
  })

  test('in yen and dinars is exact', async () => {
    const exact = async (currency: string, units: number) => (await house.place(anOrder({ reference: newReference(), currency, lines: [{ product: 'P-1', units }] }))).body.totalMinor
    expect(await exact('JPY', 3)).toBe(3_600 + 684)
    expect(await exact('KWD', 1)).toBe(3_255 + 618)
  })

  test('of bundles and configured products names what leaves the shelf', async () => {
    const { body } = await house.place(anOrder({ reference: newReference(), lines: [{ product: 'B-1', units: 2 }, { product: 'C-1', units: 1, options: { box: 'gift' } }] }))
    const { payload } = await ns.published(OrderPlaced, (fact) => fact.payload.order === body.order)
    expect(payload.stockedLines.map(({ stockedLine, product, units }) => `${stockedLine} ${product} ${units}`)).toEqual(['1.1 P-1 2', '1.2 P-2 4', '2.1 C-1 1', '2.2 P-3 1'])
  })
})

describe('orders in bulk', () => {
  test('each have their outcome; the good ones are placed', async () => {
    const good = anOrder({ reference: newReference() })
    const orders = [good, anOrder({ reference: newReference(), lines: [] }), good, { ...good, priority: 1 }, anOrder({ reference: newReference() })]
    const { status, body } = await house.api.post('/v1/orders/bulk', { orders }, web)
    expect(status).toBe(200)
    expect(body.outcomes.map(({ row, status: outcome, code, isNew }: Record<string, unknown>) => [row, outcome, code ?? isNew])).toEqual([
      [0, 'accepted', true],
      [1, 'refused', 'lines-required'],
      [2, 'accepted', false],
      [3, 'refused', 'order-already-exists'],
      [4, 'accepted', true],
    ])
  })

  test('are at most 500', async () => {
    const { status, body } = await house.api.post('/v1/orders/bulk', { orders: Array.from({ length: 501 }, () => null) }, web)
    expect([status, body.code]).toEqual([422, 'too-many-items'])
  })
})

describe('an order over Kafka', () => {
  test('is accepted on the replies topic; the same message or the same order again is answered with the same id', async () => {
    const reference = newReference()
    await submit(anOrder({ reference }))
    const accepted = await ns.published(OrderAccepted, ({ payload }) => payload.reference === reference)
    expect(accepted.payload).toMatchObject({ channel: 'web', totalMinor: 2_963, currency: 'EUR', alreadyAccepted: false })
    await submit(anOrder({ reference }))
    const again = await ns.published(OrderAccepted, ({ payload }) => payload.reference === reference && payload.alreadyAccepted)
    expect(again.payload.order).toBe(accepted.payload.order)
    expect((await house.place(anOrder({ reference }))).body.order).toBe(accepted.payload.order)
  })

  test.each([
    ['unknown-product', '/lines/0/product', { lines: [{ product: 'P-404', units: 1 }] }],
    ['unknown-channel', '/channel', { channel: 'nobody' }],
    ['invalid-currency', '/currency', { currency: 'USD' }],
    ['amount-mismatch', '/totalMinor', { totalMinor: 1 }],
    ['invalid-reference', '/reference', { reference: '../x' }],
    ['invalid-character', '/customer/name', { customer: { name: 'A\u202Eb', email: 'a@b.example' } }],
    ['invalid-email', '/customer/email', { customer: { name: 'Ada', email: 'a@b.example\nBcc: c@d.example' } }],
  ])('is refused with %s on the replies topic', async (code, pointer, differs) => {
    const order = anOrder({ reference: newReference(), ...differs })
    await submit(order)
    const refused = await ns.published(OrderRefused, ({ payload }) => payload.reference === order['reference'] && payload.channel === order['channel'])
    expect(refused.payload).toMatchObject({ code, pointer })
  })

  test('that was refused is kept sealed, not readable in the table', async () => {
    const order = anOrder({ reference: newReference(), totalMinor: 1, customer: { name: 'Canary Bird', email: 'canary@example.com' } })
    await submit(order)
    await ns.published(OrderRefused, ({ payload }) => payload.reference === order['reference'])
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: house.app.database })
    await client.connect()
    const { rows } = await client.query('SELECT r.sealed, r::text AS seen, k.key FROM refused_input r JOIN input_keys k USING (id) WHERE reference = $1', [order['reference']])
    await client.end()
    expect(rows[0].seen).not.toContain(Buffer.from('Canary').toString('hex'))
    const { unseal } = await import('../src/postgres/sealed-input.js')
    expect(JSON.parse(unseal(rows[0].key, rows[0].sealed))).toEqual(order)
  })
})

describe('the catalogue', () => {
  test('is published, once per version', async () => {
    const declare = (name: string) => house.api.post('/v1/products', { product: 'P-pub', name, weightGrams: 10, handling: ['fragile', 'liquid'] }, operator)
    expect((await declare('One')).body).toEqual({ status: 'created', version: 1 })
    expect((await declare('One')).body).toEqual({ status: 'unchanged', version: 1 })
    expect((await declare('Two')).body).toEqual({ status: 'updated', version: 2 })
    await ns.published(ProductPublished, ({ payload }) => payload.product === 'P-pub' && payload.version === 2)
    const facts = (await ns.allPublished(ProductPublished)).filter(({ payload }) => payload.product === 'P-pub')
    expect(facts.map(({ payload }) => [payload.version, payload.name, payload.handling])).toEqual([
      [1, 'One', ['fragile', 'liquid']],
      [2, 'Two', ['fragile', 'liquid']],
    ])
  })

  test('is listed page by page', async () => {
    const first = await house.api.get('/v1/products?limit=2', operator)
    const second = await house.api.get(`/v1/products?limit=200&cursor=${first.body.next}`, operator)
    expect(first.body.items).toHaveLength(2)
    expect(second.body.items[0].product > first.body.items[1].product).toBe(true)
    expect((await house.api.get('/v1/products?limit=0', operator)).body.code).toBe('invalid-page')
    expect((await house.api.get('/v1/products/B-1', operator)).body).toMatchObject({ product: 'B-1', stocked: false, components: [{ product: 'P-1', quantity: 1 }, { product: 'P-2', quantity: 2 }] })
    expect((await house.api.get('/v1/channels', operator)).body.items.map(({ code }: { code: string }) => code)).toEqual(['market', 'plain', 'web'])
    expect((await house.api.get('/v1/tax-rates', operator)).body.items).toEqual([{ country: 'DE', region: null, category: 'standard', ratePercent: '19', from: '2020-01-01T00:00:00.000Z' }])
  })

  test('takes the same file twice, and says row by row what it made of it', async () => {
    const rows = [
      { product: 'P-1', name: 'Product P-1', weightGrams: 500 },
      { product: 'P-x', name: '', weightGrams: 0 },
      { product: 'B-x', name: 'Bundle', weightGrams: 1, stocked: false, components: [{ product: 'P-404' }] },
    ]
    const { body } = await house.api.post('/v1/products/import', { rows }, operator)
    expect(body.outcomes.map(({ status, code, pointer }: Record<string, string>) => [status, code, pointer])).toEqual([
      ['unchanged', undefined, undefined],
      ['refused', 'required', '/name'],
      ['refused', 'unknown-component', '/components'],
    ])
    const price = { channel: 'plain', currency: 'EUR', product: 'P-1', priceMinor: 1_000 }
    const prices = await house.api.post('/v1/prices/import', { rows: [price, { ...price, channel: 'nobody' }, { ...price, currency: 'USD' }, { ...price, product: 'P-404' }, { ...price, priceMinor: 1.5 }] }, operator)
    expect(prices.body.outcomes.map(({ status, code }: Record<string, string>) => code ?? status)).toEqual(['unchanged', 'unknown-channel', 'invalid-currency', 'unknown-product', 'invalid-amount'])
  })

  test('is not a channel’s to change', async () => {
    expect((await house.api.post('/v1/prices', {}, web)).status).toBe(403)
  })
})
