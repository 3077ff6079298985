import type { Brand } from './brand.js'
import { invariant } from './invariant.js'

/** A number of pieces. Unit: each. Limit: 0 to 1,000,000, so that every sum stays exact. */
export type Quantity = Brand<number, 'Quantity'>

/** The most pieces one line can name. */
export const UNITS_MAX = 1_000_000

/** Throws: InvariantBroken if the number is not a whole number of pieces from 0 to 1,000,000. */
export function quantity(units: number): Quantity {
  invariant(Number.isInteger(units) && units >= 0 && units <= UNITS_MAX, 'a quantity is a whole number from 0 to 1,000,000', { units })
  return units as Quantity
}

/** A run of unit numbers of one ordered line, both ends included. The first unit of a line is 1. */
export interface UnitRange {
  readonly from: number
  readonly to: number
}

export const unitsIn = (ranges: readonly UnitRange[]): number => ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)

/** The single numbers of the runs, ascending. */
export const unitNumbersOf = (ranges: readonly UnitRange[]): number[] =>
  ranges.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index)).sort((a, b) => a - b)

/** The shortest list of runs that names exactly these numbers. */
export function unitRanges(numbers: Iterable<number>): UnitRange[] {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b)
  const ranges: { from: number; to: number }[] = []
  for (const number of sorted) {
    const last = ranges.at(-1)
    if (last && number === last.to + 1) last.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges
}

/** What is in `ranges` and not in `taken`. */
export function withoutUnits(ranges: readonly UnitRange[], taken: readonly UnitRange[]): UnitRange[] {
  const gone = new Set(unitNumbersOf(taken))
  return unitRanges(unitNumbersOf(ranges).filter((number) => !gone.has(number)))
}

/** The lowest `units` numbers of the runs. Throws: InvariantBroken if there are fewer. */
export function lowestUnits(ranges: readonly UnitRange[], units: number): UnitRange[] {
  const numbers = unitNumbersOf(ranges)
  invariant(numbers.length >= units, 'a line has as many free units as are taken', { free: numbers.length, units })
  return unitRanges(numbers.slice(0, units))
}
