/** Where money of an order can be: with the customer, kept for us, ours (or the channel's for us). */
export type LedgerAccount = 'customer' | 'authorized' | 'captured'

/** A movement of money. Written as two rows that sum to zero; never changed. Unit: minor units. */
export interface LedgerEntry {
  readonly operation: string
  readonly from: LedgerAccount
  readonly to: LedgerAccount
  readonly amountMinor: bigint
}
