import { unitNumbersOf, unitRanges, unitsIn, type ProductId, type UnitRange } from '@waybill/kernel'
import { wanted, type FulfillmentLine } from './fulfillment.js'

/** Units of an ordered line that will not be sent, with every product that goes with them. */
export interface DroppedLine {
  readonly line: number
  readonly unitNumbers: readonly UnitRange[]
  /** `units`: not sent. `missing`: of these, how many could not be found; the others are left over from broken bundles. */
  readonly stocked: readonly { readonly stockedLine: string; readonly product: ProductId; readonly units: number; readonly missing: number }[]
}

export interface WholeBundles {
  readonly lines: readonly FulfillmentLine[]
  readonly dropped: readonly DroppedLine[]
  /** Pieces there are too many of now, by stocked line. Unit: each. */
  readonly surplus: ReadonlyMap<string, number>
}

/**
 * Keeps as many whole units of each ordered line as can be made of what there is, and drops the others, highest
 * numbers first. `available`: pieces picked or still to be picked, by stocked line. Unit: each.
 */
export function keepWholeBundles(lines: readonly FulfillmentLine[], available: ReadonlyMap<string, number>): WholeBundles {
  const dropped: DroppedLine[] = []
  const surplus = new Map<string, number>()
  const next = lines.map((line): FulfillmentLine => {
    const have = (stockedLine: string): number => available.get(stockedLine) ?? 0
    const before = unitsIn(line.unitNumbers)
    const after = Math.min(before, ...line.stocked.map(({ stockedLine, perUnit }) => Math.floor(have(stockedLine) / perUnit)))
    const gone = before - after
    const stocked = line.stocked.map((each) => {
      const over = have(each.stockedLine) - after * each.perUnit
      if (over > 0) surplus.set(each.stockedLine, over)
      return { ...each, dropped: each.dropped + gone * each.perUnit }
    })
    if (gone === 0) return line
    const numbers = unitNumbersOf(line.unitNumbers)
    dropped.push({
      line: line.line,
      unitNumbers: unitRanges(numbers.slice(after)),
      stocked: line.stocked.map((each) => ({
        stockedLine: each.stockedLine,
        product: each.product,
        units: gone * each.perUnit,
        missing: Math.max(0, wanted(each) - have(each.stockedLine)),
      })),
    })
    return { ...line, unitNumbers: unitRanges(numbers.slice(0, after)), stocked }
  })
  return { lines: next, dropped, surplus }
}
