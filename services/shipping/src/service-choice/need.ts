import type { BusinessDate } from '@waybill/kernel'
import type { Handling } from '../goods/product.js'
import type { Mode } from '../lanes/lane.js'
import type { Parcel } from './parcel.js'

export type Preference = 'economy' | 'standard' | 'express' | 'green'

/** Everything about a shipment that decides how it can and should travel. */
export interface Need {
  readonly preference: Preference
  readonly forbiddenModes: readonly Mode[]
  readonly handling: readonly Handling[]
  readonly lithium: boolean
  readonly parcels: readonly Parcel[]
  readonly valueMinor: number
  /** Of the value. */
  readonly currency: string
  /** The last promised day; null: the customer was told no date. */
  readonly promisedTo: BusinessDate | null
  /** How long a frozen package stays cold. */
  readonly coolantHours: number
}
