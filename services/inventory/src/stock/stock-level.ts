import type { BusinessDate, LocationId, ProductId } from '@waybill/kernel'

/** What one location holds of one product. Unit: each. Holds always: 0 <= reserved <= onHand - blocked. Source: domain D1. */
export interface StockLevel {
  readonly product: ProductId
  readonly location: LocationId
  /** Everything that is there, blocked units included. */
  readonly onHand: number
  /** There, but not for sale: damaged, expired, in quarantine. */
  readonly blocked: number
  /** Promised to orders. */
  readonly reserved: number
  /** Kept back from new promises; it limits grants, never what was granted before. */
  readonly safety: number
}

/** The units of a level that came in together. `lot` is null where the product has none. */
export interface StockLot {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly onHand: number
  readonly blocked: number
}

/** Units that can be promised now. Source: domain D1. */
export const available = ({ onHand, blocked, reserved, safety }: StockLevel): number => Math.max(0, onHand - blocked - reserved - safety)

/** Units promised that are no longer there to keep the promise. */
export const overcommitted = ({ onHand, blocked, reserved }: StockLevel): number => Math.max(0, reserved - (onHand - blocked))

/** The form in which stock facts name a level. */
export const subjectOf = (product: ProductId, location: LocationId): string => `${product}@${location}`

/** Names a level within a decision. A code never holds a line break, so two levels never share a name. */
export const levelKey = (product: ProductId, location: LocationId): string => `${product}\n${location}`
