import type { Cause, ProductId } from '@waybill/kernel'
import type { Product } from '../catalogue/product.js'
import { barcodeOf } from '../catalogue/product.js'
import type { Refusal } from '../catalogue/refusal.js'
import { readBarcode, type BarcodeRefusal } from '../picking/barcode.js'
import { carries } from '../picking/check-scan.js'
import type { MaterialNeed } from './materials-needed.js'
import { leftToPack, packageBecomes, type Package, type PackageContent, type PackageStep } from './package.js'
import { checkWeight, toleranceGrams } from './weight.js'

export interface PackScan {
  readonly product: string
  readonly lot: string | null
  readonly units: number
}

/** A package with what was done to it. */
export interface Packed {
  readonly pack: Package
  readonly steps: readonly PackageStep[]
}

export type PackRefusal =
  | BarcodeRefusal
  | Refusal<'package-closed' | 'unknown-barcode' | 'wrong-product' | 'wrong-lot' | 'already-packed' | 'package-incomplete' | 'material-missing' | 'weight-mismatch' | 'not-sealed'>

/** Puts scanned pieces into an open package: only what belongs there, and no more of it than planned. */
export function packPieces(pack: Package, products: ReadonlyMap<ProductId, Product>, scan: PackScan, isKnown: boolean, year: number): { readonly pack: Package; readonly content: PackageContent } | PackRefusal {
  if (pack.status !== 'OPEN') return { refused: 'package-closed', detail: `The package is ${pack.status.toLowerCase()}`, expected: {} }
  const barcode = readBarcode(scan.product, year)
  if ('refused' in barcode) return barcode
  const expected = { contents: leftToPack(pack).map((content) => expectedOf(content, products)) }
  const ofProduct = pack.contents.filter(({ product }) => {
    const known = products.get(product)
    return known !== undefined && carries(known, barcode.key)
  })
  if (ofProduct.length === 0)
    return isKnown
      ? { refused: 'wrong-product', detail: 'This does not belong into this package', expected }
      : { refused: 'unknown-barcode', detail: 'No product has this barcode', expected }
  const lot = scan.lot ?? barcode.lot
  const ofLot = lot === null ? ofProduct : ofProduct.filter((content) => content.lot === lot)
  if (ofLot.length === 0) return { refused: 'wrong-lot', detail: `Expected lot ${ofProduct.map((content) => content.lot ?? 'none').join(' or ')}`, expected }
  const content = ofLot.find(({ units, packed }) => units - packed >= scan.units)
  if (!content) return { refused: 'already-packed', detail: 'More than belongs into this package', expected }
  const next = { ...content, packed: content.packed + scan.units }
  return { pack: { ...pack, contents: pack.contents.map((each) => (each === content ? next : each)) }, content: next }
}

/** Closes a package: complete, and with every material its contents need. `inStock`: units of each at the location. */
export function seal(pack: Package, products: ReadonlyMap<ProductId, Product>, inStock: ReadonlyMap<string, number>, cause: Cause): (Packed & { readonly taken: readonly MaterialNeed[] }) | PackRefusal {
  if (pack.status !== 'OPEN') return { refused: 'package-closed', detail: `The package is ${pack.status.toLowerCase()}`, expected: {} }
  const left = leftToPack(pack)
  if (left.length > 0)
    return { refused: 'package-incomplete', detail: 'Scan all contents first', expected: { contents: left.map((content) => expectedOf(content, products)) } }
  const taken = pack.materialsTaken ? [] : pack.materials
  const missing = taken.filter(({ material, units }) => (inStock.get(material) ?? 0) < units)
  if (missing.length > 0)
    return {
      refused: 'material-missing',
      detail: `Not in stock: ${missing.map(({ material, units }) => `${units} ${material}`).join(', ')}`,
      expected: { materials: missing.map(({ material, units }) => ({ material, units, inStock: inStock.get(material) ?? 0 })) },
    }
  const sealed = packageBecomes({ ...pack, materialsTaken: true }, 'SEALED', cause)
  return { pack: sealed.pack, steps: [sealed.step], taken }
}

/** The scale's answer on a sealed package. A piece too few or too many opens it again for another scan. */
export function weigh(pack: Package, grams: number, cause: Cause): Packed & { readonly mismatch: PackRefusal | undefined } {
  const { expectedGrams, lightestGrams } = pack
  const unchanged: Packed = { pack, steps: [] }
  if (pack.status !== 'SEALED') return { ...unchanged, mismatch: { refused: 'not-sealed', detail: `The package is ${pack.status.toLowerCase()}`, expected: {} } }
  const verdict = checkWeight(grams, expectedGrams, lightestGrams)
  if (verdict === 'pass') return { ...accept(pack, grams, cause), mismatch: undefined }
  const tolerance = Math.floor(toleranceGrams(expectedGrams, lightestGrams))
  const mismatch: PackRefusal = {
    refused: 'weight-mismatch',
    detail: `Expected ${expectedGrams} g, give or take ${tolerance} g${verdict === 'rescan' ? ': open it and scan its contents again' : ''}`,
    expected: { grams: expectedGrams, toleranceGrams: tolerance, rescan: verdict === 'rescan' },
  }
  if (verdict === 'mismatch') return { ...unchanged, mismatch }
  const emptied = { ...pack, contents: pack.contents.map((content) => ({ ...content, packed: 0 })) }
  const opened = packageBecomes(emptied, 'OPEN', cause)
  return { pack: opened.pack, steps: [opened.step], mismatch }
}

/** Takes the weight as it is. */
export function accept(pack: Package, grams: number, cause: Cause): Packed {
  const weighed = packageBecomes({ ...pack, weightGrams: grams }, 'WEIGHED', cause)
  return { pack: weighed.pack, steps: [weighed.step] }
}

const expectedOf = ({ product, lot, units, packed }: PackageContent, products: ReadonlyMap<ProductId, Product>) => {
  const known = products.get(product)
  return { product, name: known?.name ?? product, barcode: known ? barcodeOf(known) : product, lot, units: units - packed }
}
