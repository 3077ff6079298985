import type { BusinessDate, FulfillmentId, OrderId, ShipmentId } from '@waybill/kernel'
import type { Feedback } from '../feedback/feedback.js'
import type { ReturnPolicy } from '../policies/return-policy.js'
import type { Return } from '../returns/return.js'
import type { LineUnits } from './line-units.js'

/** One ordered line, with the policy that was in force when the order was placed. */
export interface CaredLine {
  readonly line: number
  readonly product: string
  readonly category: string | null
  readonly units: number
  readonly policy: ReturnPolicy
  /** What is stocked for one unit of the line. */
  readonly stocked: readonly { readonly product: string; readonly perParent: number }[]
}

/** What the order says of itself; missing until OrderPlaced was read, which a delivery can overtake. */
export interface PlacedFacts {
  readonly channel: string
  readonly reference: string
  readonly currency: string
  readonly lines: readonly CaredLine[]
}

/** A shipment on its way or at the door. */
export interface CaredShipment {
  readonly shipment: ShipmentId
  readonly fulfillment: FulfillmentId
  readonly carrier: string
  /** Where it was sent from, and where a return goes back to; unknown until ShipmentDispatched was read. */
  readonly location: string | null
  readonly deliveredAt: string | null
  /** The day of delivery in the zone of the location that sent it. */
  readonly deliveredOn: BusinessDate | null
  readonly lines: readonly LineUnits[]
}

/** What lies in one package. */
export interface CaredPackage {
  readonly sscc: string
  readonly fulfillment: FulfillmentId
  readonly contents: readonly { readonly line: number; readonly product: string; readonly lot: string | null; readonly units: number }[]
}

/** Everything after-sales knows of one order. The row that is locked for every change. */
export interface OrderCare {
  readonly order: OrderId
  readonly placed: PlacedFacts | null
  readonly shipments: readonly CaredShipment[]
  readonly packages: readonly CaredPackage[]
  readonly returns: readonly Return[]
  readonly feedbacks: readonly Feedback[]
  /** The customer is to be forgotten: nothing that people write is kept any more. */
  readonly isForgotten: boolean
}

export const newCare = (order: OrderId): OrderCare => ({ order, placed: null, shipments: [], packages: [], returns: [], feedbacks: [], isForgotten: false })

/** The order's own facts, taken once: what was frozen stays frozen. */
export const placed = (care: OrderCare, facts: PlacedFacts): OrderCare => (care.placed ? care : { ...care, placed: facts })

/** What was packed, by package. */
export const packed = (care: OrderCare, packages: readonly CaredPackage[]): OrderCare => ({
  ...care,
  packages: [...care.packages.filter(({ sscc }) => !packages.some((each) => each.sscc === sscc)), ...packages],
})

/** Adds what one fact says of a shipment to what others said. */
export function shipmentSeen(care: OrderCare, seen: Pick<CaredShipment, 'shipment' | 'fulfillment' | 'carrier' | 'lines'> & Partial<CaredShipment>): OrderCare {
  const known = care.shipments.find(({ shipment }) => shipment === seen.shipment) ?? { ...seen, location: null, deliveredAt: null, deliveredOn: null }
  const merged: CaredShipment = {
    ...known,
    lines: seen.lines,
    location: seen.location ?? known.location,
    deliveredAt: known.deliveredAt ?? seen.deliveredAt ?? null,
    deliveredOn: known.deliveredOn ?? seen.deliveredOn ?? null,
  }
  return { ...care, shipments: [...care.shipments.filter(({ shipment }) => shipment !== seen.shipment), merged] }
}

export const withReturn = (care: OrderCare, changed: Return): OrderCare => ({
  ...care,
  returns: [...care.returns.filter(({ id }) => id !== changed.id), changed],
})

/** Forgets what the customer wrote, because people write names; marks and causes say nothing of who gave them. For ever: later words are not kept. */
export const forgotten = (care: OrderCare): OrderCare => ({
  ...care,
  isForgotten: true,
  feedbacks: care.feedbacks.map((feedback) => (feedback.answer ? { ...feedback, answer: { ...feedback.answer, text: '' } } : feedback)),
})
