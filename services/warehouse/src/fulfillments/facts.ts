import type { BusinessDate, FulfillmentId, LocationId, OrderId, ProductId, UnitRange } from '@waybill/kernel'
import type { DroppedLine } from './whole-bundles.js'

/** Of whom a fact of the floor speaks. */
export interface OfFulfillment {
  readonly order: OrderId
  readonly fulfillment: FulfillmentId
  readonly location: LocationId
}

/** Units of a lot that were in a bin by our books, and are not. */
export interface WrittenOff {
  readonly product: ProductId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly bin: string
  readonly units: number
}

interface PickedLine {
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly lot: string | null
  readonly bin: string
  readonly units: number
}

export interface PackedPackage {
  readonly sscc: string
  readonly carton: string
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly weightGrams: number
  readonly materials: readonly { readonly material: string; readonly units: number }[]
  readonly contents: readonly { readonly line: number; readonly stockedLine: string; readonly product: ProductId; readonly lot: string | null; readonly units: number }[]
}

export interface HandedOverLine {
  readonly line: number
  readonly unitNumbers: readonly UnitRange[]
  readonly stocked: readonly {
    readonly stockedLine: string
    readonly product: ProductId
    readonly lots: readonly { readonly lot: string | null; readonly units: number }[]
  }[]
}

/** What the floor tells the others. */
export type Fact = OfFulfillment &
  (
    | { readonly fact: 'accepted' }
    | { readonly fact: 'rejected'; readonly why: string }
    | { readonly fact: 'picking-started'; readonly wave: string }
    | { readonly fact: 'picked'; readonly lines: readonly PickedLine[] }
    | {
        readonly fact: 'short-picked'
        readonly reason: string
        readonly remaining: boolean
        readonly lines: readonly DroppedLine[]
        readonly writtenOff: readonly WrittenOff[]
      }
    | {
        readonly fact: 'damage-reported'
        readonly product: ProductId
        readonly lot: string | null
        readonly expiresOn: BusinessDate | null
        readonly bin: string
        readonly units: number
        readonly reason: string
        readonly by: string
      }
    | {
        readonly fact: 'packed'
        readonly packages: readonly PackedPackage[]
        readonly lines: readonly { readonly line: number; readonly unitNumbers: readonly UnitRange[] }[]
      }
    | { readonly fact: 'handed-over'; readonly packages: readonly string[]; readonly lines: readonly HandedOverLine[] }
  )

export const ofFulfillment = ({ id, order, location }: { id: FulfillmentId; order: OrderId; location: LocationId }): OfFulfillment => ({
  order,
  fulfillment: id,
  location,
})
