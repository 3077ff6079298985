import { Injectable } from '@nestjs/common'
import type { Cause, LocationId, OrderId, ProductId } from '@waybill/kernel'
import { remindOfBackorder } from '../backorders/remind.js'
import { remindOfSupply } from '../backorders/supplies.js'
import { expire } from '../stock/block.js'
import { StockStore } from '../stock/stock.store.js'

interface Lot {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null
}

/** What the calendar brings: lots expire, supply and backorders fall due. */
@Injectable()
export class MindDueDates {
  constructor(private readonly stock: StockStore) {}

  async lotsExpired(inputs: readonly { readonly cause: Cause; readonly lot: Lot }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ lot }) => ({ products: [lot.product], lots: [lot.lot] }),
      (book, fresh) => fresh.forEach(({ lot, cause }) => expire(book, lot, cause)),
    )
  }

  async suppliesDue(inputs: readonly { readonly cause: Cause; readonly supply: string }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ supply }) => ({ supplies: [supply] }),
      (book, fresh) => fresh.forEach(({ supply, cause }) => remindOfSupply(book, supply, cause)),
    )
  }

  async backordersDue(inputs: readonly { readonly cause: Cause; readonly order: OrderId; readonly line: number }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ order }) => ({ orders: [order] }),
      (book, fresh) => fresh.forEach(({ order, line, cause }) => remindOfBackorder(book, order, line, cause)),
    )
  }

  /** Walks the queue of products again, because a bundle could not be served with all its parts locked. */
  async queuesDue(inputs: readonly { readonly cause: Cause; readonly product: ProductId }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ product }) => ({ products: [product] }),
      (book, fresh) => fresh.forEach(({ product, cause }) => book.free(product, { cause, reason: 'queue-walked' })),
    )
  }
}
