import { invariant } from '@waybill/kernel'

/** Where the units of an ordered line are. The truth of the order; statuses only say it shorter. Unit: each. */
export interface LineQuantities {
  readonly ordered: number
  readonly cancelled: number
  /** Inventory has not said yet what becomes of them. */
  readonly unanswered: number
  readonly backordered: number
  /** Kept at a location, not asked from it yet. */
  readonly reserved: number
  readonly inFulfillment: number
  readonly shipped: number
  /** Of the shipped: at the customer's door. */
  readonly delivered: number
  /** Of the shipped: will not arrive. */
  readonly lost: number
  /** Of the shipped: came back without having been delivered. */
  readonly returnedToSender: number
}

/** Throws: InvariantBroken unless every unit is in exactly one place. Guarantee G21; the table checks the same. */
export function checkedQuantities(quantities: LineQuantities): LineQuantities {
  const { ordered, cancelled, unanswered, backordered, reserved, inFulfillment, shipped, delivered, lost, returnedToSender } = quantities
  const isWhole = [cancelled, unanswered, backordered, reserved, inFulfillment, shipped, delivered, lost, returnedToSender].every((units) => units >= 0)
  invariant(
    isWhole && ordered === cancelled + unanswered + backordered + reserved + inFulfillment + shipped && shipped >= delivered + lost + returnedToSender,
    'every unit of a line is in one place',
    { ...quantities },
  )
  return quantities
}

/** Nothing more will happen to any unit of the line by itself. */
export const isEnded = ({ ordered, cancelled, delivered, lost, returnedToSender }: LineQuantities): boolean =>
  ordered === cancelled + delivered + lost + returnedToSender
