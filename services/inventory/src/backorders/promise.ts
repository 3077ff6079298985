import { instantAt, plusDays, type BusinessDate, type Cause, type OrderId } from '@waybill/kernel'
import type { BackorderedLine, ReservationFact } from '../stock/facts.js'
import type { NeedLine } from '../stock/order-need.js'
import { groupKey, partsOf, setsOf, type Group } from '../stock/order-needs.js'
import type { StockBook } from '../stock/stock-book.js'
import { Promises, type Promised } from '../supply/promises.js'
import { whyOf } from './fill.js'
import { promiseOrder, touches } from './queue.js'

type ChangedLine = Extract<ReservationFact, { fact: 'BackorderDateChanged' }>['lines'][number]

/**
 * Dates for those who wait: promises made before are kept first, in their order; who is told another date hears of it;
 * who waits since now gets the first day that nobody was promised. Source: domain D2.
 */
export function promise(book: StockBook, dueWithoutDateDays: number): void {
  const promises = new Promises(book.allSupplies(), book.availableAt, (location) => book.today(location))
  for (const { product, country, day, units } of book.promisedBefore) {
    const served = book.atlas.eligible({ country, forbiddenModes: [] }, [product])
    if (served.status === 'served') promises.keepFor(product, served.locations, units, day)
  }
  const waiting = book.needs.backordered()
  const isNew = (group: Group) => book.newlyBackordered.has(groupKey(group[0]))
  const changed = new Told<ChangedLine>()
  for (const group of waiting.filter((each) => !isNew(each)).sort(promiseOrder(book.needs))) {
    const why = whyOf(group, book.redated)
    if (group.some(({ product }) => !book.isLocked(product))) keepAsPromised(book, promises, group)
    else if (!touches(group, book.redated) || !why) promises.promise(askOf(book, group))
    else changed.add(group[0].order, why.cause, redate(book, group, promises.promise(askOf(book, group)), why.reason, dueWithoutDateDays))
  }
  const told = new Told<BackorderedLine>()
  for (const group of waiting.filter(isNew)) {
    const since = book.newlyBackordered.get(groupKey(group[0]))
    if (!since) continue
    const [{ order, promisedOn: old }] = group
    const sets = Math.min(since.sets, setsOf(group, 'backordered'))
    const lines = date(book, group, promises.promise(askOf(book, group)), dueWithoutDateDays)
    const [first] = lines
    const perSet = (stockedLine: string) => group.find((line) => line.stockedLine === stockedLine)?.perParent ?? 0
    told.add(order, since.cause, lines.map((line) => ({ ...line, units: sets * perSet(line.stockedLine) })))
    // part of the line has waited before, with the date that it was told
    const before = lines.map((line) => ({ ...line, units: line.units - sets * perSet(line.stockedLine) })).filter(({ units }) => units > 0)
    if (first && first.availableOn !== old) changed.add(order, since.cause, before.map((line) => dateChange(line, old, since.reason)))
  }
  for (const { order, cause, lines } of told.all()) book.state({ fact: 'StockBackordered', order, lines }, cause)
  for (const { order, cause, lines } of changed.all()) book.state({ fact: 'BackorderDateChanged', order, lines }, cause)
}

const askOf = (book: StockBook, group: Group) => {
  const sets = setsOf(group, 'backordered')
  return { sets, parts: partsOf(group), locations: book.demandOf(group, sets).locations }
}

/** Enters the date of a group; returns its lines as they are now. */
function date(book: StockBook, group: Group, promised: Promised | null, dueWithoutDateDays: number): BackorderedLine[] {
  wakeWhenDue(book, group, promised?.availableOn ?? null, dueWithoutDateDays)
  return group.map((line) => {
    const dated = { ...line, promisedOn: promised?.availableOn ?? null, supply: promised?.supply ?? null }
    book.needs.putLine(dated)
    return { line: line.line, stockedLine: line.stockedLine, product: line.product, units: line.backordered, availableOn: dated.promisedOn, supply: dated.supply }
  })
}

/** Enters the date of a group again; returns the lines whose date is another one. */
function redate(book: StockBook, group: Group, promised: Promised | null, reason: string, dueWithoutDateDays: number): ChangedLine[] {
  const old = group[0].promisedOn
  const next = promised?.availableOn ?? null
  if (old === next && group[0].supply === (promised?.supply ?? null)) return []
  const lines = date(book, group, promised, dueWithoutDateDays)
  if (old === next) return []
  return lines.map((line) => dateChange(line, old, reason))
}

const dateChange = ({ line, stockedLine, product, units, availableOn }: BackorderedLine, old: BusinessDate | null, reason: string): ChangedLine => ({
  line,
  stockedLine,
  product,
  units,
  old,
  new: availableOn,
  reason,
})

/** A bundle of which only some parts are here: its promise is kept as it is. */
function keepAsPromised(book: StockBook, promises: Promises, group: Group): void {
  const { locations } = askOf(book, group)
  const day = group[0].promisedOn
  if (day === null) return
  for (const line of group.filter(({ product }: NeedLine) => book.isLocked(product))) promises.keepFor(line.product, locations, line.backordered, day)
}

/** Nobody waits without a day on which a person looks: the day after the promised one, or a term where no day is known. */
function wakeWhenDue(book: StockBook, group: Group, day: BusinessDate | null, dueWithoutDateDays: number): void {
  const since = (group[0].backorderedAt ?? book.now).getTime()
  const at = day === null ? new Date(since + dueWithoutDateDays * 86_400_000) : instantAt(plusDays(day, 1), '12:00', 'utc')
  book.wake('backorder-due', groupKey(group[0]), at > book.now ? at : new Date(book.now.getTime() + 86_400_000))
}

/** Lines to tell, by order: each order hears once. */
class Told<L> {
  private readonly byOrder = new Map<OrderId, { readonly order: OrderId; readonly cause: Cause; readonly lines: L[] }>()

  add(order: OrderId, cause: Cause, lines: readonly L[]): void {
    if (lines.length === 0) return
    const entry = this.byOrder.get(order) ?? { order, cause, lines: [] }
    entry.lines.push(...lines)
    this.byOrder.set(order, entry)
  }

  all(): { readonly order: OrderId; readonly cause: Cause; readonly lines: readonly L[] }[] {
    return [...this.byOrder.values()]
  }
}
