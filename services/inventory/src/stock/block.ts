import { isExpired, type BusinessDate, type Cause, type LocationId, type ProductId } from '@waybill/kernel'
import { askForCount, heldBy, unitsIn } from './holding.js'
import type { StockBook } from './stock-book.js'
import { draw } from './stock-counts.js'

/** Units that are there and may not be sold, or may be again. `lot` undefined: whichever lots there are. */
export interface Blocking {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null | undefined
  readonly bin: string | null
  readonly units: number
  readonly reason: string
  readonly filedByWarehouse: boolean
}

export type Blocked = { readonly blocked: number } | { readonly refused: 'not-enough-on-hand'; readonly free: number }
export type Unblocked = { readonly unblocked: number } | { readonly refused: 'not-enough-blocked'; readonly blocked: number } | { readonly refused: 'lot-expired'; readonly expiresOn: BusinessDate }

/** Takes units from sale. Refuses: not-enough-on-hand, with what is there unblocked. */
export function block(book: StockBook, blocking: Blocking, cause: Cause): Blocked {
  const { onHand, blocked } = heldBy(book, blocking)
  if (onHand - blocked < blocking.units) return { refused: 'not-enough-on-hand', free: onHand - blocked }
  blockFound(book, blocking, cause)
  return { blocked: blocking.units }
}

/** Takes units from sale that the floor found, as far as the books have them; a count settles the rest. */
export function blockFound(book: StockBook, { product, location, lot, bin, units, reason, filedByWarehouse }: Blocking, cause: Cause): void {
  const draws = draw(book.counts.lotsOf(product, location), lot, units, ['on-hand'])
  for (const { lot: drawn, expiresOn, units: taken } of draws) {
    book.counts.move({ product, location, lot: drawn, from: 'on-hand', to: 'blocked', units: taken, reason, cause })
    book.stateStock({ fact: 'StockBlocked', product, location, lot: drawn, expiresOn, bin, units: taken, reason, filedByWarehouse, received: false }, cause)
  }
  book.lose(product, location, { cause, reason })
  const missing = units - unitsIn(draws)
  if (missing > 0) askForCount(book, product, location, `${missing} units were blocked that the books did not have`, cause)
}

/** Lets blocked units be sold again. Refuses: not-enough-blocked; lot-expired. */
export function unblock(book: StockBook, blocking: Blocking, cause: Cause): Unblocked {
  const { product, location, lot, bin, units, reason } = blocking
  const { blocked } = heldBy(book, blocking)
  if (blocked < units) return { refused: 'not-enough-blocked', blocked }
  const zone = book.atlas.site(location)?.zone ?? 'UTC'
  const draws = draw(book.counts.lotsOf(product, location).filter((each) => lot === undefined || each.lot === lot), lot, units, ['blocked'])
  const expired = draws.find(({ expiresOn }) => expiresOn !== null && isExpired(expiresOn, zone, book.now))
  if (expired?.expiresOn) return { refused: 'lot-expired', expiresOn: expired.expiresOn }
  for (const { lot: drawn, expiresOn, units: taken } of draws) {
    book.counts.move({ product, location, lot: drawn, from: 'blocked', to: 'on-hand', units: taken, reason, cause })
    book.stateStock({ fact: 'StockUnblocked', product, location, lot: drawn, expiresOn, bin, units: taken, reason }, cause)
  }
  book.free(product, { cause, reason })
  return { unblocked: units }
}

/** Blocks what is left of a lot whose day is over. Source: domain D1, D4. */
export function expire(book: StockBook, { product, location, lot }: Pick<Blocking, 'product' | 'location'> & { readonly lot: string | null }, cause: Cause): void {
  const row = book.counts.lot(product, location, lot)
  const zone = book.atlas.site(location)?.zone ?? 'UTC'
  if (!row || row.expiresOn === null || !isExpired(row.expiresOn, zone, book.now) || row.onHand === row.blocked) return
  blockFound(book, { product, location, lot, bin: null, units: row.onHand - row.blocked, reason: 'expired', filedByWarehouse: false }, cause)
}
