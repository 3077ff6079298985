import type { ChannelId, OrderId } from '@waybill/kernel'
import type { DeliveryPreference, OrderedLine, PlacedOrder, StockedLine, Totals, TransportMode } from './placed-order.js'

/** What was agreed when the order was placed, without who the customer is. Never changes. */
export interface OrderTerms {
  readonly order: OrderId
  readonly channel: ChannelId
  readonly reference: string
  readonly brand: string | null
  readonly placedAt: Date
  readonly currency: string
  readonly country: string
  readonly region: string | null
  /** First three characters of the postal code. */
  readonly postalPrefix: string
  readonly preference: DeliveryPreference
  readonly forbiddenModes: readonly TransportMode[]
  readonly priority: number
  readonly orderedLines: readonly OrderedLine[]
  readonly stockedLines: readonly StockedLine[]
  readonly totals: Totals
}

/** A region travels as a code only: longer names stay with the address. */
const REGION_CODE_MAX = 64

const POSTAL_PREFIX_LENGTH = 3

/** The part of a placed order that everybody may know. */
export const termsOf = ({ deliveryAddress, ...placed }: PlacedOrder): OrderTerms => ({
  order: placed.order,
  channel: placed.channel,
  reference: placed.reference,
  brand: placed.brand,
  placedAt: placed.placedAt,
  currency: placed.currency,
  country: deliveryAddress.country,
  region: deliveryAddress.region === null || deliveryAddress.region === '' ? null : deliveryAddress.region.slice(0, REGION_CODE_MAX),
  postalPrefix: [...deliveryAddress.postalCode].slice(0, POSTAL_PREFIX_LENGTH).join(''),
  preference: placed.preference,
  forbiddenModes: placed.forbiddenModes,
  priority: placed.priority,
  orderedLines: placed.orderedLines,
  stockedLines: placed.stockedLines,
  totals: placed.totals,
})
