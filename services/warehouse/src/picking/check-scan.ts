import { isExpired, type BusinessDate, type JsonObject, type ProductId } from '@waybill/kernel'
import { barcodeOf, gtin14, type Product } from '../catalogue/product.js'
import type { Location } from '../catalogue/location.js'
import type { Refusal } from '../catalogue/refusal.js'
import { cleanScan, readBarcode } from './barcode.js'
import { isOpen, leftToPick, type PickTask } from './pick-task.js'

/** What a picker scanned at a bin. Unit: each. */
export interface PickScan {
  readonly bin: string
  /** The product's barcode as read: GS1 element string, GTIN or product number. */
  readonly product: string
  readonly lot: string | null
  readonly units: number
}

/** What is known about the scanned codes, whatever was expected. */
export interface KnownCodes {
  /** Products that carry the barcode. */
  readonly products: readonly ProductId[]
  readonly binIsHere: boolean
  readonly binIsElsewhere: boolean
  /** Whose the scanned serial is by our books. */
  readonly serial: 'free' | 'picked-here' | 'in-use'
}

export type ScanRefusal = Refusal<
  | 'pick-task-closed' | 'invalid-scan' | 'wrong-location' | 'wrong-bin' | 'invalid-gs1' | 'unknown-barcode' | 'wrong-product'
  | 'lot-required' | 'wrong-lot' | 'lot-expired' | 'serial-in-use' | 'already-picked'
>

export interface CheckedScan {
  readonly units: number
  readonly serial: string | null
}

const CLOSE = 'The task is done; go on with the next one'

/** Everything that must be right before units count as picked, in the order in which a picker can mend it. */
export function checkScan(task: PickTask, product: Product, location: Location, scan: PickScan, known: KnownCodes, now: Date): CheckedScan | ScanRefusal {
  const refuse = (refused: ScanRefusal['refused'], detail: string, expected: JsonObject = {}): ScanRefusal => ({ refused, detail, expected })
  if (!isOpen(task)) return refuse(task.status === 'PICKED' ? 'already-picked' : 'pick-task-closed', CLOSE, { units: 0 })

  const bin = cleanScan(scan.bin)
  if (bin === undefined) return refuse('invalid-scan', 'This is no bin label', { bin: task.bin })
  if (bin !== task.bin)
    return known.binIsElsewhere && !known.binIsHere
      ? refuse('wrong-location', `This bin is not in ${task.location}`, { location: task.location, bin: task.bin })
      : refuse('wrong-bin', `Expected bin ${task.bin}`, { bin: task.bin })

  const expectedProduct = { product: task.product, name: product.name, barcode: barcodeOf(product) }
  const barcode = readBarcode(scan.product, now.getUTCFullYear())
  if ('refused' in barcode) return refuse(barcode.refused, barcode.detail, expectedProduct)
  if (!carries(product, barcode.key))
    return known.products.length === 0
      ? refuse('unknown-barcode', `No product has this barcode; expected ${product.name}`, expectedProduct)
      : refuse('wrong-product', `Expected ${product.name} (${barcodeOf(product)})`, expectedProduct)

  const lot = checkLot(task, location, scan.lot ?? barcode.lot, barcode.expiresOn, now)
  if (lot) return lot

  if (known.serial === 'in-use') return refuse('serial-in-use', 'This piece has been picked for another parcel', {})
  if (known.serial === 'picked-here') return refuse('already-picked', 'This piece is in the tote already', { units: leftToPick(task) })
  if (barcode.serial !== null && scan.units !== 1) return refuse('invalid-scan', 'A serial number stands for one piece', { units: 1 })
  if (scan.units > leftToPick(task)) return refuse('already-picked', `Only ${leftToPick(task)} more are wanted`, { units: leftToPick(task) })
  return { units: scan.units, serial: barcode.serial }
}

/** Is this the barcode of the product? */
export const carries = (product: Product, key: string): boolean => key === product.product || (product.gtin !== null && key === gtin14(product.gtin))

function checkLot(task: PickTask, location: Location, lot: string | null, expiresOn: BusinessDate | null, now: Date): ScanRefusal | undefined {
  if (task.lot !== null) {
    const expected = { lot: task.lot, expiresOn: task.expiresOn }
    if (lot === null) return { refused: 'lot-required', detail: `Scan the lot too; expected ${task.lot}`, expected }
    if (lot !== task.lot) return { refused: 'wrong-lot', detail: `Expected lot ${task.lot}`, expected }
  }
  const until = [task.expiresOn, expiresOn].filter((day) => day !== null).sort()[0]
  return until !== undefined && isExpired(until, location.zone, now)
    ? { refused: 'lot-expired', detail: `The lot was good until ${until}: report it as damaged`, expected: { goodUntilAtLeast: 'today' } }
    : undefined
}

/** The barcode and serial a scan carries, for looking up what is known of them. */
export function codesOf(scan: PickScan, year: number): { readonly bin: string | null; readonly barcode: string | null; readonly serial: string | null } {
  const barcode = readBarcode(scan.product, year)
  return {
    bin: cleanScan(scan.bin) ?? null,
    barcode: 'refused' in barcode ? null : barcode.key,
    serial: 'refused' in barcode ? null : barcode.serial,
  }
}
