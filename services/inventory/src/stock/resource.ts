import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import { chooseLocations } from '../sourcing/choose-locations.js'
import type { GrantedLine } from './facts.js'
import { writeOff, type Adjustment } from './adjust.js'
import { avoid, because, giveBack } from './grants.js'
import { pendingOf, type FulfillmentStatus, type Share } from './order-need.js'
import type { Group } from './order-needs.js'
import { source } from './reserve.js'
import type { StockBook } from './stock-book.js'

/** Units the floor did not find, or could not have. */
export interface ShortPicked {
  readonly order: OrderId
  readonly fulfillment: FulfillmentId
  readonly location: LocationId
  readonly reason: string
  /** Units that this fulfillment goes without, whole sets of each ordered line. */
  readonly dropped: readonly { readonly stockedLine: string; readonly units: number }[]
  /** What is not where the books had it. */
  readonly writtenOff: readonly Pick<Adjustment, 'product' | 'lot' | 'expiresOn' | 'bin' | 'units'>[]
}

/** A short pick: what is gone leaves the books; the order gets its units from another location, or waits. Source: domain flow 3. */
export function shortPick(book: StockBook, { order, fulfillment, location, reason, dropped, writtenOff }: ShortPicked, cause: Cause): void {
  if (!book.needs.fulfillment(fulfillment)) book.needs.putFulfillment({ fulfillment, order, location, status: 'REQUESTED' })
  const moving = dropped.map(({ stockedLine, units }) => ({ stockedLine, units: drop(book, { order, fulfillment, location, stockedLine }, units) }))
  const released = moveAway(book, order, location, moving, because(cause, 'short-picked'))
  for (const gone of writtenOff) writeOff(book, { ...gone, location, reason, filedByWarehouse: true }, cause)
  settleElsewhere(book, order, released.groups, released.lines, because(cause, 'short-picked'))
}

/** The location cannot pick the fulfillment at all: everything it was asked for comes from elsewhere, or waits. */
export function reject(book: StockBook, { order, fulfillment, location }: Pick<ShortPicked, 'order' | 'fulfillment' | 'location'>, cause: Cause): void {
  const known = book.needs.fulfillment(fulfillment)
  book.needs.putFulfillment({ fulfillment, order, location, status: 'REJECTED' })
  if (known?.status === 'REQUESTED') resourceAll(book, fulfillment, 'REJECTED', cause)
}

/** No carrier service takes the fulfillment from its location: it is sourced elsewhere, once and as a whole; else people decide. Source: domain D10. */
export function planRefused(book: StockBook, { order, fulfillment, location }: Pick<ShortPicked, 'order' | 'fulfillment' | 'location'>, cause: Cause): void {
  const known = book.needs.fulfillment(fulfillment)
  if (known && known.status !== 'REQUESTED') return
  if (known) resourceAll(book, fulfillment, 'PLAN_REFUSED', cause)
  else book.needs.putFulfillment({ fulfillment, order, location, status: 'PLAN_REFUSED' })
}

const endings = { REJECTED: 'fulfillment-rejected', PLAN_REFUSED: 'no-carrier-service', HANDED_OVER: 'not-shipped' } as const

/** The fulfillment has ended: serves all that it still asks for from elsewhere. */
export function resourceAll(book: StockBook, fulfillment: FulfillmentId, status: Exclude<FulfillmentStatus, 'REQUESTED'>, cause: Cause): void {
  const known = book.needs.fulfillment(fulfillment)
  if (!known) return
  const { order, location } = known
  const shares = book.needs.sharesOf(order, fulfillment)
  if (status === 'PLAN_REFUSED' && !goesElsewhere(book, order, location, shares)) {
    const why = 'No carrier service takes this fulfillment, and no other location has its units'
    book.chores.push({ kind: 'plan-refused', subject: fulfillment, why, owner: 'operator', dueInDays: 1, order, cause })
    book.needs.putFulfillment({ ...known, status: 'REQUESTED' })
    return
  }
  const why = because(cause, endings[status])
  const moving = shares.map(({ stockedLine, ...share }) => ({ stockedLine, units: drop(book, { ...share, stockedLine }, share.units - share.consumed - share.dropped) }))
  book.needs.putFulfillment({ ...known, status })
  const need = book.needs.order(order)
  if (need && status === 'PLAN_REFUSED') book.needs.putOrder({ ...need, planRefusals: need.planRefusals + 1 }, cause)
  const { groups, lines } = moveAway(book, order, location, moving, why)
  settleElsewhere(book, order, groups, lines, why)
}

/** What a fulfillment goes without. Returns the units still kept at its location for it; those displaced before are kept elsewhere already. */
function drop(book: StockBook, at: Pick<Share, 'order' | 'fulfillment' | 'location' | 'stockedLine'>, units: number): number {
  const share = book.needs.share(at.order, at.fulfillment, at.stockedLine)
  const absorbed = Math.min(share?.displaced ?? 0, units)
  const { order, fulfillment, location, stockedLine } = at
  const before = share ?? { order, fulfillment, location, stockedLine, units: 0, consumed: 0, dropped: 0, displaced: 0 }
  book.needs.putShare({ ...before, dropped: before.dropped + units, displaced: before.displaced - absorbed })
  return units - absorbed
}

/** Gives back whole sets of the named stocked lines at a location, and keeps clear of it. */
function moveAway(book: StockBook, order: OrderId, location: LocationId, moving: readonly { readonly stockedLine: string; readonly units: number }[], why: ReturnType<typeof because>) {
  const units = new Map(moving.map((each) => [each.stockedLine, each.units]))
  const groups = book.needs.groupsOf(order).filter((group) => group.some(({ stockedLine }) => (units.get(stockedLine) ?? 0) > 0))
  const lines = groups.flatMap((group) => {
    const sets = Math.max(...group.map(({ stockedLine, perParent }) => Math.ceil((units.get(stockedLine) ?? 0) / perParent)))
    const given = giveBack(book, group, location, sets, why)
    avoid(book, group, location)
    return given
  })
  return { groups, lines }
}

/** Tells what was given back, and keeps it elsewhere or backorders it. */
function settleElsewhere(book: StockBook, order: OrderId, groups: readonly Group[], released: readonly GrantedLine[], why: ReturnType<typeof because>): void {
  if (released.length > 0) book.state({ fact: 'StockReleased', order, lines: released, reason: why.reason }, why.cause)
  const lines = source(book, groups, why)
  if (lines.length > 0) book.state({ fact: 'StockReserved', order, lines }, why.cause)
}

/** Could all that these shares still ask for be kept at other locations? Asked once an order. */
function goesElsewhere(book: StockBook, order: OrderId, location: LocationId, shares: readonly Share[]): boolean {
  if ((book.needs.order(order)?.planRefusals ?? 0) > 0) return false
  const units = new Map(shares.map((share) => [share.stockedLine, pendingOf(share)]))
  const demands = book.needs.groupsOf(order).flatMap((group) => {
    const sets = Math.max(...group.map(({ stockedLine, perParent }) => Math.ceil((units.get(stockedLine) ?? 0) / perParent)))
    const demand = book.demandOf(group, sets)
    return sets === 0 ? [] : [{ ...demand, locations: demand.locations.filter((each) => each !== location) }]
  })
  const found = chooseLocations(demands, book.availableAt).reduce((sum, { sets }) => sum + sets, 0)
  return found === demands.reduce((sum, { sets }) => sum + sets, 0)
}
