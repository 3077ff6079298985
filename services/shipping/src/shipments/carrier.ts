import type { LabelBought } from './news.js'

/** A party on a label. */
export interface Address {
  readonly name: string
  readonly phone: string | null
  readonly street: string | null
  readonly street2: string | null
  readonly postalCode: string
  readonly city: string
  readonly region: string | null
  readonly country: string
}

/** One label for all packages of a shipment. Units: grams, mm. */
export interface LabelRequest {
  readonly carrier: string
  readonly service: string
  /** Ours: the shipment. */
  readonly reference: string
  readonly from: Address
  readonly to: Address
  readonly packages: readonly { readonly sscc: string; readonly weightGrams: number; readonly lengthMm: number; readonly widthMm: number; readonly heightMm: number }[]
}

/**
 * How a call to a carrier ended. Unknown: it may have happened or not; only asking with the same key tells.
 * Refused: it has not happened, and the same request never will.
 */
export type CarrierAnswer<T> =
  | { readonly answer: 'done'; readonly value: T }
  | { readonly answer: 'refused'; readonly why: string }
  | { readonly answer: 'unknown'; readonly why: string }

/** The carriers, behind one door. */
export abstract class Carrier {
  /** Buys at most one label for a key, however often it is called. */
  abstract buyLabel(request: LabelRequest, key: string): Promise<CarrierAnswer<LabelBought>>
  /** The label bought with this key; null: none was. */
  abstract findLabel(key: string): Promise<CarrierAnswer<LabelBought | null>>
  /** Tells that these packages are theirs now. Telling again changes nothing. */
  abstract handOver(trackingNumbers: readonly string[]): Promise<CarrierAnswer<null>>
}
