import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { PriceStore, type RateDeclared } from '../pricing/price.store.js'
import { readTaxRate } from '../pricing/read-price.js'

/** Declares tax rates from a moment on; the next order sees them. */
@Injectable()
export class DeclareTaxRates {
  constructor(private readonly store: PriceStore) {}

  run(cause: Cause, rates: readonly unknown[]): Promise<Answered<readonly RateDeclared[]>> {
    return this.store.declareTaxRates(cause, rates.map(readTaxRate))
  }
}
