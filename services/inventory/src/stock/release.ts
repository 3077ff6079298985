import type { Cause, OrderId } from '@waybill/kernel'
import type { GrantedLine } from './facts.js'
import { because, dropRest, giveBackUnits, withDates } from './grants.js'
import { groupKey } from './order-needs.js'
import type { StockBook } from './stock-book.js'

/** The order is confirmed: what is kept for it is firm, and so is what will be. */
export function firm(book: StockBook, order: OrderId, cause: Cause): void {
  const need = book.needs.order(order)
  if (need?.phase !== 'HELD') return
  book.needs.putOrder({ ...need, phase: 'FIRM' }, cause)
  for (const grant of book.needs.grantsOf(order)) if (grant.status === 'HELD') book.needs.putGrant({ ...grant, status: 'FIRM' }, cause)
}

/** The order ended: gives back all that is kept for it, and leaves the queue. */
export function release(book: StockBook, order: OrderId, reason: string, cause: Cause): void {
  const need = book.needs.order(order)
  if (!need || need.phase === 'CLOSED' || need.phase === 'REFUSED') return
  if (need.phase === 'WAITING') book.wake('waiting-order', order, null)
  book.needs.putOrder({ ...need, phase: 'CLOSED' }, cause)
  const why = because(cause, reason)
  const lines: GrantedLine[] = []
  for (const group of book.needs.groupsOf(order)) {
    for (const line of group) {
      lines.push(...giveBackUnits(book, line, line.reserved, why))
      if (line.backordered > 0) book.redated.set(line.product, why)
    }
    if (group[0].backordered > 0) book.wake('backorder-due', groupKey(group[0]), null)
    dropRest(book, group)
    for (const line of book.needs.group(order, group[0].line)) {
      book.needs.putLine(withDates({ ...line, undecided: 0, backordered: 0, dropped: line.dropped + line.undecided + line.backordered }))
    }
  }
  if (lines.length > 0) book.state({ fact: 'StockReleased', order, lines, reason }, cause)
}
