import type { Cause, OrderId } from '@waybill/kernel'
import { groupKey, setsOf } from '../stock/order-needs.js'
import type { StockBook } from '../stock/stock-book.js'

/** A line still waits although its day, or the term for lines without one, is over: somebody has to look. Source: domain flow 2. */
export function remindOfBackorder(book: StockBook, order: OrderId, line: number, cause: Cause): void {
  const group = book.needs.groupsOf(order).find(([first]) => first.line === line)
  if (!group || setsOf(group, 'backordered') === 0) return
  const [{ product, backordered, promisedOn }] = group
  const why = `${backordered} of ${product} are still missing${promisedOn ? `; they were promised for ${promisedOn}` : ' and no date is known'}`
  book.chores.push({ kind: 'backorder-overdue', subject: groupKey(group[0]), why, owner: 'operator', dueInDays: 2, order, cause })
}
