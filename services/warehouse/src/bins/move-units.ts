import type { BusinessDate, Cause, LocationId, ProductId } from '@waybill/kernel'
import type { Bin } from './bin.js'
import { freeUnits, type ContentKey, type Shelf } from './shelf.js'
import type { Refusal } from '../catalogue/refusal.js'

/** Units carried from one bin to another, such as a put-away from RECEIVING. Unit: each. */
export interface Move {
  readonly location: LocationId
  readonly product: ProductId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly from: string
  readonly to: string
  readonly units: number
  readonly by: string
  readonly cause: Cause
}

export interface Moved {
  readonly moved: number
  /** What the two bins now hold of this product and lot. */
  readonly leftInFrom: number
  readonly nowInTo: number
}

export type MoveRefusal = Refusal<'unknown-bin' | 'not-enough-in-bin' | 'invalid-move'>

/**
 * Moves free, sellable units; what is assigned to a pick task stays where its picker will look.
 * DISCREPANCY may give what it does not have: that is how a difference is settled after a count.
 */
export function moveUnits(shelf: Shelf, bins: ReadonlyMap<string, Bin>, move: Move): Moved | MoveRefusal {
  const { location, product, lot, expiresOn, units, cause } = move
  const from = bins.get(move.from)
  const to = bins.get(move.to)
  if (!from || !to) return { refused: 'unknown-bin', detail: `${location} has no bin ${from ? move.to : move.from}`, expected: {} }
  if (from.code === to.code) return { refused: 'invalid-move', detail: 'Units move from one bin to another', expected: {} }
  if (from.kind === 'blocked' || to.kind === 'blocked')
    return { refused: 'invalid-move', detail: 'What may not be sold is blocked and unblocked in inventory', expected: {} }
  const key = (bin: string): ContentKey => ({ location, product, bin, lot, expiresOn, blocked: false })
  const there = shelf.at(key(from.code))
  const free = there ? freeUnits(there) : 0
  if (from.kind !== 'discrepancy' && free < units)
    return { refused: 'not-enough-in-bin', detail: `${from.code} has ${free} free units of ${product}`, expected: { units: free } }
  shelf.move(key(from.code), key(to.code), units, { kind: 'moved', reference: move.by, cause })
  return { moved: units, leftInFrom: shelf.at(key(from.code))?.units ?? 0, nowInTo: shelf.at(key(to.code))?.units ?? 0 }
}
