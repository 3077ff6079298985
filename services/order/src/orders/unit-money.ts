import type { OrderedLine, UnitMoney } from './placed-order.js'
import type { UnitSet } from './unit-set.js'

export const noMoney: UnitMoney = { netMinor: 0n, taxMinor: 0n, discountMinor: 0n, shippingMinor: 0n, shippingTaxMinor: 0n }

export const addMoney = (a: UnitMoney, b: UnitMoney, times = 1): UnitMoney => ({
  netMinor: a.netMinor + b.netMinor * BigInt(times),
  taxMinor: a.taxMinor + b.taxMinor * BigInt(times),
  discountMinor: a.discountMinor + b.discountMinor * BigInt(times),
  shippingMinor: a.shippingMinor + b.shippingMinor * BigInt(times),
  shippingTaxMinor: a.shippingTaxMinor + b.shippingTaxMinor * BigInt(times),
})

/** What the customer pays for it: the discount is off the net already. */
export const paidFor = (money: UnitMoney): bigint => money.netMinor + money.taxMinor + money.shippingMinor + money.shippingTaxMinor

/** The frozen money of exactly these units of a line. Units are numbered in the order of the runs. Source: domain D12. */
export function moneyOfUnits(line: OrderedLine, units: UnitSet): UnitMoney {
  let sum = noMoney
  let first = 1
  for (const run of line.money) {
    const last = first + run.units - 1
    for (const { from, to } of units) {
      const overlap = Math.min(to, last) - Math.max(from, first) + 1
      if (overlap > 0) sum = addMoney(sum, run, overlap)
    }
    first = last + 1
  }
  return sum
}

/** What the customer pays for exactly these units of an order. Unit: minor units. */
export const priceOf = (
  order: { readonly orderedLines: readonly OrderedLine[] },
  units: readonly { readonly line: number; readonly unitNumbers: UnitSet }[],
): bigint =>
  units.reduce((sum, { line, unitNumbers }) => {
    const ordered = order.orderedLines.find((each) => each.line === line)
    return ordered ? sum + paidFor(moneyOfUnits(ordered, unitNumbers)) : sum
  }, 0n)
