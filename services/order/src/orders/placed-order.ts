import type { ChannelId, OrderId, ProductId } from '@waybill/kernel'

/** How the customer wants it delivered: cheapest, usual, fastest, least carbon. */
export type DeliveryPreference = 'economy' | 'standard' | 'express' | 'green'
export type TransportMode = 'road' | 'air' | 'water' | 'rail'

/** Who bought. Personal data: lives in the delivery details only and is erased with them. */
export interface Customer {
  readonly name: string
  readonly email: string
  readonly phone: string | null
  /** BCP 47; `en` where the channel did not say. */
  readonly language: string
}

/** Where it goes. Personal data, but for country, region and the first three characters of the postal code. */
export interface DeliveryAddress {
  /** Who receives it; the customer's name where the channel named nobody else. */
  readonly name: string
  readonly street: string
  readonly street2: string | null
  readonly postalCode: string
  readonly city: string
  readonly region: string | null
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

/**
 * The frozen money of one unit. Unit: minor units of the order's currency.
 * What the customer pays for the unit is net + tax + shipping + shippingTax: the discount is taken off the net already
 * and kept to be shown. Where a channel's prices include tax, the discount is an amount with tax as well.
 */
export interface UnitMoney {
  readonly netMinor: bigint
  readonly taxMinor: bigint
  readonly discountMinor: bigint
  readonly shippingMinor: bigint
  readonly shippingTaxMinor: bigint
}

/** Neighbouring units of a line that carry the same money. */
export interface MoneyRun extends UnitMoney {
  readonly units: number
}

/** What the customer bought. Its units are numbered from 1, in the order of the runs. */
export interface OrderedLine {
  /** Number within the order, from 1. */
  readonly line: number
  readonly product: ProductId
  readonly description: string
  readonly category: string | null
  readonly units: number
  /** Sum of the runs' units = units. */
  readonly money: readonly MoneyRun[]
}

/** What has to leave a shelf for an ordered line: the product itself, or one component of a bundle or configuration. */
export interface StockedLine {
  readonly line: number
  /** `<ordered line>.<component>`, from 1.1. */
  readonly stockedLine: string
  readonly product: ProductId
  /** Units of the ordered line x perParent. */
  readonly units: number
  readonly perParent: number
  /** Its share of the ordered line's net + tax; the shares sum to the line. */
  readonly valueMinor: bigint
}

/** Sums over all units. totalMinor = net + tax + shipping + shippingTax. */
export interface Totals extends UnitMoney {
  readonly totalMinor: bigint
}

/** Where the money is: to be authorized at our provider, or taken by the channel already. */
export type PlacedPayment =
  | {
      readonly by: 'provider'
      /** Means of payment at the provider; null: the customer has to be asked for one by link. */
      readonly token: string | null
    }
  | { readonly by: 'channel'; readonly capturedMinor: bigint }

/** An order as it was accepted at a door: everything frozen, nothing recomputed later. Source: domain D12. */
export interface PlacedOrder {
  readonly order: OrderId
  readonly channel: ChannelId
  /** The channel's own number, normalised; unique within the channel. */
  readonly reference: string
  /** SHA-256, hex, of what the channel asked for: the same reference with another hash is refused. */
  readonly contentHash: string
  readonly brand: string | null
  readonly placedAt: Date
  readonly currency: string
  readonly customer: Customer
  readonly deliveryAddress: DeliveryAddress
  readonly preference: DeliveryPreference
  readonly forbiddenModes: readonly TransportMode[]
  /** 0 to 9; more goes first. */
  readonly priority: number
  readonly payment: PlacedPayment
  readonly orderedLines: readonly OrderedLine[]
  readonly stockedLines: readonly StockedLine[]
  readonly totals: Totals
}
