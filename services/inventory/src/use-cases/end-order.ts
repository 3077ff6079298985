import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { release } from '../stock/release.js'
import { StockStore } from '../stock/stock.store.js'

/** Gives back what is kept for orders that expired or were cancelled. */
@Injectable()
export class EndOrder {
  constructor(private readonly stock: StockStore) {}

  async run(inputs: readonly { readonly cause: Cause; readonly order: OrderId; readonly reason: string }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ order }) => ({ orders: [order] }),
      (book, fresh) => fresh.forEach(({ order, reason, cause }) => release(book, order, reason, cause)),
    )
  }
}
