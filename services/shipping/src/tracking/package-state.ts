/** How far a package has come. */
export type PackageState =
  | 'PACKED'
  | 'LABELLED'
  | 'ACCEPTED'
  | 'IN_TRANSIT'
  | 'EXCEPTION'
  | 'OUT_FOR_DELIVERY'
  | 'DELIVERY_FAILED'
  | 'DELIVERED'
  | 'RETURNED'
  | 'LOST'
  | 'DAMAGED'

/** What a carrier can say about a package. */
export type ScanStatus = 'accepted' | 'in-transit' | 'out-for-delivery' | 'delivered' | 'delivery-failed' | 'exception' | 'returned' | 'lost' | 'damaged'

export const scanStatuses: readonly ScanStatus[] = ['accepted', 'in-transit', 'out-for-delivery', 'delivered', 'delivery-failed', 'exception', 'returned', 'lost', 'damaged']

/** The end of a package that did not arrive. */
export type Failure = 'lost' | 'damaged' | 'returned-to-sender'

const stateBy: Readonly<Record<ScanStatus, PackageState>> = {
  'accepted': 'ACCEPTED',
  'in-transit': 'IN_TRANSIT',
  'exception': 'EXCEPTION',
  'out-for-delivery': 'OUT_FOR_DELIVERY',
  'delivery-failed': 'DELIVERY_FAILED',
  'delivered': 'DELIVERED',
  'returned': 'RETURNED',
  'lost': 'LOST',
  'damaged': 'DAMAGED',
}

/**
 * A state gives way to one of higher rank, or of the same rank and a later time by the carrier's clock: scans come twice and in any order.
 * The last rank is the end, and the first end that is told stays.
 */
const rank: Readonly<Record<PackageState, number>> = {
  PACKED: 0,
  LABELLED: 1,
  ACCEPTED: 2,
  IN_TRANSIT: 3,
  EXCEPTION: 3,
  OUT_FOR_DELIVERY: 4,
  DELIVERY_FAILED: 4,
  DELIVERED: 5,
  RETURNED: 5,
  LOST: 5,
  DAMAGED: 5,
}
const END = 5

export const hasEnded = (state: PackageState): boolean => rank[state] === END
export const rankOf = (state: PackageState): number => rank[state]

export const failureOf = (state: PackageState): Failure | null =>
  state === 'LOST' ? 'lost' : state === 'DAMAGED' ? 'damaged' : state === 'RETURNED' ? 'returned-to-sender' : null

/** The state after a scan; the same object if the scan only adds to the history. */
export function afterScan<P extends { readonly state: PackageState; readonly stateAt: Date | null }>(before: P, scan: { readonly status: ScanStatus; readonly at: Date }): P {
  const state = stateBy[scan.status]
  if (hasEnded(before.state) || rank[state] < rank[before.state]) return before
  const isNews = rank[state] > rank[before.state] || before.stateAt === null || scan.at > before.stateAt
  return isNews ? { ...before, state, stateAt: scan.at } : before
}
