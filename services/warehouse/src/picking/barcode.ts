import { gtin14 } from '../catalogue/product.js'
import type { Refusal } from '../catalogue/refusal.js'
import { looksLikeGs1, parseGs1, type Gs1 } from './gs1.js'

/** What a scanner read on a product. `key`: a GTIN in 14 digits, or a product's number. */
export interface Barcode {
  readonly key: string
  readonly lot: string | null
  readonly expiresOn: Gs1['expiresOn']
  readonly serial: string | null
}

export type BarcodeRefusal = Refusal<'invalid-scan' | 'invalid-gs1'>

/** A label on goods is far shorter; a QR code with a web page in it is not. Limit: characters. */
const SCAN_MAX = 200
// everything a scanner has no business to send, but for ASCII 29, which divides GS1 fields
const FORBIDDEN = /[\x00-\x1c\x1e\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/

/** How ASCII 29, which divides GS1 fields, is written in JSON: control characters are refused there. */
const SEPARATOR_SYMBOL = /\u241d/g

/** Takes off what scanners put around a code: blanks, CR, LF, TAB. Returns undefined if what is left cannot be a code. */
export function cleanScan(text: string): string | undefined {
  const code = text.replace(SEPARATOR_SYMBOL, '\x1d').replace(/^[ \r\n\t]+|[ \r\n\t]+$/g, '')
  return code === '' || code.length > SCAN_MAX || FORBIDDEN.test(code) ? undefined : code
}

/** Reads a scan of a product: GS1 element string, GTIN, or product number. Anything else stays a code that no product has. */
export function readBarcode(text: string, year: number): Barcode | BarcodeRefusal {
  const code = cleanScan(text)
  if (code === undefined) return { refused: 'invalid-scan', detail: 'The scan holds characters that no label has, or too many', expected: {} }
  if (looksLikeGs1(code)) {
    const gs1 = parseGs1(code, year)
    if (!gs1) return { refused: 'invalid-gs1', detail: 'The GS1 label cannot be read: a check digit is wrong, or a field is cut off', expected: {} }
    return { key: gs1.gtin, lot: gs1.lot, expiresOn: gs1.expiresOn, serial: gs1.serial }
  }
  const isGtin = /^(?:\d{8}|\d{12,14})$/.test(code)
  return { key: isGtin ? gtin14(code) : code, lot: null, expiresOn: null, serial: null }
}
