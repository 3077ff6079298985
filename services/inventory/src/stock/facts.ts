import type { BusinessDate, Cause, FulfillmentId, LocationId, OrderId, ProductId } from '@waybill/kernel'

/** Units of one stocked line kept, or no longer kept, at one location. */
export interface GrantedLine {
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  readonly location: LocationId
  readonly grant: number
}

/** Units of one stocked line that wait for supply. */
export interface BackorderedLine {
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  readonly availableOn: BusinessDate | null
  readonly supply: string | null
}

/** What became of an order's stock. */
export type ReservationFact =
  | { readonly fact: 'StockReserved' | 'BackorderFilled'; readonly order: OrderId; readonly lines: readonly GrantedLine[] }
  | { readonly fact: 'StockReleased'; readonly order: OrderId; readonly lines: readonly GrantedLine[]; readonly reason: string }
  | { readonly fact: 'StockBackordered'; readonly order: OrderId; readonly lines: readonly BackorderedLine[] }
  | {
      readonly fact: 'BackorderDateChanged'
      readonly order: OrderId
      readonly lines: readonly (Omit<BackorderedLine, 'availableOn' | 'supply'> & {
        readonly old: BusinessDate | null
        readonly new: BusinessDate | null
        readonly reason: string
      })[]
    }
  | { readonly fact: 'ReservationRefused'; readonly order: OrderId; readonly why: string; readonly lines: readonly { readonly line: number; readonly product: ProductId; readonly why: string }[] }
  | {
      readonly fact: 'StockConsumed'
      readonly order: OrderId
      readonly fulfillment: FulfillmentId
      readonly location: LocationId
      readonly lines: readonly Omit<GrantedLine, 'location' | 'grant'>[]
    }

interface Lotted {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly bin: string | null
  readonly units: number
  readonly reason: string
  readonly balance: { readonly onHand: number; readonly blocked: number; readonly reserved: number }
}

/** What became of a location's stock of a product. `filedByWarehouse`: the floor knew first and has done its part. */
export type StockFact =
  | (Lotted & { readonly fact: 'StockReceived' | 'StockUnblocked' })
  | (Lotted & { readonly fact: 'StockAdjusted'; readonly filedByWarehouse: boolean })
  | (Lotted & { readonly fact: 'StockBlocked'; readonly filedByWarehouse: boolean; readonly received: boolean })

/** What is known of stock to come. */
export type SupplyFact =
  | { readonly fact: 'SupplyAnnounced'; readonly supply: string; readonly product: ProductId; readonly location: LocationId; readonly units: number; readonly availableOn: BusinessDate }
  | {
      readonly fact: 'SupplyMoved'
      readonly supply: string
      readonly product: ProductId
      readonly location: LocationId
      readonly units: number
      readonly oldAvailableOn: BusinessDate
      readonly availableOn: BusinessDate
    }

export type Fact = ReservationFact | StockFact | SupplyFact

/** A fact and what it answers to. */
export interface Stated {
  readonly fact: Fact
  readonly cause: Cause
}
