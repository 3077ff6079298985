import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { freezeMoney, type OrderCharges, type PricedLine } from './freeze-money.js'

const tax = fc.constantFrom(0, 55_000, 70_000, 190_000, 250_000).map((ratePpm) => ({ ratePpm }))
const line = fc.record({ units: fc.integer({ min: 1, max: 9 }), priceMinor: fc.bigInt(0n, 30_000n), tax }) satisfies fc.Arbitrary<PricedLine>
const order = fc.tuple(
  fc.array(line, { minLength: 1, maxLength: 6 }),
  fc.record({ pricesIncludeTax: fc.boolean(), shippingMinor: fc.bigInt(0n, 2_000n), shippingTax: tax }),
  fc.integer({ min: 0, max: 100 }),
)
const goodsOf = (lines: readonly PricedLine[]) => lines.reduce((sum, { units, priceMinor }) => sum + priceMinor * BigInt(units), 0n)
const frozen = ([lines, rest, percentOff]: [PricedLine[], Omit<OrderCharges, 'discountMinor'>, number]) => {
  const charges = { ...rest, discountMinor: (goodsOf(lines) * BigInt(percentOff)) / 100n }
  return { lines, charges, money: freezeMoney(lines, charges) }
}

describe('whatever is ordered', () => {
  test('every unit has its money, and the parts sum to the whole', () => {
    fc.assert(
      fc.property(order, (drawn) => {
        const { lines, charges, money } = frozen(drawn)
        money.lines.forEach((runs, index) => expect(runs.reduce((sum, run) => sum + run.units, 0)).toBe(lines[index]?.units))
        const { totals } = money
        expect(totals.discountMinor).toBe(charges.discountMinor)
        const paid = money.lines.flat().reduce((sum, run) => sum + (run.netMinor + run.taxMinor + run.shippingMinor + run.shippingTaxMinor) * BigInt(run.units), 0n)
        expect(paid).toBe(totals.totalMinor)
        const amount = goodsOf(lines) - charges.discountMinor + charges.shippingMinor
        expect(totals.totalMinor).toBe(charges.pricesIncludeTax ? amount : amount + totals.taxMinor + totals.shippingTaxMinor)
      }),
    )
  })

  test('the tax table is the sum of the lines', () => {
    fc.assert(
      fc.property(order, (drawn) => {
        const { totals, taxTable } = frozen(drawn).money
        expect(taxTable.reduce((sum, row) => sum + row.taxMinor, 0n)).toBe(totals.taxMinor + totals.shippingTaxMinor)
      }),
    )
  })

  test('no unit owes less than nothing, and units of a line differ by the rounding only', () => {
    fc.assert(
      fc.property(order, (drawn) => {
        for (const runs of frozen(drawn).money.lines) {
          for (const { units: _, ...money } of runs) expect(Object.values(money).every((minor) => minor >= 0n)).toBe(true)
          const nets = runs.map((run) => run.netMinor)
          const spread = nets.reduce((a, b) => (a > b ? a : b)) - nets.reduce((a, b) => (a < b ? a : b))
          expect(spread).toBeLessThanOrEqual(2n)
        }
      }),
    )
  })
})
