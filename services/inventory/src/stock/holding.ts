import type { Cause, LocationId, ProductId } from '@waybill/kernel'
import type { StockBook } from './stock-book.js'
import type { Draw } from './stock-counts.js'
import { subjectOf } from './stock-level.js'

/** Asks people to count: the floor and the books do not agree. */
export function askForCount(book: StockBook, product: ProductId, location: LocationId, why: string, cause: Cause): void {
  book.chores.push({ kind: 'count', subject: subjectOf(product, location).slice(0, 64), why, owner: 'operator', dueInDays: 1, order: null, cause })
}

/** A lot of a level; undefined: all of them. */
interface Held {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null | undefined
}

/** What the named lot, or all lots together, hold. */
export function heldBy(book: StockBook, { product, location, lot }: Held): { readonly onHand: number; readonly blocked: number } {
  const lots = book.counts.lotsOf(product, location).filter((each) => lot === undefined || each.lot === lot)
  return { onHand: lots.reduce((sum, each) => sum + each.onHand, 0), blocked: lots.reduce((sum, each) => sum + each.blocked, 0) }
}

export const unitsIn = (draws: readonly Draw[]): number => draws.reduce((sum, { units }) => sum + units, 0)
