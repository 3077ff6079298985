import type { ShipmentStatus } from '../shipments/shipment.js'
import type { ShipmentView } from '../shipments/shipment-queries.js'
import type { PackageState, ScanStatus } from '../tracking/package-state.js'

/** What anybody with the link may know of a shipment: no name but the first, no address but the city. */
export interface TrackedShipment {
  readonly status: string
  readonly statusText: string
  readonly carrier: string | null
  readonly service: string | null
  readonly mode: string | null
  readonly expected: { readonly from: string; readonly to: string } | null
  readonly parcels: readonly { readonly trackingNumber: string | null; readonly statusText: string }[]
  readonly history: readonly { readonly at: Date; readonly text: string; readonly place: string | null; readonly trackingNumber: string | null }[]
}

export interface TrackingPage {
  readonly greeting: { readonly firstName: string; readonly city: string } | null
  readonly shipments: readonly TrackedShipment[]
}

const statusTexts: Readonly<Record<ShipmentStatus, string>> = {
  AWAITING_REQUEST: 'In preparation',
  AWAITING_DATA: 'In preparation',
  PLANNED: 'In preparation',
  AWAITING_DETAILS: 'Packed',
  LABELLING: 'Packed',
  LABELLED: 'Ready for the carrier',
  DISPATCHED: 'Handed to the carrier',
  IN_TRANSIT: 'On the way',
  EXCEPTION: 'Held up on the way',
  OUT_FOR_DELIVERY: 'Out for delivery',
  DELIVERY_FAILED: 'Delivery attempt failed',
  DELIVERED: 'Delivered',
  RETURNED: 'Returned to the sender',
  LOST: 'Lost',
  DAMAGED: 'Damaged on the way',
  REFUSED: 'In preparation',
  VOIDED: 'Not sent',
}

const parcelTexts: Readonly<Record<PackageState, string>> = {
  PACKED: 'Packed',
  LABELLED: 'Ready for the carrier',
  ACCEPTED: 'With the carrier',
  IN_TRANSIT: 'On the way',
  EXCEPTION: 'Held up on the way',
  OUT_FOR_DELIVERY: 'Out for delivery',
  DELIVERY_FAILED: 'Delivery attempt failed',
  DELIVERED: 'Delivered',
  RETURNED: 'Returned to the sender',
  LOST: 'Lost',
  DAMAGED: 'Damaged on the way',
}

const scanTexts: Readonly<Record<ScanStatus, string>> = {
  'accepted': 'Taken over by the carrier',
  'in-transit': 'On the way',
  'out-for-delivery': 'Out for delivery',
  'delivered': 'Delivered',
  'delivery-failed': 'Delivery attempt failed',
  'exception': 'Held up on the way',
  'returned': 'Returned to the sender',
  'lost': 'Reported lost',
  'damaged': 'Reported damaged',
}

/** Steps of our own that a customer cares about; the carrier's are its scans. */
const ownSteps: Readonly<Partial<Record<ShipmentStatus, string>>> = { PLANNED: 'In preparation', LABELLED: 'Packed and labelled', DISPATCHED: 'Handed to the carrier', VOIDED: 'Not sent' }

export function trackedOf({ shipment, history, scans }: ShipmentView): TrackedShipment {
  const own = history.flatMap(({ to, at }) => {
    const text = ownSteps[to]
    return text === undefined ? [] : [{ at, text, place: null, trackingNumber: null }]
  })
  const seen = scans.map(({ status, at, place, trackingNumber }) => ({ at, text: scanTexts[status], place, trackingNumber }))
  return {
    status: shipment.status,
    statusText: statusTexts[shipment.status],
    carrier: shipment.plan?.carrier ?? null,
    service: shipment.plan?.service ?? null,
    mode: shipment.plan?.mode ?? null,
    expected: shipment.plan?.expected ?? null,
    parcels: shipment.packages.map(({ trackingNumber, state }) => ({ trackingNumber, statusText: parcelTexts[state] })),
    history: [...own, ...seen].sort((a, b) => b.at.getTime() - a.at.getTime()),
  }
}
