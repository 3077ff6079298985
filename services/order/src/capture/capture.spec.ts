import { describe, expect, test } from '@jest/globals'
import { aChannel, anOrder, aProduct, someTerms } from '../../test/builders.js'
import { capture, identityOf, knownOf, type Decision, type KnownOrder } from './capture.js'
import { priceSubmission, type PricedOrder } from './price-submission.js'
import { readSubmission } from './read-submission.js'
import type { Refusal } from '../reading/fault.js'
import { contentOf, type Submission } from './submission.js'

const read = (differs: Record<string, unknown> = {}) => readSubmission(anOrder(differs), { unknownProperties: 'refuse' }) as Submission
const priced = (differs: Record<string, unknown>, terms = someTerms()) => priceSubmission(read(differs), terms) as PricedOrder
const refused = (differs: Record<string, unknown>, terms = someTerms()) => {
  const { code, pointer } = priceSubmission(read(differs), terms) as Refusal
  return [code, pointer]
}
let ids = 0
const newId = () => `id-${(ids += 1)}`
const captured = (orders: readonly Submission[], known: ReadonlyMap<string, KnownOrder> = new Map(), terms = someTerms()): Decision[] =>
  capture(orders.map((submission) => ({ submission, contentHash: contentOf(submission) })), known, terms, newId)
const outcomeOf = (decision: Decision | undefined) => (decision?.kind === 'refused' ? decision.refusal.code : decision?.kind)

