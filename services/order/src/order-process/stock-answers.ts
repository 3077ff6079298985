import type { StockedLine } from '../orders/placed-order.js'
import type { Fulfillment } from './fulfillment.js'

/**
 * All that inventory has said of one stocked line, as sums. Sums do not care in which order facts come,
 * so the same facts always give the same quantities.
 */
export interface StockAnswers {
  /** Units granted so far, by location. */
  readonly granted: Readonly<Record<string, number>>
  /** Units taken back so far, by location. */
  readonly released: Readonly<Record<string, number>>
  /** Units told to wait, by expected date (`''`: not known). May be below zero until the fact that precedes has come. */
  readonly waiting: Readonly<Record<string, number>>
  /** Dates that waiting units were moved away from. */
  readonly moved?: readonly string[]
  /** Waiting units that were granted after all. */
  readonly filled: number
}

/** Key of `waiting` for a date that is not known. */
export const UNKNOWN_DATE = ''

export const noAnswers: StockAnswers = { granted: {}, released: {}, waiting: {}, filled: 0 }

const plus = (sums: Readonly<Record<string, number>>, key: string, units: number): Record<string, number> => ({
  ...sums,
  [key]: (sums[key] ?? 0) + units,
})

export const granted = (answers: StockAnswers, location: string, units: number): StockAnswers => ({
  ...answers,
  granted: plus(answers.granted, location, units),
})

export const released = (answers: StockAnswers, location: string, units: number): StockAnswers => ({
  ...answers,
  released: plus(answers.released, location, units),
})

export const told = (answers: StockAnswers, availableOn: string | null, units: number): StockAnswers => ({
  ...answers,
  waiting: plus(answers.waiting, availableOn ?? UNKNOWN_DATE, units),
  ...(units < 0 ? { moved: [...new Set([...(answers.moved ?? []), availableOn ?? UNKNOWN_DATE])].sort() } : {}),
})

export const filled = (answers: StockAnswers, location: string, units: number): StockAnswers => ({
  ...granted(answers, location, units),
  filled: answers.filled + units,
})

/** Units that wait for one date; null: not known. */
export interface Waiting {
  readonly units: number
  readonly availableOn: string | null
}

/**
 * What waits now, the earliest date first, the unknown last. Inventory moves all that waits for a date at once, so what is left
 * of a date it moved away from was filled before; beyond that a fill takes from the earliest.
 */
export function waitingOf(answers: StockAnswers): Waiting[] {
  const wasMoved = new Set(answers.moved)
  const byDate = Object.entries(answers.waiting).sort(([a], [b]) => compareDates(a, b))
  let gone = answers.filled + byDate.reduce((sum, [, units]) => sum + Math.max(0, -units), 0)
  const left = new Map<string, number>()
  for (const [date, units] of [...byDate.filter(([date]) => wasMoved.has(date)), ...byDate.filter(([date]) => !wasMoved.has(date))]) {
    const taken = Math.min(gone, Math.max(0, units))
    gone -= taken
    left.set(date, units - taken)
  }
  return byDate.flatMap(([date]) => {
    const units = left.get(date) ?? 0
    return units > 0 ? [{ units, availableOn: date === UNKNOWN_DATE ? null : date }] : []
  })
}

const compareDates = (a: string, b: string): number => {
  if (a === b) return 0
  if (a === UNKNOWN_DATE) return 1
  if (b === UNKNOWN_DATE) return -1
  return a < b ? -1 : 1
}

/**
 * Units of a stocked line that are kept at each location and not asked from it, by location.
 * Units that a location could not find (short, or refused) stay asked until inventory has taken them back:
 * only what is released beyond those makes fewer. So it does not matter which of the two facts comes first.
 */
export function freeAt(line: StockedLine, answers: StockAnswers, fulfillments: readonly Fulfillment[]): Map<string, number> {
  const free = new Map<string, number>()
  for (const location of Object.keys(answers.granted).sort()) {
    let asked = 0
    let missing = 0
    for (const fulfillment of fulfillments) {
      if (fulfillment.location !== location) continue
      for (const stocked of fulfillment.stocked) {
        if (stocked.stockedLine !== line.stockedLine) continue
        asked += stocked.units - stocked.back
        missing += stocked.missing
      }
    }
    const units = (answers.granted[location] ?? 0) - asked - Math.max(0, (answers.released[location] ?? 0) - missing)
    if (units > 0) free.set(location, units)
  }
  return free
}
