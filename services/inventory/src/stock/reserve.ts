import type { Cause, ChannelId, OrderId, ProductId } from '@waybill/kernel'
import { chooseLocations } from '../sourcing/choose-locations.js'
import type { GrantedLine } from './facts.js'
import { because, grant } from './grants.js'
import { setsOf, type Group } from './order-needs.js'
import type { StockBook } from './stock-book.js'

/** An order that asks for stock. */
export interface PlacedOrder {
  readonly order: OrderId
  readonly channel: ChannelId
  readonly country: string
  readonly forbiddenModes: readonly string[]
  readonly priority: number
  readonly placedAt: Date
  readonly lines: readonly { readonly line: number; readonly stockedLine: string; readonly product: ProductId; readonly units: number; readonly perParent: number }[]
}

interface Hopeless {
  readonly group: Group
  readonly why: string
}

/** Longest and shortest time between two looks at an order that waits for data. Unit: ms. */
const LOOK_AGAIN_MIN = 1_000
const LOOK_AGAIN_MAX = 30_000

/** Takes in an order and answers it: reserved, backordered, refused, or waiting for data that is on its way. */
export function reserve(book: StockBook, { lines, ...placed }: PlacedOrder, waitForDataMs: number, cause: Cause): void {
  const { order } = placed
  // the message cannot come twice, but an order published again under a new event id must not be reserved again
  if (book.needs.order(order)) return
  book.needs.putOrder({ ...placed, phase: 'WAITING', receivedAt: book.now, planRefusals: 0 }, cause)
  for (const line of lines) {
    const none = { reserved: 0, backordered: 0, consumed: 0, dropped: 0, grants: 0, avoid: [], promisedOn: null, supply: null, backorderedAt: null }
    book.needs.putLine({ ...line, order, undecided: line.units, ...none })
  }
  answer(book, order, waitForDataMs, cause)
}

/**
 * Answers an order that waits: keeps what is there at the fewest locations, backorders the rest. Data that is missing
 * is waited for, at most `waitForDataMs`; then, or where nothing can ever serve a line, the order is refused.
 */
export function answer(book: StockBook, order: OrderId, waitForDataMs: number, cause: Cause): void {
  const need = book.needs.order(order)
  if (need?.phase !== 'WAITING') return
  const groups = book.needs.groupsOf(order)
  const refusals = groups.map((group) => ({ group, served: book.atlas.eligible(need, group.map(({ product }) => product)) }))
  const waitedMs = book.now.getTime() - need.receivedAt.getTime()
  const isOver = waitedMs >= waitForDataMs
  const hopeless: readonly Hopeless[] = refusals.flatMap(({ group, served }): Hopeless[] =>
    served.status === 'refused' ? [{ group, why: served.why }] : served.status === 'unknown' && isOver ? [{ group, why: served.waitsFor }] : [],
  )
  const first = hopeless[0]
  if (first) {
    refuse(book, order, first.why, hopeless, cause)
  } else if (refusals.some(({ served }) => served.status === 'unknown')) {
    const pause = Math.min(LOOK_AGAIN_MAX, Math.max(LOOK_AGAIN_MIN, waitedMs), waitForDataMs - waitedMs)
    book.wake('waiting-order', order, new Date(book.now.getTime() + pause))
  } else {
    book.needs.putOrder({ ...need, phase: 'HELD' }, cause)
    const lines = source(book, groups, because(cause, 'not-available'))
    if (lines.length > 0) book.state({ fact: 'StockReserved', order, lines }, cause)
  }
}

/** Keeps the undecided sets of these groups of one order together, at the fewest locations; the rest is backordered. */
export function source(book: StockBook, groups: readonly Group[], why: ReturnType<typeof because>): GrantedLine[] {
  const asking = groups.map(([{ order, line }]) => book.needs.group(order, line)).filter((group) => setsOf(group, 'undecided') > 0)
  const portions = chooseLocations(asking.map((group) => book.demandOf(group, setsOf(group, 'undecided'))), book.availableAt)
  const lines = asking.flatMap((group) => grant(book, group, portions.filter(({ line }) => line === group[0].line), 'undecided', why.cause))
  for (const group of asking) book.backorderRest(group, why)
  return lines
}

function refuse(book: StockBook, order: OrderId, why: string, hopeless: readonly Hopeless[], cause: Cause): void {
  const need = book.needs.order(order)
  if (need) book.needs.putOrder({ ...need, phase: 'REFUSED' }, cause)
  for (const line of book.needs.linesOf(order)) book.needs.putLine({ ...line, undecided: 0, dropped: line.dropped + line.undecided })
  book.state({ fact: 'ReservationRefused', order, why, lines: hopeless.map((each) => ({ line: each.group[0].line, product: each.group[0].product, why: each.why })) }, cause)
}
