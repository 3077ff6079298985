import type { ProductId } from '@waybill/kernel'

/** What a product needs on its way through the house. A product may have several. */
export const handlingClasses = ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value'] as const
export type Handling = (typeof handlingClasses)[number]

/** A product as the floor needs to know it; the catalogue's latest version. Unit: grams and millimetres of one piece. */
export interface Product {
  readonly product: ProductId
  readonly version: number
  readonly name: string
  readonly gtin: string | null
  readonly handling: readonly Handling[]
  readonly handlingInstruction: string
  readonly weightGrams: number
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly lotTracked: boolean
  /** Days of shelf life a customer must still have after the parcel arrived. */
  readonly minimumRemainingDays: number
  readonly dangerousGroup: string | null
  readonly food: boolean
  readonly shipAlone: boolean
}

/** What a picker's scanner reads on the product: its GTIN, or its number where it has none. */
export const barcodeOf = ({ gtin, product }: Pick<Product, 'gtin' | 'product'>): string => gtin ?? product

/** A GTIN in the one form that GTIN-8, -12, -13 and -14 share. */
export const gtin14 = (gtin: string): string => gtin.padStart(14, '0')
