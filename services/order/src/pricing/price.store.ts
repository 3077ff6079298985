import type { Answered, Cause } from '@waybill/kernel'
import type { Refusal } from '../reading/fault.js'
import type { Price } from './price.js'
import type { PriceDeclaration, TaxRateDeclaration } from './read-price.js'
import type { TaxRate } from './tax.js'

/** What became of a declaration, by its place in the request. `updated`: another price was declared for the same moment before. */
export type RateDeclared = { readonly status: 'created' | 'updated' | 'unchanged'; readonly effectiveFrom: string } | ({ readonly status: 'refused' } & Refusal)

export interface PriceFilter {
  readonly channel: string | undefined
  readonly currency: string | undefined
  readonly product: string | undefined
}

/** Where a page of prices begins. */
export interface PricePosition {
  readonly channel: string
  readonly currency: string
  readonly product: string
  readonly effectiveFrom: string
}

/** Keeps price lists and tax rates, with their history. */
export abstract class PriceStore {
  abstract declarePrices(cause: Cause, prices: readonly (PriceDeclaration | Refusal)[]): Promise<Answered<readonly RateDeclared[]>>
  abstract declareTaxRates(cause: Cause, rates: readonly (TaxRateDeclaration | Refusal)[]): Promise<Answered<readonly RateDeclared[]>>
  /** In order of channel, currency, product and moment. */
  abstract prices(filter: PriceFilter, after: PricePosition | undefined, limit: number): Promise<readonly Price[]>
  /** All of them, in order of country, region, category and moment. */
  abstract taxRates(): Promise<readonly TaxRate[]>
}
