import { describe, expect, test } from '@jest/globals'
import { freezeMoney, type OrderCharges, type PricedLine } from './freeze-money.js'

const nineteen = { ratePpm: 190_000 }
const untaxed = { ratePpm: 0 }
const charges = (differs: Partial<OrderCharges> = {}): OrderCharges => ({ pricesIncludeTax: false, discountMinor: 0n, shippingMinor: 0n, shippingTax: untaxed, ...differs })
const line = (units: number, priceMinor: bigint, tax: PricedLine['tax'] = untaxed): PricedLine => ({ units, priceMinor, tax })

describe('money frozen per unit', () => {
  test('3 x 10.00 with 1.00 off: 9.67, 9.67, 9.66', () => {
    const { lines, totals } = freezeMoney([line(3, 1_000n)], charges({ discountMinor: 100n }))
    expect(lines).toEqual([
      [
        { units: 2, netMinor: 967n, taxMinor: 0n, discountMinor: 33n, shippingMinor: 0n, shippingTaxMinor: 0n },
        { units: 1, netMinor: 966n, taxMinor: 0n, discountMinor: 34n, shippingMinor: 0n, shippingTaxMinor: 0n },
      ],
    ])
    expect(totals).toMatchObject({ netMinor: 2_900n, discountMinor: 100n, totalMinor: 2_900n })
  })

  test('tax is rounded once per rate and split to the units', () => {
    const { lines, taxTable, totals } = freezeMoney([line(3, 1_000n, nineteen)], charges({ discountMinor: 100n }))
    expect(lines[0]?.map(({ units, taxMinor }) => [units, taxMinor])).toEqual([
      [2, 184n],
      [1, 183n],
    ])
    expect(taxTable).toEqual([{ ratePpm: 190_000, taxMinor: 551n }])
    expect(totals.totalMinor).toBe(3_451n)
  })

  test('three lines of one cent with 19 % owe one cent of tax together, not none', () => {
    const { totals } = freezeMoney([line(1, 1n, nineteen), line(1, 1n, nineteen), line(1, 1n, nineteen)], charges())
    expect(totals.taxMinor).toBe(1n)
  })

  test('a price with tax keeps its sum: tax is taken from within', () => {
    const { totals } = freezeMoney([line(1, 1_190n, nineteen)], charges({ pricesIncludeTax: true, shippingMinor: 595n, shippingTax: nineteen }))
    expect(totals).toEqual({ netMinor: 1_000n, taxMinor: 190n, discountMinor: 0n, shippingMinor: 500n, shippingTaxMinor: 95n, totalMinor: 1_785n })
  })

  test('shipping goes to lines by worth', () => {
    const { lines } = freezeMoney([line(1, 3_000n), line(1, 1_000n)], charges({ shippingMinor: 499n }))
    expect(lines.map(([run]) => run?.shippingMinor)).toEqual([374n, 125n])
  })

  test('an order for nothing still carries its shipping', () => {
    const { totals } = freezeMoney([line(2, 1_000n)], charges({ discountMinor: 2_000n, shippingMinor: 501n }))
    expect(totals).toMatchObject({ netMinor: 0n, shippingMinor: 501n, totalMinor: 501n })
  })

  test('yen have no decimals and dinars three: the sums are whole minor units', () => {
    expect(freezeMoney([line(3, 333n, { ratePpm: 100_000 })], charges()).totals.totalMinor).toBe(1_099n)
    expect(freezeMoney([line(3, 1_005n, { ratePpm: 50_000 })], charges()).totals.totalMinor).toBe(3_166n)
  })

  test('the tax a channel took is kept as it is', () => {
    const { taxTable, totals } = freezeMoney([line(3, 1_000n, { takenMinor: 478n })], charges({ pricesIncludeTax: true }))
    expect(taxTable).toEqual([{ ratePpm: null, taxMinor: 478n }])
    expect(totals).toMatchObject({ netMinor: 2_522n, taxMinor: 478n, totalMinor: 3_000n })
  })
})
