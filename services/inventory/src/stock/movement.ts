import type { BusinessDate, Cause, LocationId, ProductId } from '@waybill/kernel'

/** Where units can be. `on-hand` and `blocked` are inside the house; the others are where they came from or went to. */
export type Account = 'supplier' | 'on-hand' | 'blocked' | 'in-transit' | 'shipped' | 'adjusted' | 'scrapped'

/** One entry of the ledger: units leave one account and reach another, so every movement sums to zero. */
export interface Movement {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null
  readonly from: Account
  readonly to: Account
  readonly units: number
  readonly reason: string
  readonly cause: Cause
}

/** A movement to be made; a lot seen for the first time brings its expiry. */
export interface Move extends Movement {
  readonly expiresOn?: BusinessDate | null
}

/** What a movement adds to an account. */
export const gainOf = ({ from, to, units }: Pick<Movement, 'from' | 'to' | 'units'>, account: Account): number =>
  (to === account ? units : 0) - (from === account ? units : 0)
