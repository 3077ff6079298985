import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { firm } from '../stock/release.js'
import { StockStore } from '../stock/stock.store.js'

/** Makes reservations firm when their order is confirmed. */
@Injectable()
export class ConfirmOrder {
  constructor(private readonly stock: StockStore) {}

  async run(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ order }) => ({ orders: [order] }),
      (book, fresh) => fresh.forEach(({ order, cause }) => firm(book, order, cause)),
    )
  }
}
