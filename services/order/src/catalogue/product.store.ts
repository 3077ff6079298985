import type { Answered, Cause } from '@waybill/kernel'
import type { Refusal } from '../reading/fault.js'
import type { Declared } from './declare-products.js'
import type { Product, ProductDeclaration } from './product.js'

/** Judges declarations against the products known. */
export type DeclareProducts = (known: ReadonlyMap<string, Product>, declarations: readonly ProductDeclaration[]) => readonly Declared[]

/** What became of a declaration, by its place in the request. */
export type ProductDeclared = { readonly status: 'created' | 'updated' | 'unchanged'; readonly version: number } | ({ readonly status: 'refused' } & Refusal)

/** Which products a list shows. */
export interface ProductFilter {
  readonly category: string | undefined
  readonly isActive: boolean | undefined
}

/** Keeps the catalogue. */
export abstract class ProductStore {
  /** Keeps what `decide` makes of the declarations, and tells the others. What could not be read is answered as it is. */
  abstract declare(cause: Cause, products: readonly (ProductDeclaration | Refusal)[], decide: DeclareProducts): Promise<Answered<readonly ProductDeclared[]>>
  abstract one(number: string): Promise<Product | undefined>
  /** In order of number, after `after`. */
  abstract list(filter: ProductFilter, after: string | undefined, limit: number): Promise<readonly Product[]>
  /** Tells the others again what every stocked product is, from the table. Returns how many. */
  abstract tellAgain(cause: Cause): Promise<Answered<number>>
}
