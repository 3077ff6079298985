import { asId, type NewId, type OrderId } from '@waybill/kernel'
import type { PlacedOrder } from '../orders/placed-order.js'
import { priceSubmission } from './price-submission.js'
import { referenceKey } from './reference.js'
import { refuse, type Refusal } from '../reading/fault.js'
import type { Submission } from './submission.js'
import type { Terms } from './terms.js'

/** An order that a channel handed in before. */
export interface KnownOrder {
  readonly order: OrderId
  readonly channel: string
  /** As it was first sent. */
  readonly reference: string
  readonly contentHash: string
  readonly currency: string
  readonly totalMinor: bigint
}

/** An order as it came, read. */
export interface Candidate {
  readonly submission: Submission
  readonly contentHash: string
}

/** The answer to one order. */
export type Decision =
  | { readonly kind: 'placed'; readonly placed: PlacedOrder }
  | { readonly kind: 'known'; readonly known: KnownOrder }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** What makes an order the same as another. */
export const identityOf = ({ channel, reference }: { readonly channel: string; readonly reference: string }): string => `${channel} ${referenceKey(reference)}`

/**
 * Decides a batch of orders, one after the other. The same again is the same order, whether it came before or stands
 * twice in the batch; the same reference with other content is refused. Only what is new is priced: an order that was
 * accepted stays accepted, whatever became of its product or price. `known`: by identityOf.
 */
export function capture(candidates: readonly Candidate[], known: ReadonlyMap<string, KnownOrder>, terms: Terms, newId: NewId): Decision[] {
  const taken = new Map(known)
  return candidates.map(({ submission, contentHash }): Decision => {
    const identity = identityOf(submission)
    const before = taken.get(identity)
    if (before) return again(before, contentHash)
    const priced = priceSubmission(submission, terms)
    if ('code' in priced) return { kind: 'refused', refusal: priced }
    const placed = { ...priced, order: asId<OrderId>(newId()), contentHash }
    taken.set(identity, knownOf(placed))
    return { kind: 'placed', placed }
  })
}

/** The answer to an order whose reference is taken. */
export const again = (before: KnownOrder, contentHash: string): Decision =>
  before.contentHash === contentHash
    ? { kind: 'known', known: before }
    : { kind: 'refused', refusal: refuse('order-already-exists', '/reference', `Order ${before.order} has this reference and other content`) }

export const knownOf = ({ order, channel, reference, contentHash, currency, totals }: PlacedOrder): KnownOrder => ({
  order,
  channel,
  reference,
  contentHash,
  currency,
  totalMinor: totals.totalMinor,
})
