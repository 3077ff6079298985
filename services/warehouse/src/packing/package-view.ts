import type { ProductId } from '@waybill/kernel'
import { barcodeOf, type Handling, type Product } from '../catalogue/product.js'
import type { Material } from './material.js'
import type { Package } from './package.js'

/** A package as a packer sees it. Types, so that they can be stored as answers. */
export type PackageView = {
  readonly id: string
  readonly number: number
  readonly status: string
  readonly carton: string
  readonly cartonName: string
  readonly expectedGrams: number
  readonly weightGrams: number | null
  readonly sscc: string | null
  readonly trackingNumber: string | null
  readonly instructions: readonly string[]
  readonly materials: readonly { readonly material: string; readonly name: string; readonly units: number; readonly instruction: string }[]
  readonly contents: readonly PackageContentView[]
}

export type PackageContentView = {
  readonly line: number
  readonly stockedLine: string
  readonly product: string
  readonly name: string
  readonly barcode: string
  readonly lot: string | null
  readonly expiresOn: string | null
  readonly units: number
  readonly packed: number
  readonly handling: readonly Handling[]
  readonly handlingInstruction: string
}

export function viewOfPackage(pack: Package, products: ReadonlyMap<ProductId, Product>, materials: ReadonlyMap<string, Material>): PackageView {
  const { id, number, status, carton, expectedGrams, weightGrams, sscc, trackingNumber, instructions } = pack
  return {
    id, number, status, carton, expectedGrams, weightGrams, sscc, trackingNumber, instructions,
    cartonName: materials.get(carton)?.name ?? 'its own packaging',
    materials: pack.materials.map((need) => ({ ...need, name: materials.get(need.material)?.name ?? need.material })),
    contents: pack.contents.map(({ line, stockedLine, product, lot, expiresOn, units, packed }) => {
      const known = products.get(product)
      return {
        line, stockedLine, product, lot, expiresOn, units, packed,
        name: known?.name ?? product,
        barcode: known ? barcodeOf(known) : product,
        handling: known?.handling ?? [],
        handlingInstruction: known?.handlingInstruction ?? '',
      }
    }),
  }
}