describe('an order held against channel, catalogue and prices', () => {
  test('is priced by us', () => {
    expect(priced({}, someTerms({ taxPpm: 190_000 }))).toMatchObject({
      payment: { by: 'provider', token: 'tok_ok' },
      totals: { netMinor: 2_000n, taxMinor: 380n, totalMinor: 2_380n },
      stockedLines: [{ stockedLine: '1.1', product: 'P-1', units: 2, perParent: 1, valueMinor: 2_380n }],
    })
  })

  test('BI-A16: the same product on two lines is two lines', () => {
    expect(priced({ lines: [{ product: 'P-1', units: 1 }, { product: 'P-1', units: 2 }] }).stockedLines.map(({ stockedLine, units }) => [stockedLine, units])).toEqual([
      ['1.1', 1],
      ['2.1', 2],
    ])
  })

  test('BI-A17: unknown and inactive products get the same answer', () => {
    const terms = someTerms({ products: [aProduct('P-1', { isActive: false })] })
    const answers = ['P-1', 'P-404'].map((product) => (priceSubmission(read({ lines: [{ product, units: 1 }] }), terms) as Refusal).faults)
    expect(answers[0]).toEqual([{ code: 'unknown-product', pointer: '/lines/0/product', detail: 'No such product is sold here' }])
    expect(answers[1]).toEqual(answers[0])
  })

  test.each([
    [{ totalMinor: 1_999 }, 'amount-mismatch', '/totalMinor'],
    [{ totalMinor: 2_001 }, 'amount-mismatch', '/totalMinor'],
    [{ lines: [{ product: 'P-1', units: 2, unitPriceMinor: 1_001 }] }, 'amount-mismatch', '/lines/0/unitPriceMinor'],
    [{ lines: [{ product: 'P-1', units: 2, taxMinor: 1 }] }, 'amount-mismatch', '/lines/0/taxMinor'],
    [{ lines: [{ product: 'P-1', units: 2, taxMinor: 2_001 }] }, 'invalid-amount', '/lines/0/taxMinor'],
    [{ discountMinor: 2_001 }, 'invalid-amount', '/discountMinor'],
    [{ shippingMinor: 1 }, 'amount-mismatch', '/shippingMinor'],
    [{ currency: 'USD' }, 'invalid-currency', '/currency'],
    [{ currency: 'JPY' }, 'price-missing', '/lines/0/product'],
    [{ channel: 'nobody' }, 'unknown-channel', '/channel'],
    [{ payment: { capturedMinor: 2_000 } }, 'payment-not-expected', '/payment/capturedMinor'],
    [{ placedAt: '2027-01-01T00:00:00Z' }, 'invalid-date', '/placedAt'],
    [{ lines: [{ product: 'P-1', units: 1, options: { colour: 'red' } }] }, 'invalid-option', '/lines/0/options/colour'],
  ])('BI-A18, BI-A19, BI-A21: %j', (differs, code, pointer) => expect(refused(differs)).toEqual([code, pointer]))

  test('the channel’s own discount counts unless the order brings one', () => {
    const terms = someTerms({ channels: [aChannel('web', { discountPpm: 50_000 })] })
    expect(priced({}, terms).totals).toMatchObject({ discountMinor: 100n, totalMinor: 1_900n })
    expect(priced({ discountMinor: 1 }, terms).totals).toMatchObject({ discountMinor: 1n, totalMinor: 1_999n })
  })

  test('a bundle is its components, and its worth is shared by what they cost alone', () => {
    const products = [aProduct('P-1'), aProduct('P-2'), aProduct('B-1', { isStocked: false, components: [{ product: 'P-1', quantity: 1 }, { product: 'P-2', quantity: 2 }] })]
    const terms = someTerms({ products, prices: { 'P-1': 1_000n, 'P-2': 250n, 'B-1': 1_201n } })
    expect(priced({ lines: [{ product: 'B-1', units: 2 }] }, terms).stockedLines).toEqual([
      { line: 1, stockedLine: '1.1', product: 'P-1', units: 2, perParent: 1, valueMinor: 1_601n },
      { line: 1, stockedLine: '1.2', product: 'P-2', units: 4, perParent: 2, valueMinor: 801n },
    ])
  })

  test('a choice costs its delta and is named', () => {
    const choices = [{ code: 'gift', name: 'gift box', priceDeltas: { EUR: 500n }, component: null }]
    const terms = someTerms({ products: [aProduct('P-1', { options: [{ code: 'box', name: 'Box', isRequired: true, choices }] })] })
    expect(refused({}, terms)).toEqual(['option-required', '/lines/0/options/box'])
    const order = priced({ lines: [{ product: 'P-1', units: 1, options: { box: 'gift' } }] }, terms)
    expect(order.orderedLines[0]).toMatchObject({ description: 'Product P-1, gift box', money: [{ netMinor: 1_500n }] })
  })

  test('a bundle with more pieces of a component than a line can take is refused', () => {
    const products = [aProduct('P-1'), aProduct('B-1', { isStocked: false, components: [{ product: 'P-1', quantity: 1_000 }] })]
    expect(refused({ lines: [{ product: 'B-1', units: 1_001 }] }, someTerms({ products, prices: { 'B-1': 1n } }))).toEqual(['invalid-quantity', '/lines/0/units'])
  })

  test('goods beyond 9e15 are no amount', () => {
    expect(refused({ lines: [{ product: 'P-1', units: 1_000_000 }] }, someTerms({ prices: { 'P-1': 9_000_000_001n } }))).toEqual(['invalid-amount', '/lines/0/units'])
  })
})

describe('an order that a marketplace priced', () => {
  const sold = (differs: Record<string, unknown> = {}) => ({
    channel: 'market',
    lines: [{ product: 'P-1', units: 3, unitPriceMinor: 1_190, taxMinor: 554 }],
    discountMinor: 100,
    shippingMinor: 500,
    totalMinor: 3_970,
    payment: { capturedMinor: 3_970 },
    ...differs,
  })

  test('keeps its prices, tax and payment', () => {
    expect(priced(sold())).toMatchObject({ payment: { by: 'channel', capturedMinor: 3_970n }, totals: { netMinor: 2_916n, taxMinor: 554n, discountMinor: 100n, shippingMinor: 500n, totalMinor: 3_970n } })
  })

  test.each([
    [{ totalMinor: 3_971 }, 'amount-mismatch', '/totalMinor'],
    [{ payment: { capturedMinor: 3_969 } }, 'amount-mismatch', '/payment/capturedMinor'],
    [{ totalMinor: undefined }, 'required', '/totalMinor'],
    [{ payment: {} }, 'required', '/payment/capturedMinor'],
    [{ payment: { token: 'tok_ok', capturedMinor: 3_970 } }, 'payment-not-expected', '/payment/token'],
    [{ lines: [{ product: 'P-1', units: 3 }] }, 'required', '/lines/0/unitPriceMinor'],
    [{ discountMinor: 3_100 }, 'invalid-amount', '/lines/0/taxMinor'],
  ])('%j is refused', (differs, code, pointer) => expect(refused(sold(differs))).toEqual([code, pointer]))
})

