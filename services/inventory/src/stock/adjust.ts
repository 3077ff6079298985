import type { BusinessDate, Cause, LocationId, ProductId } from '@waybill/kernel'
import { expire } from './block.js'
import { askForCount, heldBy } from './holding.js'
import type { StockBook } from './stock-book.js'
import { draw } from './stock-counts.js'

/** A correction of what is there. `lot` undefined: whichever lots there are, first expired first. */
export interface Adjustment {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null | undefined
  readonly expiresOn: BusinessDate | null
  readonly bin: string | null
  /** More (positive) or fewer (negative) than the books say. */
  readonly units: number
  readonly reason: string
  /** The floor found it out and has its bins right already. */
  readonly filedByWarehouse: boolean
}

export type Adjusted = { readonly adjusted: number } | { readonly refused: 'not-enough-on-hand'; readonly onHand: number }

/** Reason of an adjustment that throws units away; they leave by the account `scrapped`, blocked ones first. */
const SCRAPPED = 'scrapped'

/** Corrects a count. Refuses: not-enough-on-hand, with what is there. */
export function adjust(book: StockBook, adjustment: Adjustment, cause: Cause): Adjusted {
  const { onHand } = heldBy(book, adjustment)
  if (adjustment.units < 0 && onHand < -adjustment.units) return { refused: 'not-enough-on-hand', onHand }
  if (adjustment.units < 0) writeOff(book, { ...adjustment, units: -adjustment.units }, cause)
  else if (adjustment.units > 0) find(book, adjustment, cause)
  return { adjusted: adjustment.units }
}

/** Units that are gone leave the books; those that the books had given up before are found again first, so that bins and books stay the same, and a count is asked for. */
export function writeOff(book: StockBook, { product, location, lot, bin, units, reason, filedByWarehouse }: Adjustment, cause: Cause): void {
  const missing = units - heldBy(book, { product, location, lot: undefined }).onHand
  if (missing > 0) {
    find(book, { product, location, lot, expiresOn: null, bin: null, units: missing, reason: 'gone-but-not-on-the-books', filedByWarehouse: false }, cause)
    askForCount(book, product, location, `${missing} units were written off that the books did not have`, cause)
  }
  const isScrapped = reason === SCRAPPED
  const draws = draw(book.counts.lotsOf(product, location), lot, units, isScrapped ? ['blocked', 'on-hand'] : ['on-hand', 'blocked'])
  for (const { lot: drawn, expiresOn, from, units: taken } of draws) {
    book.counts.move({ product, location, lot: drawn, from, to: isScrapped ? 'scrapped' : 'adjusted', units: taken, reason, cause })
    book.stateStock({ fact: 'StockAdjusted', product, location, lot: drawn, expiresOn, bin, units: -taken, reason, filedByWarehouse }, cause)
  }
  book.lose(product, location, { cause, reason })
}

/** Units the books did not have. */
export function find(book: StockBook, { product, location, lot = null, expiresOn, bin, units, reason, filedByWarehouse }: Adjustment, cause: Cause): void {
  book.counts.move({ product, location, lot, expiresOn, from: 'adjusted', to: 'on-hand', units, reason, cause })
  const known = book.counts.lot(product, location, lot)?.expiresOn ?? null
  book.stateStock({ fact: 'StockAdjusted', product, location, lot, expiresOn: known, bin, units, reason, filedByWarehouse }, cause)
  book.free(product, { cause, reason })
  book.forgive(product, location)
  expire(book, { product, location, lot }, cause)
}
