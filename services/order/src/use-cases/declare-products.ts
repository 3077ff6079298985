import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { declareProducts } from '../catalogue/declare-products.js'
import { ProductStore, type ProductDeclared } from '../catalogue/product.store.js'
import { readProduct } from '../catalogue/read-product.js'

/** Declares what is sold and stocked, and tells the others. The same again changes nothing. */
@Injectable()
export class DeclareProducts {
  constructor(private readonly store: ProductStore) {}

  run(cause: Cause, products: readonly unknown[]): Promise<Answered<readonly ProductDeclared[]>> {
    return this.store.declare(cause, products.map(readProduct), declareProducts)
  }

  /** Tells the others again what every product is: for a topic that was lost. */
  tellAgain(cause: Cause): Promise<Answered<number>> {
    return this.store.tellAgain(cause)
  }
}
