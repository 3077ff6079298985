import type { StockedLine } from '../orders/placed-order.js'
import { countUnits, minus, noUnits, union, type UnitSet } from '../orders/unit-set.js'

/** The numbered units of one ordered line in a fulfillment, and what became of them. Sets only grow, so facts may come in any order and twice. */
export interface FulfillmentLine {
  readonly line: number
  readonly asked: UnitSet
  /** Not found, or refused: free for another fulfillment. */
  readonly short: UnitSet
  readonly dispatched: UnitSet
  readonly delivered: UnitSet
  readonly lost: UnitSet
  readonly returned: UnitSet
}

/** Units of one stocked line that were asked from the location. Unit: each. */
export interface AskedStock {
  readonly stockedLine: string
  readonly units: number
  /** Found, but no longer needed here because a sister component is missing. */
  readonly back: number
  /** Not there: inventory takes them back. */
  readonly missing: number
}

/** The part of the order that one location sends at one time, as the order sees it. */
export interface Fulfillment {
  readonly id: string
  readonly location: string
  readonly requestedAt: string
  /** Why the location, or shipping, would not do it at all. */
  readonly refused: string | null
  readonly dispatchedAt: string | null
  readonly lines: readonly FulfillmentLine[]
  readonly stocked: readonly AskedStock[]
}

/** Units of one ordered line, as messages name them. */
export interface NamedUnits {
  readonly line: number
  readonly unitNumbers: UnitSet
}

export interface ShortLine extends NamedUnits {
  readonly stocked: readonly { readonly stockedLine: string; readonly units: number; readonly missing: number }[]
}

export const askFulfillment = (id: string, location: string, at: Date, units: readonly NamedUnits[], stockedLines: readonly StockedLine[]): Fulfillment => ({
  id,
  location,
  requestedAt: at.toISOString(),
  refused: null,
  dispatchedAt: null,
  lines: units.map(({ line, unitNumbers }) => ({
    line,
    asked: unitNumbers,
    short: noUnits,
    dispatched: noUnits,
    delivered: noUnits,
    lost: noUnits,
    returned: noUnits,
  })),
  stocked: stockedLines.flatMap(({ line, stockedLine, perParent }) => {
    const named = units.find((each) => each.line === line)
    return named ? [{ stockedLine, units: countUnits(named.unitNumbers) * perParent, back: 0, missing: 0 }] : []
  }),
})

/** Units that left, whichever fact said so first. */
export const leftOf = (line: FulfillmentLine): UnitSet => union(line.dispatched, line.delivered, line.lost, line.returned)

/** Whether all of these units have left. */
export const haveLeft = (fulfillments: readonly Fulfillment[], units: readonly NamedUnits[]): boolean =>
  units.every(({ line, unitNumbers }) => {
    const left = fulfillments.flatMap(({ lines }) => lines.filter((each) => each.line === line).map(leftOf))
    return countUnits(minus(unitNumbers, union(...left))) === 0
  })

/** Units the location still has to send. */
export const openOf = (line: FulfillmentLine): UnitSet => minus(minus(line.asked, line.short), leftOf(line))

/** Nothing of it is with the location any more. */
export const isOpen = (fulfillment: Fulfillment): boolean => fulfillment.lines.some((line) => countUnits(openOf(line)) > 0)

type Outcome = 'dispatched' | 'delivered' | 'lost' | 'returned'

/** The named units met this outcome. Units that are not of the fulfillment are left out: nothing was asked of them. */
export const withOutcome = (fulfillment: Fulfillment, outcome: Outcome, units: readonly NamedUnits[]): Fulfillment => ({
  ...fulfillment,
  lines: fulfillment.lines.map((line) => {
    const named = units.filter((each) => each.line === line.line).flatMap((each) => each.unitNumbers)
    return named.length === 0 ? line : { ...line, [outcome]: union(line[outcome], minus(line.asked, minus(line.asked, named))) }
  }),
})

/** The location did not find these. What of a unit's components was found is free again at once; the missing wait for inventory. */
export function withShort(fulfillment: Fulfillment, short: readonly ShortLine[]): Fulfillment {
  const fresh = short.filter(({ line, unitNumbers }) => {
    const known = fulfillment.lines.find((each) => each.line === line)
    return known !== undefined && countUnits(minus(unitNumbers, known.short)) > 0
  })
  return {
    ...fulfillment,
    lines: fulfillment.lines.map((line) => {
      const named = fresh.find((each) => each.line === line.line)
      return named ? { ...line, short: union(line.short, named.unitNumbers) } : line
    }),
    stocked: fulfillment.stocked.map((stocked) => {
      const named = fresh.flatMap((each) => each.stocked).find((each) => each.stockedLine === stocked.stockedLine)
      if (!named) return stocked
      return { ...stocked, back: stocked.back + named.units - named.missing, missing: stocked.missing + named.missing }
    }),
  }
}

/** The location, or shipping, will not do it at all: everything that has not left waits for inventory. */
export function withRefusal(fulfillment: Fulfillment, why: string, stockedLines: readonly StockedLine[]): Fulfillment {
  if (fulfillment.refused !== null) return fulfillment
  const open = new Map(fulfillment.lines.map((line) => [line.line, openOf(line)]))
  return {
    ...fulfillment,
    refused: why,
    lines: fulfillment.lines.map((line) => ({ ...line, short: union(line.short, open.get(line.line) ?? noUnits) })),
    stocked: fulfillment.stocked.map((stocked) => {
      const parent = stockedLines.find((each) => each.stockedLine === stocked.stockedLine)
      const units = parent ? countUnits(open.get(parent.line) ?? noUnits) * parent.perParent : 0
      return { ...stocked, missing: stocked.missing + units }
    }),
  }
}
