import type { Cause, LocationId } from '@waybill/kernel'
import { adjust } from './adjust.js'
import { faultOf, type ReceiptFault, type ReceiptLine } from './receipt.js'
import { receive } from './receive.js'
import type { StockBook } from './stock-book.js'

/** A first count of what lies in one place, by product, location, lot and bin. */
export interface CountRow extends ReceiptLine {
  readonly location: LocationId
}

/** What importing one row did. */
export type RowOutcome =
  | { readonly row: number; readonly status: 'created' | 'updated' | 'unchanged' }
  | { readonly row: number; readonly status: 'refused'; readonly code: ReceiptFault | 'not-enough-on-hand'; readonly pointer: string }

const pointers = { 'unknown-location': '/location', 'unknown-product': '/product', 'lot-required': '/lot', 'lot-expiry-mismatch': '/expiresOn', 'not-enough-on-hand': '/units' }

/**
 * Sets the count of a row to what the file says. What counts is what the file said before under the same key: the same
 * file twice changes nothing, even when units were sold in between; a corrected row corrects by the difference.
 */
export function importCount(book: StockBook, row: CountRow, index: number, cause: Cause): RowOutcome {
  const refused = (code: keyof typeof pointers): RowOutcome => ({ row: index, status: 'refused', code, pointer: pointers[code] })
  const fault = faultOf(book, row.location, row, true)
  if (fault) return refused(fault)
  const before = book.imported.get(importKey(row))
  if (before === row.units) return { row: index, status: 'unchanged' }
  const difference = row.units - (before ?? 0)
  if (before === undefined && difference > 0) {
    receive(book, { ...row, from: 'supplier', reason: 'first-count' }, cause)
  } else {
    const done = adjust(book, { ...row, units: difference, reason: 'imported-count', filedByWarehouse: false }, cause)
    if ('refused' in done) return refused(done.refused)
  }
  book.imported.set(importKey(row), row.units)
  return { row: index, status: before === undefined ? 'created' : 'updated' }
}

/** Names the place a row counts. JSON, because codes may hold any separator. */
export const importKey = ({ product, location, lot, bin }: Pick<CountRow, 'product' | 'location' | 'lot' | 'bin'>): string =>
  JSON.stringify([product, location, lot ?? '', bin ?? ''])
