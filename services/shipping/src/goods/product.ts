import type { ProductId } from '@waybill/kernel'

/** What a product needs on its way. Source: domain section 1, handling class. */
export type Handling = 'standard' | 'fragile' | 'liquid' | 'chilled' | 'frozen' | 'dangerous' | 'high-value'

export const handlings: readonly Handling[] = ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value']

/** A product as carriers see it: a copy of what the catalogue last published. */
export interface Product {
  readonly product: ProductId
  readonly version: number
  readonly handling: readonly Handling[]
  readonly weightGrams: number
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly lithium: boolean
  readonly shipAlone: boolean
}
