import type { JsonObject, OrderId, ShipmentId } from '@waybill/kernel'
import type { Address } from './carrier.js'
import type { ScanStatus } from '../tracking/package-state.js'
import type { Package, Shipment, ShipmentStatus } from './shipment.js'

/** One row of a shipment's life. */
export interface HistoryRow {
  readonly from: ShipmentStatus | null
  readonly to: ShipmentStatus
  readonly at: Date
  readonly cause: string
}

/** One scan as shown. */
export interface ScanRow {
  readonly sscc: string
  readonly trackingNumber: string
  readonly status: ScanStatus
  readonly reason: string | null
  readonly place: string | null
  readonly at: Date
}

export interface ShipmentView {
  readonly shipment: Shipment
  readonly history: readonly HistoryRow[]
  readonly scans: readonly ScanRow[]
}

/** One stored choice of mode and service. */
export interface ChoiceRow {
  readonly stage: 'requested' | 'packed'
  readonly at: Date
  readonly preference: string
  readonly reason: string
  readonly weights: JsonObject
  readonly candidates: readonly JsonObject[]
  readonly ruledOut: readonly JsonObject[]
}

/** What a package's label says. */
export interface LabelFacts {
  readonly shipment: Shipment
  readonly package: Package
  readonly place: number
  readonly from: Address
  /** Null: erased, or not here yet. */
  readonly to: Address | null
}

/** Reads for people and pages; no decision is made on them. */
export abstract class ShipmentQueries {
  abstract list(filter: { readonly order?: OrderId; readonly status?: ShipmentStatus; readonly after?: ShipmentId; readonly limit: number }): Promise<readonly Shipment[]>
  abstract one(id: ShipmentId): Promise<ShipmentView | undefined>
  abstract ofOrder(order: OrderId): Promise<readonly ShipmentView[]>
  abstract choices(id: ShipmentId): Promise<readonly ChoiceRow[]>
  abstract label(id: ShipmentId, sscc: string): Promise<LabelFacts | undefined>
  /** First name and city at most: what a page without a login may show. */
  abstract greeting(order: OrderId): Promise<{ readonly firstName: string; readonly city: string } | undefined>
}
