import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { takeBack, type Returned } from '../stock/returned.js'
import { StockStore } from '../stock/stock.store.js'

/** Takes returned units back to stock, as inspection decided. */
@Injectable()
export class TakeBackReturns {
  constructor(private readonly stock: StockStore) {}

  async run(inputs: readonly { readonly cause: Cause; readonly returned: Returned }[]): Promise<void> {
    await this.stock.change(
      inputs,
      ({ returned }) => ({ products: returned.units.map(({ product }) => product), lots: returned.units.map(({ lot }) => lot) }),
      (book, fresh) => fresh.forEach(({ returned, cause }) => takeBack(book, returned, cause)),
    )
  }
}
