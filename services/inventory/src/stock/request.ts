import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import type { StockBook } from './stock-book.js'
import { resourceAll } from './resource.js'

/** What the order asks one location to send. */
export interface Requested {
  readonly order: OrderId
  readonly fulfillment: FulfillmentId
  readonly location: LocationId
  readonly lines: readonly { readonly stockedLine: string; readonly units: number }[]
}

/**
 * The order asks a location for units that are kept there: they are the last to be moved away from now on. Units that
 * moved while the request was on its way are noted as displaced. The fulfillment may have ended before this is heard.
 */
export function request(book: StockBook, { order, fulfillment, location, lines }: Requested, cause: Cause): void {
  const known = book.needs.fulfillment(fulfillment)
  if (!known) book.needs.putFulfillment({ fulfillment, order, location, status: 'REQUESTED' })
  for (const { stockedLine, units } of lines) {
    const share = book.needs.share(order, fulfillment, stockedLine) ?? { fulfillment, order, location, stockedLine, units: 0, consumed: 0, dropped: 0, displaced: 0 }
    const open = Math.max(0, units - share.consumed - share.dropped)
    const unrequested = book.needs.reservedAt(order, stockedLine, location) - book.needs.requestedAt(order, stockedLine, location)
    const displaced = known?.status === 'HANDED_OVER' ? 0 : Math.max(0, open - Math.max(0, unrequested))
    book.needs.putShare({ ...share, units, displaced })
  }
  if (known && known.status !== 'REQUESTED') resourceAll(book, fulfillment, known.status, cause)
}