describe('the same reference', () => {
  test('BI-A22, BI-A23: the same content is the same order, in whatever case; other content is refused', () => {
    const [first, same, sameInLowerCase, other] = captured([read(), read(), read({ reference: 'w-1001' }), read({ priority: 9 })])
    expect([first, same, sameInLowerCase, other].map(outcomeOf)).toEqual(['placed', 'known', 'known', 'order-already-exists'])
    const placed = first?.kind === 'placed' ? first.placed : undefined
    expect(same).toMatchObject({ known: { order: placed?.order, totalMinor: 2_000n } })
  })

  test('in another channel is another order', () => {
    const other = someTerms({ channels: [aChannel('web'), aChannel('app')] })
    expect(captured([read(), read({ channel: 'app' })], new Map(), other).map(outcomeOf)).toEqual(['placed', 'placed'])
  })

  test('stays accepted when its product is gone', () => {
    const [first] = captured([read()])
    if (first?.kind !== 'placed') throw new Error('expected an order')
    const known = new Map([[identityOf(first.placed), knownOf(first.placed)]])
    expect(captured([read()], known, someTerms({ products: [] })).map(outcomeOf)).toEqual(['known'])
  })

  test('means the same whether usual values are said or not', () => {
    const said = read({ delivery: { preference: 'standard', forbiddenModes: [] }, priority: 5, customer: { email: 'ada@example.com', name: ' Ada Lovelace ', language: 'en' } })
    expect(contentOf(said)).toBe(contentOf(read()))
    expect(contentOf(read({ delivery: { forbiddenModes: ['water', 'air'] } }))).toBe(contentOf(read({ delivery: { forbiddenModes: ['air', 'water'] } })))
  })

  test('of a refused order is free: the corrected order is taken', () => {
    expect(captured([read({ totalMinor: 1 }), read()]).map(outcomeOf)).toEqual(['amount-mismatch', 'placed'])
  })
})

describe('a very large order', () => {
  const many = (lines: number) => ({ lines: Array.from({ length: lines }, (_, index) => ({ product: 'B-1', units: 7 + index })), discountMinor: 12_345 })
  const bundleOf = (parts: number, name = 'Bundle') => {
    const numbers = Array.from({ length: parts }, (_, index) => `P-${index}`)
    const products = [...numbers.map((number) => aProduct(number)), aProduct('B-1', { name, isStocked: false, components: numbers.map((product) => ({ product, quantity: 1 })) })]
    return someTerms({ products, prices: { 'B-1': 1_000n }, taxPpm: 190_000, channels: [aChannel('web', { shipping: { kind: 'flat', taxCategory: 'standard', charges: [{ currency: 'EUR', chargeMinor: 4_999n, freeFromMinor: null }] } })] })
  }
  test('of 500 lines is taken', () => expect(priced(many(500), bundleOf(2)).stockedLines).toHaveLength(1_000))
  test('is refused where its messages would not be', () => {
    expect(refused(many(500), bundleOf(3))).toEqual(['too-many-lines', '/lines'])
    expect(refused(many(500), bundleOf(2, '木'.repeat(200)))).toEqual(['too-many-lines', '/lines'])
  })
})
