import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import type { GrantedLine } from './facts.js'
import { because, consumeUnits, displaceUncovered, giveBackUnits, grantUnits } from './grants.js'
import { find } from './adjust.js'
import { askForCount, heldBy, unitsIn } from './holding.js'
import { pendingOf, type NeedLine } from './order-need.js'
import type { StockBook } from './stock-book.js'
import { draw } from './stock-counts.js'
import { resourceAll } from './resource.js'

/** What left the house with a carrier. */
export interface HandedOver {
  readonly order: OrderId
  readonly fulfillment: FulfillmentId
  readonly location: LocationId
  readonly lines: readonly { readonly stockedLine: string; readonly lots: readonly { readonly lot: string | null; readonly units: number }[] }[]
}

/**
 * Units left: they are no longer on hand, and no longer reserved. That is a physical fact: where the books do not have
 * the units, they are found first and a count is asked for. What was asked for and did not leave is served again.
 */
export function handOver(book: StockBook, { order, fulfillment, location, lines }: HandedOver, cause: Cause): void {
  const known = book.needs.fulfillment(fulfillment)
  if (known?.status === 'HANDED_OVER') return
  const consumed: Omit<GrantedLine, 'location' | 'grant'>[] = []
  const brought: Brought = { released: [], reserved: [], filled: [] }
  for (const { stockedLine, lots } of lines) {
    const line = book.needs.line(order, stockedLine)
    const units = lots.reduce((sum, lot) => sum + lot.units, 0)
    if (!line || units === 0) continue
    for (const { lot, units: each } of lots) leave(book, line, location, lot, each, cause)
    const share = book.needs.share(order, fulfillment, stockedLine)
    // displaced units are kept elsewhere: what the floor found all the same is brought back from there. Of a share whose
    // request is still on its way (units 0) nothing can be known to be displaced
    const kept = share && share.units > 0 ? Math.min(units, pendingOf(share)) : units
    const uncovered = units - kept + consumeUnits(book, line, kept, location, cause)
    if (uncovered > 0) bringBack(book, line, uncovered, location, brought, cause)
    const before = share ?? { fulfillment, order, location, stockedLine, units: 0, consumed: 0, dropped: 0, displaced: 0 }
    book.needs.putShare({ ...before, consumed: before.consumed + units, displaced: Math.max(0, before.displaced - Math.max(0, uncovered)) })
    consumed.push({ line: line.line, stockedLine, product: line.product, units })
  }
  const { released, reserved, filled } = brought
  if (released.length > 0) book.state({ fact: 'StockReleased', order, lines: released, reason: 'shipped-from-elsewhere' }, cause)
  if (reserved.length > 0) book.state({ fact: 'StockReserved', order, lines: reserved }, cause)
  if (filled.length > 0) book.state({ fact: 'BackorderFilled', order, lines: filled }, cause)
  book.state({ fact: 'StockConsumed', order, fulfillment, location, lines: consumed }, cause)
  book.needs.putFulfillment({ fulfillment, order, location, status: 'HANDED_OVER' })
  // a unit neither shipped nor reported missing would stay reserved for ever
  if (known) resourceAll(book, fulfillment, 'HANDED_OVER', cause)
}

/** What had to be granted at the location after all, because it left from there. */
interface Brought {
  readonly released: GrantedLine[]
  readonly reserved: GrantedLine[]
  readonly filled: GrantedLine[]
}

/** Units of a lot leave by the account `shipped`. */
function leave(book: StockBook, { product }: NeedLine, location: LocationId, lot: string | null, units: number, cause: Cause): void {
  const missing = units - heldBy(book, { product, location, lot: undefined }).onHand
  if (missing > 0) {
    // the floor was told when the books lost them, and owes them since: it has to hear that they are back
    find(book, { product, location, lot, expiresOn: null, bin: null, units: missing, reason: 'shipped-but-not-on-the-books', filedByWarehouse: false }, cause)
    askForCount(book, product, location, `${missing} units were shipped that the books did not have`, cause)
  }
  const draws = draw(book.counts.lotsOf(product, location), lot, units, ['on-hand', 'blocked'])
  for (const { lot: drawn, from, units: taken } of draws) {
    book.counts.move({ product, location, lot: drawn, from, to: 'shipped', units: taken, reason: 'handed-over', cause })
  }
  if (unitsIn(draws) > 0) book.lose(product, location, because(cause, 'shipped'))
}

/** Units left without being kept at their location: they are granted there after all, from the queue or from where they are kept, and consumed. */
function bringBack(book: StockBook, { order, stockedLine, product }: NeedLine, units: number, location: LocationId, brought: Brought, cause: Cause): void {
  const why = because(cause, 'shipped-from-elsewhere')
  const take = (from: 'undecided' | 'backordered', count: number): GrantedLine[] => {
    const line = book.needs.line(order, stockedLine)
    if (!line || count === 0) return []
    const grantedHere = grantUnits(book, line, location, count, from, cause)
    consumeUnits(book, line, count, location, cause)
    return [grantedHere]
  }
  const asked = book.needs.line(order, stockedLine)
  const fromQueue = Math.min(units, asked?.backordered ?? 0)
  if (fromQueue > 0) book.redated.set(product, why)
  brought.filled.push(...take('backordered', fromQueue))
  const given = asked && units > fromQueue ? giveBackUnits(book, asked, units - fromQueue, why) : []
  for (const each of given) if (asked) displaceUncovered(book, asked, each.location)
  brought.released.push(...given)
  const moved = given.reduce((sum, each) => sum + each.units, 0)
  brought.reserved.push(...take('undecided', moved))
  const over = units - fromQueue - moved
  if (over > 0) askForCount(book, product, location, `${over} units left for an order that did not need them`, cause)
}
