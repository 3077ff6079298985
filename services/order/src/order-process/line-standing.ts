import { checkedQuantities, type LineQuantities } from '../orders/line-quantities.js'
import type { OrderTerms } from '../orders/order-terms.js'
import type { OrderedLine, StockedLine } from '../orders/placed-order.js'
import { allUnits, countUnits, intersection, minus, union, type UnitSet } from '../orders/unit-set.js'
import type { OrderProcess } from './order-process.js'
import { leftOf, openOf } from './fulfillment.js'
import { freeAt, noAnswers, waitingOf, type StockAnswers, type Waiting } from './stock-answers.js'

/** Where one ordered line stands: computed from what was said and sent, never kept as truth of its own. */
export interface LineStanding {
  readonly line: OrderedLine
  readonly quantities: LineQuantities
  /** Unit numbers that no fulfillment has. */
  readonly open: UnitSet
  /** Whole units that may be asked from a location now; none while inventory's facts contradict the fulfillments. */
  readonly reservedAt: readonly { readonly location: string; readonly units: number }[]
  /** Whole units that wait, the earliest date first. */
  readonly waiting: readonly Waiting[]
  /** More was granted than is open: a fact of another topic is still on its way. */
  readonly isOverAnswered: boolean
}

type Standing = Pick<OrderProcess, 'status' | 'stock' | 'fulfillments'>

/** Asked many times for one state of an order: the answer to the last question about it is remembered with what it was about. */
const remembered = new WeakMap<Standing['stock'], { readonly terms: OrderTerms; readonly process: Standing; readonly standings: readonly LineStanding[] }>()

export function standingsOf(terms: OrderTerms, process: Standing): readonly LineStanding[] {
  const known = remembered.get(process.stock)
  const isSame = known?.terms === terms && known.process.fulfillments === process.fulfillments && known.process.status === process.status
  if (isSame) return known.standings
  const stocked = Map.groupBy(terms.stockedLines, ({ line }) => line)
  const standings = terms.orderedLines.map((line) => standingOf(line, stocked.get(line.line) ?? [], process))
  remembered.set(process.stock, { terms, process, standings })
  return standings
}

function standingOf(line: OrderedLine, stocked: readonly StockedLine[], { status, stock, fulfillments }: Standing): LineStanding {
  const parts = fulfillments.flatMap((fulfillment) => fulfillment.lines.filter((each) => each.line === line.line))
  const inFulfillment = union(...parts.map(openOf))
  const shipped = union(...parts.map(leftOf))
  const delivered = union(...parts.map((part) => part.delivered))
  const returned = minus(union(...parts.map((part) => part.returned)), delivered)
  const lost = minus(minus(union(...parts.map((part) => part.lost)), delivered), returned)
  const open = minus(allUnits(line.units), union(inFulfillment, shipped))
  const openCount = countUnits(open)
  const isOver = status === 'CANCELLED' || status === 'EXPIRED'

  const answers = stocked.map((each) => answersFor(each, stock[each.stockedLine] ?? noAnswers, fulfillments))
  const free = wholeUnitsAt(answers)
  const waiting = wholeUnitsWaiting(answers, sumOf(free))
  const isOverAnswered = sumOf(free) + sumOf(waiting) > openCount

  const reserved = isOver ? 0 : Math.min(openCount, sumOf(free))
  const backordered = isOver ? 0 : Math.min(openCount - reserved, sumOf(waiting))
  return {
    line,
    quantities: checkedQuantities({
      ordered: line.units,
      cancelled: isOver ? openCount : 0,
      unanswered: isOver ? 0 : openCount - reserved - backordered,
      backordered,
      reserved,
      inFulfillment: countUnits(minus(inFulfillment, shipped)),
      shipped: countUnits(shipped),
      delivered: countUnits(delivered),
      lost: countUnits(lost),
      returnedToSender: countUnits(intersection(returned, shipped)),
    }),
    open,
    reservedAt: isOver || isOverAnswered ? [] : free,
    waiting: isOver ? [] : firstWaiting(waiting, backordered),
    isOverAnswered: !isOver && isOverAnswered,
  }
}

interface ComponentAnswers {
  readonly perParent: number
  readonly free: ReadonlyMap<string, number>
  readonly waiting: readonly Waiting[]
}

const answersFor = (line: StockedLine, answers: StockAnswers, fulfillments: OrderProcess['fulfillments']): ComponentAnswers => ({
  perParent: line.perParent,
  free: freeAt(line, answers, fulfillments),
  waiting: waitingOf(answers),
})

/** A unit of the ordered line is reserved when all its components are, at one location. */
function wholeUnitsAt(components: readonly ComponentAnswers[]): { location: string; units: number }[] {
  const [first, ...others] = components
  if (!first) return []
  return [...first.free].flatMap(([location, units]) => {
    const whole = others.reduce(
      (least, { free, perParent }) => Math.min(least, Math.floor((free.get(location) ?? 0) / perParent)),
      Math.floor(units / first.perParent),
    )
    return whole > 0 ? [{ location, units: whole }] : []
  })
}

/**
 * Units beyond the `reserved` ones whose every component is there or told to wait; a unit waits for the latest of its components.
 * Per component, pieces stand in a row: those free first, then those waiting by date; unit k needs pieces up to (k + 1) x perParent.
 */
function wholeUnitsWaiting(components: readonly ComponentAnswers[], reserved: number): Waiting[] {
  const rows = components.map(({ perParent, free, waiting }) => {
    let pieces = [...free.values()].reduce((sum, units) => sum + units, 0)
    const steps: { end: number; availableOn: string | null }[] = [{ end: Math.floor(pieces / perParent), availableOn: 'now' }]
    for (const { units, availableOn } of waiting) {
      pieces += units
      steps.push({ end: Math.floor(pieces / perParent), availableOn })
    }
    return steps
  })
  if (rows.length === 0) return []
  const end = Math.min(...rows.map((steps) => steps.at(-1)?.end ?? 0))
  const bounds = [...new Set([reserved, end, ...rows.flatMap((steps) => steps.map((step) => step.end))])]
    .filter((bound) => bound >= reserved && bound <= end)
    .sort((a, b) => a - b)
  const waiting: Waiting[] = []
  for (const [index, from] of bounds.entries()) {
    const to = bounds[index + 1]
    if (to === undefined) break
    const dates = rows.map((steps) => steps.find((step) => step.end > from)?.availableOn ?? null)
    waiting.push({ units: to - from, availableOn: latestOf(dates) })
  }
  return waiting
}

/** Free at several places counts as waiting without a date: the unit cannot be put together where it is. */
function latestOf(dates: readonly (string | null)[]): string | null {
  const known = dates.filter((date) => date !== null && date !== 'now')
  if (dates.includes(null) || known.length === 0) return null
  return known.reduce((latest, date) => (latest === null || (date !== null && date > latest) ? date : latest), null)
}

function firstWaiting(waiting: readonly Waiting[], units: number): Waiting[] {
  let left = units
  return waiting.flatMap((each) => {
    const taken = Math.min(left, each.units)
    left -= taken
    return taken === 0 ? [] : [{ units: taken, availableOn: each.availableOn }]
  })
}

const sumOf = (parts: readonly { readonly units: number }[]): number => parts.reduce((sum, { units }) => sum + units, 0)
