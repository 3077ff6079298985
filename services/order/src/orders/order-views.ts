import type { OrderId } from '@waybill/kernel'
import type { LineQuantities } from './line-quantities.js'
import type { Customer, DeliveryAddress } from './placed-order.js'
import type { UnitSet } from './unit-set.js'

interface WindowView {
  readonly from: string | null
  readonly to: string | null
}

/** An order as people and channels see it. Amounts: minor units of its currency. */
export interface OrderView {
  readonly order: string
  readonly channel: string
  readonly reference: string
  readonly brand: string | null
  readonly status: string
  readonly placedAt: string
  readonly currency: string
  readonly country: string
  readonly preference: string
  readonly forbiddenModes: readonly string[]
  readonly priority: number
  readonly totals: {
    readonly netMinor: number
    readonly taxMinor: number
    readonly discountMinor: number
    readonly shippingMinor: number
    readonly shippingTaxMinor: number
    readonly totalMinor: number
  }
  readonly lines: readonly {
    readonly line: number
    readonly product: string
    readonly description: string
    readonly totalMinor: number
    readonly quantities: LineQuantities
    readonly promises: readonly {
      readonly units: number
      readonly backordered: boolean
      readonly availableOn: string | null
      readonly window: WindowView
      readonly sold: WindowView
    }[]
  }[]
  readonly fulfillments: readonly {
    readonly fulfillment: string
    readonly location: string
    readonly status: 'requested' | 'dispatched' | 'delivered' | 'refused' | 'ended'
    readonly requestedAt: string
    readonly dispatchedAt: string | null
    readonly lines: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]
  }[]
  readonly payment: {
    readonly payment: string
    readonly kind: 'provider' | 'channel'
    readonly status: string
    readonly dueMinor: number
    readonly authorizedMinor: number
    readonly capturedMinor: number
    readonly refundedMinor: number
    /** Until when the customer may pay another way; null: nothing is asked. */
    readonly payUntil: string | null
  }
  readonly holds: readonly { readonly hold: 'payment'; readonly why: string; readonly dueAt: string }[]
  readonly endedWhy: string | null
}

/** Who the customer is: for agents. Null fields: erased. */
export interface CustomerView {
  readonly customer: { readonly [Field in keyof Customer]: Customer[Field] | null }
  readonly deliveryAddress: { readonly [Field in keyof DeliveryAddress]: DeliveryAddress[Field] | null }
}

/** A line of the list of orders. */
export interface OrderListItem {
  readonly order: string
  readonly channel: string
  readonly reference: string
  readonly status: string
  readonly placedAt: string
  readonly currency: string
  readonly totalMinor: number
  readonly country: string
}

/** What the list is narrowed to; undefined: not at all. */
export interface OrderFilter {
  readonly channel: string | undefined
  readonly reference: string | undefined
  readonly status: string | undefined
  /** E-mail address, or beginning of the name, of the customer. */
  readonly customer: string | undefined
}

/** Where a page of the list ends: newest first. */
export interface ListPosition {
  readonly createdAt: string
  readonly order: string
}

/** What a customer's pay link shows. */
export interface PayView {
  readonly order: OrderId
  readonly reference: string
  readonly amountMinor: number
  readonly currency: string
  readonly status: 'open' | 'in-progress' | 'paid' | 'over'
  readonly payUntil: string | null
}

/** Reads of orders. Decides nothing. */
export abstract class OrderViews {
  abstract one(order: string): Promise<OrderView | undefined>
  abstract customerOf(order: string): Promise<CustomerView | undefined>
  abstract list(filter: OrderFilter, after: ListPosition | undefined, limit: number): Promise<readonly (OrderListItem & ListPosition)[]>
  /** By order or payment. */
  abstract toPay(id: string): Promise<PayView | undefined>
  abstract countByStatus(): Promise<Readonly<Record<string, number>>>
}
