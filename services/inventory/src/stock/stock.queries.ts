import type { BusinessDate, LocationId, OrderId, ProductId } from '@waybill/kernel'
import type { Supply } from '../supply/supply.js'
import type { FulfillmentStatus, Phase, ReservationStatus } from './order-need.js'
import type { StockLevel, StockLot } from './stock-level.js'

/** Can it be promised, now and later? */
export interface Availability {
  readonly product: ProductId
  readonly channel: string | null
  /** Units that can be promised now. */
  readonly now: number
  readonly locations: readonly { readonly location: LocationId; readonly available: number }[]
  /** Announced units that nobody was promised, by day. */
  readonly next: readonly { readonly availableOn: BusinessDate; readonly units: number }[]
}

export interface StockView extends StockLevel {
  readonly available: number
  readonly lots: readonly Omit<StockLot, 'product' | 'location'>[]
}

/** A place in the queue. */
export interface WaitingLine {
  readonly order: OrderId
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  readonly priority: number
  readonly placedAt: Date
  readonly backorderedAt: Date
  readonly ageDays: number
  readonly availableOn: BusinessDate | null
  readonly supply: string | null
}

/** All that is kept, or waits, for one order. */
export interface OrderStock {
  readonly order: OrderId
  readonly phase: Phase
  readonly lines: readonly {
    readonly line: number
    readonly stockedLine: string
    readonly product: ProductId
    readonly units: number
    readonly undecided: number
    readonly reserved: number
    readonly backordered: number
    readonly consumed: number
    readonly dropped: number
    readonly availableOn: BusinessDate | null
  }[]
  readonly reservations: readonly {
    readonly stockedLine: string
    readonly grant: number
    readonly location: LocationId
    readonly units: number
    readonly consumed: number
    readonly released: number
    readonly status: ReservationStatus
  }[]
  readonly fulfillments: readonly { readonly fulfillment: string; readonly location: LocationId; readonly status: FulfillmentStatus }[]
}

/** What people and channels ask of stock. */
export abstract class StockQueries {
  abstract availability(product: ProductId, channel: string | null, location: LocationId | undefined): Promise<Availability>
  abstract stock(filter: { readonly product: ProductId | undefined; readonly location: LocationId | undefined }, after: readonly [string, string] | undefined, limit: number): Promise<readonly StockView[]>
  abstract supplies(filter: { readonly product: ProductId | undefined; readonly isOutstanding: boolean | undefined }, after: readonly [string, string] | undefined, limit: number): Promise<readonly Supply[]>
  /** In the order of the queue. */
  abstract backorders(product: ProductId | undefined, after: readonly [number, string, string, string] | undefined, limit: number): Promise<readonly WaitingLine[]>
  abstract order(order: OrderId): Promise<OrderStock | undefined>
}
