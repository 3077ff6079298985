import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { answer, reserve, type PlacedOrder } from '../stock/reserve.js'
import { StockRules } from '../stock/stock-rules.js'
import { StockStore } from '../stock/stock.store.js'

/** Keeps stock for orders as they are placed, and answers those that wait for data. */
@Injectable()
export class ReserveStock {
  constructor(
    private readonly stock: StockStore,
    private readonly rules: StockRules,
  ) {}

  async run(inputs: readonly { readonly cause: Cause; readonly order: PlacedOrder }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ order }) => ({ orders: [order.order], products: order.lines.map(({ product }) => product), countries: [order.country] }),
      (book, fresh) => fresh.forEach(({ order, cause }) => reserve(book, order, this.rules.waitForDataMs, cause)),
    )
  }

  async lookAgain(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ order }) => ({ orders: [order] }),
      (book, fresh) => fresh.forEach(({ order, cause }) => answer(book, order, this.rules.waitForDataMs, cause)),
    )
  }
}
