import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { PriceStore, type RateDeclared } from '../pricing/price.store.js'
import { readPrice } from '../pricing/read-price.js'

/** Declares prices from a moment on; the next order sees them. */
@Injectable()
export class DeclarePrices {
  constructor(private readonly store: PriceStore) {}

  run(cause: Cause, prices: readonly unknown[]): Promise<Answered<readonly RateDeclared[]>> {
    return this.store.declarePrices(cause, prices.map(readPrice))
  }
}
