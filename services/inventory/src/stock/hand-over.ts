import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import type { GrantedLine } from './facts.js'
import { because, consumeUnits, giveBackUnits, withDates } from './grants.js'
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
  const released: GrantedLine[] = []
  const why = because(cause, 'shipped-from-elsewhere')
  for (const { stockedLine, lots } of lines) {
    const line = book.needs.line(order, stockedLine)
    if (!line) continue
    const units = lots.reduce((sum, lot) => sum + lot.units, 0)
    if (units === 0) continue
    for (const { lot, units: each } of lots) leave(book, line, location, lot, each, cause)
    const share = book.needs.share(order, fulfillment, stockedLine)
    // displaced units are kept elsewhere: what the floor found all the same is taken from there. Of a share whose request
    // is still on its way (units 0) nothing can be known to be displaced
    const kept = share && share.units > 0 ? Math.min(units, pendingOf(share)) : units
    const uncovered = units - kept + consumeUnits(book, line, kept, location, cause)
    if (uncovered > 0) released.push(...pull(book, line, uncovered, location, cause))
    const before = share ?? { fulfillment, order, location, stockedLine, units: 0, consumed: 0, dropped: 0, displaced: 0 }
    book.needs.putShare({ ...before, consumed: before.consumed + units, displaced: Math.max(0, before.displaced - Math.max(0, uncovered)) })
    consumed.push({ line: line.line, stockedLine, product: line.product, units })
  }
  if (released.length > 0) book.state({ fact: 'StockReleased', order, lines: released, reason: why.reason }, cause)
  book.state({ fact: 'StockConsumed', order, fulfillment, location, lines: consumed }, cause)
  // a unit neither shipped nor reported missing would stay reserved for ever
  book.needs.putFulfillment({ fulfillment, order, location, status: 'HANDED_OVER' })
  if (known) resourceAll(book, fulfillment, 'HANDED_OVER', cause)
}

/** Units of a lot leave by the account `shipped`. */
function leave(book: StockBook, { product }: NeedLine, location: LocationId, lot: string | null, units: number, cause: Cause): void {
  const missing = units - heldBy(book, { product, location, lot: undefined }).onHand
  if (missing > 0) {
    find(book, { product, location, lot, expiresOn: null, bin: null, units: missing, reason: 'shipped-but-not-on-the-books', filedByWarehouse: true }, cause)
    askForCount(book, product, location, `${missing} units were shipped that the books did not have`, cause)
  }
  const draws = draw(book.counts.lotsOf(product, location), lot, units, ['on-hand', 'blocked'])
  for (const { lot: drawn, from, units: taken } of draws) {
    book.counts.move({ product, location, lot: drawn, from, to: 'shipped', units: taken, reason: 'handed-over', cause })
  }
  if (unitsIn(draws) > 0) book.lose(product, location, because(cause, 'shipped'))
}

/** Units that left without being kept at their location: the line no longer needs them from elsewhere, nor from the queue. */
function pull(book: StockBook, { order, stockedLine }: NeedLine, units: number, location: LocationId, cause: Cause): GrantedLine[] {
  const why = because(cause, 'shipped-from-elsewhere')
  const lineNow = () => book.needs.line(order, stockedLine)
  const asked = lineNow()
  if (!asked) return []
  const released: GrantedLine[] = []
  const fromQueue = Math.min(units, asked.backordered)
  if (fromQueue > 0) book.needs.putLine(withDates({ ...asked, backordered: asked.backordered - fromQueue, consumed: asked.consumed + fromQueue }))
  if (fromQueue > 0) book.redated.set(asked.product, why)
  const line = lineNow()
  if (line && units > fromQueue) {
    released.push(...giveBackUnits(book, line, units - fromQueue, why))
    const given = released.reduce((sum, each) => sum + each.units, 0)
    const after = lineNow()
    if (after) book.needs.putLine({ ...after, undecided: after.undecided - given, consumed: after.consumed + given })
    const over = units - fromQueue - given
    if (over > 0) askForCount(book, line.product, location, `${over} units left for an order that did not need them`, cause)
  }
  return released
}
