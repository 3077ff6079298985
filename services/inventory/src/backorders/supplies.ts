import { instantAt, plusDays, type BusinessDate, type Cause, type LocationId, type ProductId } from '@waybill/kernel'
import { receive, type Incoming } from '../stock/receive.js'
import type { StockBook } from '../stock/stock-book.js'
import { outstanding, type Supply } from '../supply/supply.js'
import { nextReminder, REMINDER_DUE_DAYS } from './remind.js'

/** Units on their way, as they are announced. */
export interface Announced {
  readonly id: string
  readonly code: string
  readonly product: ProductId
  readonly location: LocationId
  readonly units: number
  readonly availableOn: BusinessDate
}

/** Announces supply, or moves what is announced under the same code. Returns what that did, and to which. */
export function announce(
  book: StockBook,
  { id, code, product, location, units, availableOn }: Announced,
  cause: Cause,
): { readonly status: 'created' | 'updated' | 'unchanged'; readonly id: string } {
  const known = findSupply(book, code, product, location)
  if (known) return { status: moveSupply(book, known, { units, availableOn }, cause), id: known.id }
  const supply: Supply = { id, code, product, location, units, received: 0, availableOn }
  book.putSupply(supply)
  book.state({ fact: 'SupplyAnnounced', supply: code, product, location, units, availableOn }, cause)
  book.redated.set(product, { cause, reason: 'supply-announced' })
  wakeWhenOverdue(book, supply)
  return { status: 'created', id }
}

/** Announced supply comes on another day, or in another number (0: not at all). */
export function moveSupply(book: StockBook, supply: Supply, { units, availableOn }: Pick<Supply, 'units' | 'availableOn'>, cause: Cause): 'updated' | 'unchanged' {
  if (supply.units === units && supply.availableOn === availableOn) return 'unchanged'
  const moved = { ...supply, units, availableOn }
  book.putSupply(moved)
  const { code, product, location } = supply
  book.state({ fact: 'SupplyMoved', supply: code, product, location, units, oldAvailableOn: supply.availableOn, availableOn }, cause)
  book.redated.set(product, { cause, reason: 'supply-moved' })
  if (outstanding(moved) === 0) closeOverdue(book, moved, cause)
  else wakeWhenOverdue(book, moved)
  return 'updated'
}

/** Units of a supply, or without one, come in. */
export function receiveSupply(book: StockBook, incoming: Omit<Incoming, 'from' | 'reason'>, supply: Supply | undefined, cause: Cause): void {
  if (supply) {
    const received = { ...supply, received: supply.received + incoming.units }
    book.putSupply(received)
    if (outstanding(received) === 0) closeOverdue(book, received, cause)
    book.redated.set(incoming.product, { cause, reason: 'supply-received' })
  }
  receive(book, { ...incoming, from: 'supplier', reason: supply ? `supply ${supply.code}` : 'received' }, cause)
}

export const findSupply = (book: StockBook, code: string, product: ProductId, location: LocationId): Supply | undefined =>
  book.allSupplies().find((supply) => supply.code === code && supply.product === product && supply.location === location)

/** Supply that did not come in full on its day: somebody has to ask for it, and again if that led to nothing. */
export function remindOfSupply(book: StockBook, id: string, cause: Cause): void {
  const supply = book.allSupplies().find((each) => each.id === id)
  if (!supply || outstanding(supply) === 0) return
  // the zone of the location may have moved its midnight
  if (supply.availableOn >= book.today(supply.location)) return wakeWhenOverdue(book, supply)
  book.wake('supply-overdue', id, nextReminder(book.now))
  const why = `${outstanding(supply)} of ${supply.product} were due at ${supply.location} on ${supply.availableOn}`
  book.chores.push({ kind: 'supply-overdue', subject: id, why, owner: 'receiver', dueInDays: REMINDER_DUE_DAYS, order: null, cause })
}

function wakeWhenOverdue(book: StockBook, supply: Supply): void {
  const zone = book.atlas.site(supply.location)?.zone ?? 'UTC'
  book.wake('supply-overdue', supply.id, instantAt(plusDays(supply.availableOn, 1), '00:00', zone))
}

function closeOverdue(book: StockBook, supply: Supply, cause: Cause): void {
  book.wake('supply-overdue', supply.id, null)
  book.chores.push({ kind: 'supply-overdue', subject: supply.id, why: null, owner: 'receiver', dueInDays: 0, order: null, cause })
}
