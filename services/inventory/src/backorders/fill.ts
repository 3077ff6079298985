import { chooseLocations, type Portion } from '../sourcing/choose-locations.js'
import type { GrantedLine } from '../stock/facts.js'
import { grant } from '../stock/grants.js'
import type { OrderId, ProductId } from '@waybill/kernel'
import { groupKey, setsOf, type Group } from '../stock/order-needs.js'
import type { StockBook, Why } from '../stock/stock-book.js'
import { queueOrder, touches } from './queue.js'

/** Units became available: those who wait get them, in the order of the queue, each what there is (SHIP_PARTIAL). Source: domain D5. */
export function fill(book: StockBook): void {
  forgive(book)
  const filled = new Map<OrderId, Served>()
  for (const group of book.needs.backordered().filter((each) => touches(each, book.freed)).sort(queueOrder(book.needs))) {
    const why = whyOf(group, book.freed)
    // the rest of a bundle is not locked here: a transaction of its own walks the queue again with all of it
    if (group.some(({ product }) => !book.isLocked(product))) {
      book.wake('fill-queue', group[0].product, book.now)
      continue
    }
    const portions = chooseLocations([book.demandOf(group, setsOf(group, 'backordered'))], book.availableAt)
    if (!why || portions.length === 0) continue
    const entry = filled.get(group[0].order) ?? { reserved: [], filled: [], why }
    for (const portion of portions) serve(book, group, portion, entry)
    filled.set(group[0].order, entry)
    for (const { product } of group) book.redated.set(product, why)
    if (setsOf(book.needs.group(group[0].order, group[0].line), 'backordered') === 0) leaveQueue(book, group, why)
  }
  for (const [order, { reserved, filled: lines, why }] of filled) {
    if (reserved.length > 0) book.state({ fact: 'StockReserved', order, lines: reserved }, why.cause)
    if (lines.length > 0) book.state({ fact: 'BackorderFilled', order, lines }, why.cause)
  }
  for (const [product, why] of book.freed) if (!book.redated.has(product)) book.redated.set(product, why)
}

interface Served {
  readonly reserved: GrantedLine[]
  readonly filled: GrantedLine[]
  readonly why: Why
}

/** Keeps a portion. Sets that nobody was told wait (they wait since this decision) are told as reserved, not as filled. */
function serve(book: StockBook, group: Group, portion: Portion, served: Served): void {
  const key = groupKey(group[0])
  const untold = book.newlyBackordered.get(key)
  const silent = Math.min(portion.sets, untold?.sets ?? 0)
  const keep = (sets: number) => (sets === 0 ? [] : grant(book, group, [{ ...portion, sets }], 'backordered', served.why.cause))
  if (untold && silent === untold.sets) book.newlyBackordered.delete(key)
  else if (untold) book.newlyBackordered.set(key, { ...untold, sets: untold.sets - silent })
  served.reserved.push(...keep(silent))
  served.filled.push(...keep(portion.sets - silent))
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
  book.wake('backorder-due', groupKey(first), null)
  book.chores.push({ kind: 'backorder-overdue', subject: groupKey(first), why: null, owner: 'operator', dueInDays: 0, order: first.order, cause: why.cause })
}

export const whyOf = (group: Group, whys: ReadonlyMap<ProductId, Why>): Why | undefined => group.map(({ product }) => whys.get(product)).find((why) => why !== undefined)
