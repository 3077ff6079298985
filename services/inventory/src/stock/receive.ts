import type { BusinessDate, Cause, LocationId, ProductId } from '@waybill/kernel'
import { isExpired, instantAt, plusDays } from '@waybill/kernel'
import type { Account } from './movement.js'
import type { StockBook } from './stock-book.js'
import { lotName } from './lot-name.js'

/** Units that come into the house. */
export interface Incoming {
  readonly product: ProductId
  readonly location: LocationId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly bin: string | null
  readonly units: number
  readonly from: Account
  readonly reason: string
  /** They come in but may not be sold, and why. */
  readonly blockedFor?: string
}

/** Takes units in. An expired lot is blocked as it comes; one that will expire is blocked on the day after its date. */
export function receive(book: StockBook, incoming: Incoming, cause: Cause): void {
  const { product, location, lot, bin, units, from, reason } = incoming
  const expiresOn = incoming.expiresOn ?? book.counts.lot(product, location, lot)?.expiresOn ?? null
  const zone = book.atlas.site(location)?.zone ?? 'UTC'
  const blockedFor = incoming.blockedFor ?? (expiresOn !== null && isExpired(expiresOn, zone, book.now) ? 'expired' : undefined)
  book.counts.move({ product, location, lot, expiresOn, from, to: blockedFor === undefined ? 'on-hand' : 'blocked', units, reason, cause })
  const fact = { product, location, lot, expiresOn, bin, units }
  if (blockedFor === undefined) book.stateStock({ fact: 'StockReceived', ...fact, reason }, cause)
  else book.stateStock({ fact: 'StockBlocked', ...fact, reason: blockedFor, filedByWarehouse: false, received: true }, cause)
  if (blockedFor !== undefined) return
  book.free(product, { cause, reason })
  book.forgive(product, location)
  if (expiresOn !== null) book.wake('lot-expiry', lotName(product, location, lot), instantAt(plusDays(expiresOn, 1), '00:00', zone))
}
