import type { BusinessDate, LocationId, ProductId } from '@waybill/kernel'
import type { StockBook } from './stock-book.js'

/** Units of one product as somebody says they came in. */
export interface ReceiptLine {
  readonly product: ProductId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly units: number
  readonly bin: string | null
}

export type ReceiptFault = 'unknown-location' | 'unknown-product' | 'lot-required' | 'lot-expiry-mismatch'

/** Why a line cannot be taken in as it is said, or undefined. Stock may come before its product does where `isKnownLater`. */
export function faultOf(book: StockBook, location: LocationId, { product, lot, expiresOn }: ReceiptLine, isKnownLater = false): ReceiptFault | undefined {
  if (!book.atlas.site(location)) return 'unknown-location'
  const known = book.atlas.product(product)
  if (!known && !isKnownLater) return 'unknown-product'
  if (known?.lotTracked && lot === null) return 'lot-required'
  const before = book.counts.lot(product, location, lot)?.expiresOn ?? null
  return before !== null && expiresOn !== null && before !== expiresOn ? 'lot-expiry-mismatch' : undefined
}
