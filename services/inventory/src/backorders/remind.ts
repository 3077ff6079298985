import type { Cause, OrderId } from '@waybill/kernel'
import { groupKey, setsOf } from '../stock/order-needs.js'
import type { StockBook } from '../stock/stock-book.js'

/** Who is asked about what did not come has so long. */
export const REMINDER_DUE_DAYS = 2
const DAY_MS = 86_400_000

/** When somebody is asked again: whoever closed the task did not make the goods come. An open task stays the one. */
export const nextReminder = (now: Date): Date => new Date(now.getTime() + (REMINDER_DUE_DAYS + 1) * DAY_MS)

/** A line still waits although its day, or the term for lines without one, is over: somebody has to look. Source: domain flow 2. */
export function remindOfBackorder(book: StockBook, order: OrderId, line: number, cause: Cause): void {
  const group = book.needs.groupsOf(order).find(([first]) => first.line === line)
  if (!group || setsOf(group, 'backordered') === 0) return
  const [{ product, backordered, promisedOn }] = group
  book.wake('backorder-due', groupKey(group[0]), nextReminder(book.now))
  const why = `${backordered} of ${product} are still missing${promisedOn ? `; they were promised for ${promisedOn}` : ' and no date is known'}`
  book.chores.push({ kind: 'backorder-overdue', subject: groupKey(group[0]), why, owner: 'operator', dueInDays: REMINDER_DUE_DAYS, order, cause })
}
