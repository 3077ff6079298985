import { chooseLocations } from '../sourcing/choose-locations.js'
import type { GrantedLine } from '../stock/facts.js'
import { grant } from '../stock/grants.js'
import type { OrderId, ProductId } from '@waybill/kernel'
import { groupKey, setsOf, type Group } from '../stock/order-needs.js'
import type { StockBook, Why } from '../stock/stock-book.js'
import { queueOrder, touches } from './queue.js'

/** Units became available: those who wait get them, in the order of the queue, each what there is (SHIP_PARTIAL). Source: domain D5. */
export function fill(book: StockBook): void {
  forgive(book)
  const filled = new Map<OrderId, { readonly lines: GrantedLine[]; readonly why: Why }>()
  for (const group of book.needs.backordered().filter((each) => touches(each, book.freed)).sort(queueOrder(book.needs))) {
    const why = whyOf(group, book.freed)
    // the rest of a bundle is not locked here: a transaction of its own walks the queue again with all of it
    if (group.some(({ product }) => !book.isLocked(product))) {
      book.wake('fill-queue', group[0].product, book.now)
      continue
    }
    const portions = chooseLocations([book.demandOf(group, setsOf(group, 'backordered'))], book.availableAt)
    if (!why || portions.length === 0) continue
    const entry = filled.get(group[0].order) ?? { lines: [], why }
    entry.lines.push(...grant(book, group, portions, 'backordered', why.cause))
    filled.set(group[0].order, entry)
    for (const { product } of group) book.redated.set(product, why)
    if (setsOf(book.needs.group(group[0].order, group[0].line), 'backordered') === 0) leaveQueue(book, group, why)
  }
  for (const [order, { lines, why }] of filled) book.state({ fact: 'BackorderFilled', order, lines }, why.cause)
  for (const [product, why] of book.freed) if (!book.redated.has(product)) book.redated.set(product, why)
}

/** Nobody avoids a location any more where stock has come in. */
function forgive(book: StockBook): void {
  for (const { product, location } of book.forgiven) {
    for (const group of book.needs.backordered().filter(([first]) => first.avoid.includes(location))) {
      if (!group.some((line) => line.product === product)) continue
      for (const line of group) book.needs.putLine({ ...line, avoid: line.avoid.filter((each) => each !== location) })
    }
  }
}

function leaveQueue(book: StockBook, [first]: Group, why: Why): void {
  book.newlyBackordered.delete(groupKey(first))
  book.wake('backorder-due', groupKey(first), null)
  book.chores.push({ kind: 'backorder-overdue', subject: groupKey(first), why: null, owner: 'operator', dueInDays: 0, order: first.order, cause: why.cause })
}

export const whyOf = (group: Group, whys: ReadonlyMap<ProductId, Why>): Why | undefined => group.map(({ product }) => whys.get(product)).find((why) => why !== undefined)
