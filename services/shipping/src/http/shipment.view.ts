import type { Package, Shipment } from '../shipments/shipment.js'
import type { ShipmentView } from '../shipments/shipment-queries.js'

/** A shipment as the API shows it. */
export interface ShipmentSummary {
  readonly id: string
  readonly order: string
  readonly fulfillment: string
  readonly location: string
  readonly status: string
  readonly since: Date
  readonly country: string | null
  readonly plan: Shipment['plan']
  readonly packages: readonly (Omit<Package, 'contents'>)[]
  readonly lines: Shipment['lines']
  readonly labelRefused: string | null
  readonly labelPriceMinor: number | null
}

export const summaryOf = (shipment: Shipment): ShipmentSummary => ({
  id: shipment.id,
  order: shipment.order,
  fulfillment: shipment.fulfillment,
  location: shipment.location,
  status: shipment.status,
  since: shipment.since,
  country: shipment.journey?.country ?? null,
  plan: shipment.plan,
  packages: shipment.packages.map(({ contents: _, ...each }) => each),
  lines: shipment.lines,
  labelRefused: shipment.labelRefused,
  labelPriceMinor: shipment.labelPriceMinor,
})

export const detailOf = ({ shipment, history, scans }: ShipmentView): ShipmentSummary & Pick<ShipmentView, 'history' | 'scans'> => ({ ...summaryOf(shipment), history, scans })
