import type { BusinessDate, FulfillmentId, LocationId, OrderId, ProductId, ShipmentId, UnitRange } from '@waybill/kernel'
import type { Mode, TransitDays } from '../lanes/lane.js'
import type { Preference } from '../service-choice/need.js'
import type { PackageState } from '../tracking/package-state.js'

/** Where a shipment stands. */
export type ShipmentStatus =
  /** The floor spoke of the fulfillment before the order's request reached us. */
  | 'AWAITING_REQUEST'
  /** A product, the location or its lane is not known yet. */
  | 'AWAITING_DATA'
  | 'PLANNED'
  /** Packed, but the customer's details are not known yet: only the label waits. */
  | 'AWAITING_DETAILS'
  /** The carrier was asked for the label, and has not been heard to say yes. */
  | 'LABELLING'
  | 'LABELLED'
  | 'DISPATCHED'
  | 'IN_TRANSIT'
  | 'EXCEPTION'
  | 'OUT_FOR_DELIVERY'
  | 'DELIVERY_FAILED'
  | 'DELIVERED'
  | 'RETURNED'
  | 'LOST'
  | 'DAMAGED'
  /** No service can take it. */
  | 'REFUSED'
  | 'VOIDED'

export type Trigger = 'request' | 'plan' | 'no-service' | 'rejected' | 'packed' | 'details' | 'details-gone' | 'label-bought' | 'handed-over' | 'scan'

/** Which numbered units of which ordered line. */
export interface LineUnits {
  readonly line: number
  readonly unitNumbers: readonly UnitRange[]
}

/** Units of an ordered line in this shipment, with what lies in the box for them. */
export interface ShipmentLine extends LineUnits {
  readonly stocked: readonly StockedUnits[]
}

interface StockedUnits {
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  /** What these units are worth. Unit: minor units of the order's currency. */
  readonly valueMinor: number
}

/** What the order asked for: where to, how the customer wants it, and by when. */
export interface Journey {
  readonly country: string
  readonly region: string | null
  readonly postalPrefix: string
  readonly preference: Preference
  readonly forbiddenModes: readonly Mode[]
  readonly currency: string
  readonly promise: { readonly from: BusinessDate | null; readonly to: BusinessDate | null }
}

/** How it will travel. */
export interface Plan {
  readonly carrier: string
  readonly service: string
  readonly mode: Mode
  readonly transitDays: TransitDays
  readonly shipOn: BusinessDate
  readonly cutOffAt: Date
  readonly expected: { readonly from: BusinessDate; readonly to: BusinessDate }
  readonly priceMinor: number
  readonly currency: string
  readonly why: string
  /** Why the packed goods travel otherwise than first planned; null: they do not. */
  readonly changedBecause: string | null
}

/** A sealed and weighed package. Units: mm, grams. */
export interface Package {
  readonly sscc: string
  readonly carton: string
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly weightGrams: number
  readonly contents: readonly { readonly line: number; readonly stockedLine: string; readonly product: ProductId; readonly units: number }[]
  readonly trackingNumber: string | null
  readonly state: PackageState
  /** The carrier's time of the scan behind the state; null: not scanned yet. */
  readonly stateAt: Date | null
}

/** What a carrier moves for one fulfillment: everything known of it, whatever order the news came in. */
export interface Shipment {
  readonly id: ShipmentId
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly status: ShipmentStatus
  /** Since when it is in its status. */
  readonly since: Date
  readonly journey: Journey | null
  readonly lines: readonly ShipmentLine[]
  /** Units that the floor did not find. */
  readonly missing: readonly LineUnits[]
  readonly plan: Plan | null
  readonly packages: readonly Package[]
  /** How often a label was asked for with a new key; more than once only after a carrier's clear no. */
  readonly labelAttempt: number
  /** Why the carrier said no to the last attempt; null: it did not. */
  readonly labelRefused: string | null
  readonly labelPriceMinor: number | null
  /** The floor cannot send it; null: it did not say so. */
  readonly rejected: string | null
  /** What left the house; null: it has not left. */
  readonly handedOver: readonly LineUnits[] | null
  /** Units told to be lost, damaged or returned so far. */
  readonly failedUnits: readonly LineUnits[]
}

/** May packages still be asked for, changed or voided? */
export const isOver = (status: ShipmentStatus): boolean =>
  status === 'DELIVERED' || status === 'RETURNED' || status === 'LOST' || status === 'DAMAGED' || status === 'REFUSED' || status === 'VOIDED'
