import { Injectable } from '@nestjs/common'
import type { RequestCause } from '@waybill/kernel'
import { adjust, type Adjusted, type Adjustment } from '../stock/adjust.js'
import { block, unblock, type Blocked, type Blocking, type Unblocked } from '../stock/block.js'
import { faultOf, type ReceiptFault } from '../stock/receipt.js'
import type { StockBook } from '../stock/stock-book.js'
import { StockStore, type Answered } from '../stock/stock.store.js'

type Fault = { readonly refused: ReceiptFault }

/** Corrects counts, and takes units from sale or back, as people say. */
@Injectable()
export class CorrectStock {
  constructor(private readonly stock: StockStore) {}

  adjust(adjustment: Adjustment, cause: RequestCause): Promise<Answered<Adjusted | Fault>> {
    return this.change(adjustment, cause, (book): Adjusted | Fault => {
      const lot = adjustment.lot ?? null
      const fault = adjustment.units > 0 ? faultOf(book, adjustment.location, { ...adjustment, lot }) : undefined
      return fault ? { refused: fault } : adjust(book, adjustment, cause)
    })
  }

  block(blocking: Blocking, cause: RequestCause): Promise<Answered<Blocked>> {
    return this.change(blocking, cause, (book) => block(book, blocking, cause))
  }

  unblock(blocking: Blocking, cause: RequestCause): Promise<Answered<Unblocked>> {
    return this.change(blocking, cause, (book) => unblock(book, blocking, cause))
  }

  private async change<R>({ product, lot }: Pick<Blocking, 'product' | 'lot'>, cause: RequestCause, decide: (book: StockBook) => R): Promise<Answered<R>> {
    const [answered] = await this.stock.change(
      [{ cause }],
      () => ({ products: [product], lots: [lot ?? null] }),
      (book) => [decide(book)],
    )
    return answered ?? { result: undefined, replayed: false }
  }
}
