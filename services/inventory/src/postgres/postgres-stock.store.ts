import { Injectable } from '@nestjs/common'
import { crashPoint, type Cause, type ProductId } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import { fill } from '../backorders/fill.js'
import { promise } from '../backorders/promise.js'
import { publish } from '../published-events.js'
import { Atlas } from '../sourcing/atlas.js'
import { displace, LockMissed } from '../stock/displace.js'
import { OrderNeeds } from '../stock/order-needs.js'
import { StockBook, type Chore } from '../stock/stock-book.js'
import { StockCounts } from '../stock/stock-counts.js'
import { overcommitted } from '../stock/stock-level.js'
import { StockStore, type Answered, type Touch } from '../stock/stock.store.js'
import { StockRules } from '../stock/stock-rules.js'
import * as read from './read-stock.js'
import { writeStock } from './write-stock.js'

/** Serialization failure: whoever retries transactions retries this one, and then finds all it has to lock. */
const BEGIN_AGAIN = '40001'
const DAY_MS = 86_400_000

@Injectable()
export class PostgresStockStore extends StockStore {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly rules: StockRules,
  ) {
    super()
  }

  async change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    touch: (input: I) => Touch,
    act: (book: StockBook, fresh: readonly I[]) => readonly R[] | void,
  ): Promise<readonly Answered<R>[]> {
    return this.uow.change(inputs, async (tx, fresh) => {
      try {
        const book = await openBook(tx, fresh.map(touch))
        const results = act(book, fresh)
        await this.settle(tx, book)
        await writeStock(tx, book)
        tell(tx, book)
        return results
      } catch (error) {
        if (error instanceof LockMissed) throw Object.assign(new Error(error.message, { cause: error }), { code: BEGIN_AGAIN })
        throw error
      }
    })
  }

  /** Reads what only now is known to be needed, then brings promises, queue and dates in order. */
  private async settle(tx: Tx, book: StockBook): Promise<void> {
    const excess = book.counts.overcommitted().map((level) => ({ ...level, units: overcommitted(level) }))
    if (excess.length > 0) {
      const known = book.needs.all().map(({ order }) => order)
      book.needs.adopt(await read.wholeOrders(tx, await read.youngestAt(tx, excess, known)))
      await adoptLanes(tx, book)
      displace(book)
    }
    const products = book.productsToQueue()
    if (products.length === 0) return
    if (book.isQueueTouched) book.needs.adopt(await read.queueOf(tx, products))
    if (book.needs.backordered().length === 0) return
    const supplies = await read.outstandingSupplies(tx, products)
    book.adoptSupplies(supplies)
    // who only joins the end of a queue need not read it, only what was promised before by day: a queue may be long
    if (!book.isQueueTouched && supplies.length > 0) book.promisedBefore = await read.promisedBefore(tx, products)
    await adoptLanes(tx, book, book.promisedBefore.map(({ country }) => country))
    crashPoint('C27-receipt-to-backorder-fill')
    fill(book)
    promise(book, this.rules.dueWithoutDateDays)
  }
}

async function openBook(tx: Tx, touches: readonly Touch[]): Promise<StockBook> {
  const orders = unique(touches.flatMap((touch) => touch.orders ?? []))
  const supplies = unique(touches.flatMap((touch) => touch.supplies ?? []))
  const codes = unique(touches.flatMap((touch) => touch.supplyCodes ?? []))
  const named = unique([
    ...touches.flatMap((touch) => touch.products ?? []),
    ...(orders.length > 0 ? await read.productsOfOrders(tx, orders) : []),
    ...(supplies.length > 0 ? await read.productsOfSupplies(tx, supplies) : []),
  ])
  const products = unique([...named, ...(await read.bundleMates(tx, named))])
  await read.lockProducts(tx, products)
  const levels = await read.levelsOf(tx, products)
  const withLots = touches.some((touch) => touch.lots)
  const lots = withLots ? await read.lotsOf(tx, products, unique(touches.flatMap((touch) => touch.lots ?? []))) : []
  const needs = new OrderNeeds(orders.length > 0 ? await read.wholeOrders(tx, orders) : { orders: [], lines: [] })
  const atlas = new Atlas(await read.sites(tx), [], await read.knownProducts(tx, products))
  const announced = supplies.length + codes.length > 0 ? await read.suppliesNamed(tx, supplies, codes, products) : []
  const countries = unique([...needs.all().map(({ country }) => country), ...touches.flatMap((touch) => touch.countries ?? [])])
  atlas.adopt(await read.lanesTo(tx, countries))
  const book = new StockBook(tx.now, new StockCounts(levels, lots), needs, atlas, announced, new Set<ProductId>(products))
  const imported = unique(touches.flatMap((touch) => touch.imported ?? []))
  if (imported.length > 0) for (const { key, units } of await read.importedCounts(tx, imported)) book.imported.set(key, units)
  return book
}

/** Lanes to the countries of orders read since. */
async function adoptLanes(tx: Tx, book: StockBook, others: readonly string[] = []): Promise<void> {
  book.atlas.adopt(await read.lanesTo(tx, unique([...book.needs.all().map(({ country }) => country), ...others])))
}

function tell(tx: Tx, book: StockBook): void {
  for (const stated of book.facts) publish(tx, stated)
  for (const { kind, subject, at } of book.wakes) {
    if (at === null) tx.cancelTimer(kind, subject)
    else tx.schedule({ kind, subject, dueAt: at, ...orderOf(kind, subject) })
  }
  for (const chore of book.chores) tellChore(tx, chore, book.now)
}

function tellChore(tx: Tx, { kind, subject, why, owner, dueInDays, order, cause }: Chore, now: Date): void {
  if (why === null) tx.closeTask(kind, subject, 'it came', cause)
  else tx.openTask({ kind, subject, why, owner, dueAt: new Date(now.getTime() + dueInDays * DAY_MS), ...(order === null ? {} : { order }), cause })
}

function orderOf(kind: string, subject: string): { correlationId?: string } {
  const [order] = subject.split('/')
  return (kind === 'waiting-order' || kind === 'backorder-due') && order !== undefined ? { correlationId: order } : {}
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]
