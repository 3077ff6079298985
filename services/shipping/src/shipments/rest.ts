import type { Shipment, ShipmentStatus } from './shipment.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

interface Rest {
  readonly waitsFor: string
  /** How long a shipment may rest in it before a person is asked why. Unit: ms. */
  readonly limitMs: number
}

/** What a shipment waits for in each status; null: it is at its end. */
export const shipmentRests: Readonly<Record<ShipmentStatus, Rest | null>> = {
  AWAITING_REQUEST: { waitsFor: 'the order\'s request, of which the floor has told already', limitMs: HOUR_MS },
  AWAITING_DATA: { waitsFor: 'products, location or lane', limitMs: 4 * HOUR_MS },
  // counted from the plan's cut-off where that is later
  PLANNED: { waitsFor: 'the packages', limitMs: DAY_MS },
  AWAITING_DETAILS: { waitsFor: 'the customer\'s name and address', limitMs: 4 * HOUR_MS },
  LABELLING: { waitsFor: 'the carrier\'s label', limitMs: HOUR_MS },
  LABELLED: { waitsFor: 'hand-over', limitMs: 2 * DAY_MS },
  DISPATCHED: { waitsFor: 'the carrier\'s first scan', limitMs: 3 * DAY_MS },
  IN_TRANSIT: { waitsFor: 'the carrier', limitMs: 7 * DAY_MS },
  EXCEPTION: { waitsFor: 'the carrier', limitMs: 3 * DAY_MS },
  OUT_FOR_DELIVERY: { waitsFor: 'delivery', limitMs: 2 * DAY_MS },
  DELIVERY_FAILED: { waitsFor: 'another try', limitMs: 3 * DAY_MS },
  DELIVERED: null,
  RETURNED: null,
  LOST: null,
  DAMAGED: null,
  REFUSED: null,
  VOIDED: null,
}

/** When a person is asked why the shipment does not move; null: it is at its end. */
export function restsUntil({ status, since, plan }: Shipment): Date | null {
  const rest = shipmentRests[status]
  if (rest === null) return null
  const from = status === 'PLANNED' && plan !== null && plan.cutOffAt > since ? plan.cutOffAt : since
  return new Date(from.getTime() + rest.limitMs)
}
