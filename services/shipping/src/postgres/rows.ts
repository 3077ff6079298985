import { asId, type BusinessDate, type FulfillmentId, type LocationId, type OrderId, type ProductId, type ShipmentId } from '@waybill/kernel'
import type { Location, WorkCalendar } from '../goods/location.js'
import type { Handling, Product } from '../goods/product.js'
import type { Lane, LaneService } from '../lanes/lane.js'
import type { EmissionFactor, Vehicle } from '../service-choice/emissions.js'
import type { Journey, LineUnits, Package, Plan, Shipment, ShipmentLine, ShipmentStatus } from '../shipments/shipment.js'
import type { PackageState } from '../tracking/package-state.js'

/** A row of `shipments`. */
export interface ShipmentRow {
  readonly id: string
  readonly fulfillment: string
  readonly order_id: string
  readonly location: string
  readonly status: ShipmentStatus
  readonly since: Date
  readonly moves: number
  readonly journey: Journey | null
  readonly lines: readonly ShipmentLine[]
  readonly missing: readonly LineUnits[]
  readonly plan: (Omit<Plan, 'cutOffAt'> & { readonly cutOffAt: string }) | null
  readonly label_attempt: number
  readonly label_refused: string | null
  readonly label_price_minor: string | null
  readonly rejected: string | null
  readonly handed_over: readonly LineUnits[] | null
  readonly failed_units: readonly LineUnits[]
}

export const shipmentColumns = `s.id, s.fulfillment, s.order_id, s.location, s.status, s.since, s.moves, s.journey, s.lines, s.missing, s.plan,
  s.label_attempt, s.label_refused, s.label_price_minor, s.rejected, s.handed_over, s.failed_units`

/** A row of `packages`. */
export interface PackageRow {
  readonly sscc: string
  readonly shipment: string
  readonly place: number
  readonly carton: string
  readonly length_mm: number
  readonly width_mm: number
  readonly height_mm: number
  readonly weight_grams: number
  readonly contents: Package['contents']
  readonly tracking_number: string | null
  readonly state: PackageState
  readonly state_at: Date | null
}

export const packageColumns = `p.sscc, p.shipment, p.place, p.carton, p.length_mm, p.width_mm, p.height_mm, p.weight_grams, p.contents, p.tracking_number, p.state, p.state_at`

const toPackage = (row: PackageRow): Package => ({
  sscc: row.sscc,
  carton: row.carton,
  lengthMm: row.length_mm,
  widthMm: row.width_mm,
  heightMm: row.height_mm,
  weightGrams: row.weight_grams,
  contents: row.contents,
  trackingNumber: row.tracking_number,
  state: row.state,
  stateAt: row.state_at,
})

export const toShipment = (row: ShipmentRow, packages: readonly PackageRow[]): Shipment => ({
  id: asId<ShipmentId>(row.id),
  fulfillment: asId<FulfillmentId>(row.fulfillment),
  order: asId<OrderId>(row.order_id),
  location: asId<LocationId>(row.location),
  status: row.status,
  since: row.since,
  journey: row.journey,
  lines: row.lines,
  missing: row.missing,
  plan: row.plan && { ...row.plan, cutOffAt: new Date(row.plan.cutOffAt) },
  packages: packages.map(toPackage),
  labelAttempt: row.label_attempt,
  labelRefused: row.label_refused,
  labelPriceMinor: row.label_price_minor === null ? null : Number(row.label_price_minor),
  rejected: row.rejected,
  handedOver: row.handed_over,
  failedUnits: row.failed_units,
})

export interface ProductRow {
  readonly product: string
  readonly version: number
  readonly handling: readonly Handling[]
  readonly weight_grams: number
  readonly length_mm: number
  readonly width_mm: number
  readonly height_mm: number
  readonly lithium: boolean
  readonly ship_alone: boolean
}

export const toProduct = (row: ProductRow): Product => ({
  product: asId<ProductId>(row.product),
  version: row.version,
  handling: row.handling,
  weightGrams: row.weight_grams,
  lengthMm: row.length_mm,
  widthMm: row.width_mm,
  heightMm: row.height_mm,
  lithium: row.lithium,
  shipAlone: row.ship_alone,
})

export interface LocationRow {
  readonly location: string
  readonly version: number
  readonly name: string
  readonly zone: string
  readonly country: string
  readonly postal_code: string
  readonly city: string
  readonly handling_days: number
  readonly calendar: WorkCalendar
}

export const toLocation = (row: LocationRow): Location => ({
  location: asId<LocationId>(row.location),
  version: row.version,
  name: row.name,
  zone: row.zone,
  country: row.country,
  postalCode: row.postal_code,
  city: row.city,
  handlingDays: row.handling_days,
  calendar: row.calendar,
})

export interface LaneRow {
  readonly location: string
  readonly country: string
  readonly version: number
  readonly currency: string
  readonly services: readonly LaneService[]
}

export const toLane = (row: LaneRow): Lane => ({ ...row, location: asId<LocationId>(row.location) })

export interface FactorRow {
  readonly vehicle: Vehicle
  readonly valid_from: string
  readonly kg_per_tonne_km: number
}

export const toFactor = (row: FactorRow): EmissionFactor => ({ vehicle: row.vehicle, validFrom: row.valid_from as BusinessDate, kgPerTonneKm: row.kg_per_tonne_km })

