import { invariant, type Cause, type LocationId } from '@waybill/kernel'
import type { Portion } from '../sourcing/choose-locations.js'
import type { GrantedLine } from './facts.js'
import { openOf, pendingOf, type Grant, type NeedLine } from './order-need.js'
import { setsOf, type Group } from './order-needs.js'
import type { StockBook, Why } from './stock-book.js'

const granted = ({ line, stockedLine, product, location, grant }: Grant, units: number): GrantedLine => ({ line, stockedLine, product, units, location, grant })

/** Keeps the portions of a group: each stocked line gets its next grant at each location. */
export function grant(book: StockBook, group: Group, portions: readonly Portion[], from: 'undecided' | 'backordered', cause: Cause): GrantedLine[] {
  return portions.flatMap(({ location, sets }) => group.map((line) => grantUnits(book, line, location, sets * line.perParent, from, cause)))
}

/** Keeps units of one stocked line at a location, as the line's next grant. */
export function grantUnits(book: StockBook, { order, stockedLine }: NeedLine, location: LocationId, units: number, from: 'undecided' | 'backordered', cause: Cause): GrantedLine {
  const line = lineOf(book, order, stockedLine)
  const status = book.needs.orderOf(line).phase === 'FIRM' ? 'FIRM' : 'HELD'
  const number = line.grants + 1
  const row: Grant = { order, line: line.line, stockedLine, grant: number, product: line.product, location, units, consumed: 0, released: 0, status, grantedAt: book.now }
  book.counts.reserve(line.product, location, units)
  book.needs.putGrant(row, cause)
  book.needs.putLine(withDates({ ...line, [from]: line[from] - units, reserved: line.reserved + units, grants: number }))
  return granted(row, units)
}

/** Gives back up to `sets` of a group at a location, the youngest grants first; the units are undecided again. */
export function giveBack(book: StockBook, group: Group, location: LocationId, sets: number, why: Why): GrantedLine[] {
  return group.flatMap(({ order, stockedLine, perParent }) => giveBackUnits(book, lineOf(book, order, stockedLine), sets * perParent, why, location))
}

/** Gives back units of one stocked line, the youngest grants first; at one location or wherever they are. */
export function giveBackUnits(book: StockBook, { order, stockedLine }: NeedLine, units: number, why: Why, location?: LocationId): GrantedLine[] {
  let left = units
  return book.needs
    .openGrants(order, stockedLine, location)
    .reverse()
    .flatMap((kept) => {
      const released = Math.min(left, openOf(kept))
      if (released === 0) return []
      left -= released
      const line = lineOf(book, order, stockedLine)
      book.counts.reserve(kept.product, kept.location, -released)
      book.needs.putGrant(settled({ ...kept, released: kept.released + released }), why.cause)
      book.needs.putLine({ ...line, reserved: line.reserved - released, undecided: line.undecided + released })
      book.free(kept.product, why)
      return [granted(kept, released)]
    })
}

/** Units of a stocked line leave with the grants kept for them, the oldest first. Returns what no grant at the location covers. */
export function consumeUnits(book: StockBook, { order, stockedLine }: NeedLine, units: number, location: LocationId, cause: Cause): number {
  let left = units
  for (const kept of book.needs.openGrants(order, stockedLine, location)) {
    const consumed = Math.min(left, openOf(kept))
    if (consumed === 0) break
    left -= consumed
    const line = lineOf(book, order, stockedLine)
    book.counts.reserve(kept.product, kept.location, -consumed)
    book.needs.putGrant(settled({ ...kept, consumed: kept.consumed + consumed }), cause)
    book.needs.putLine({ ...line, reserved: line.reserved - consumed, consumed: line.consumed + consumed })
  }
  return left
}

/** Sets of a group at a location that no fulfillment asks for yet, and those that one does. */
export function setsAt(book: StockBook, group: Group, location: LocationId): { readonly unrequested: number; readonly requested: number } {
  const sets = (units: (line: NeedLine) => number) => Math.min(...group.map((line) => Math.floor(units(line) / line.perParent)))
  const kept = sets(({ order, stockedLine }) => book.needs.reservedAt(order, stockedLine, location))
  const requested = Math.min(kept, sets(({ order, stockedLine }) => book.needs.requestedAt(order, stockedLine, location)))
  return { unrequested: kept - requested, requested }
}

/** The floor still works on these sets, but they are kept elsewhere from now on. */
export function displaceShares(book: StockBook, group: Group, location: LocationId, sets: number): void {
  for (const { order, stockedLine, perParent } of group) {
    let left = sets * perParent
    for (const share of book.needs.pendingShares(order, stockedLine, location)) {
      const displaced = Math.min(left, pendingOf(share))
      left -= displaced
      if (displaced > 0) book.needs.putShare({ ...share, displaced: share.displaced + displaced })
    }
  }
}

/** Requests that count on more units of a line than are kept at their location: the rest is noted as displaced. */
export function displaceUncovered(book: StockBook, { order, stockedLine }: NeedLine, location: LocationId): void {
  let left = book.needs.requestedAt(order, stockedLine, location) - book.needs.reservedAt(order, stockedLine, location)
  for (const share of book.needs.pendingShares(order, stockedLine, location)) {
    const displaced = Math.min(left, pendingOf(share))
    if (displaced <= 0) return
    left -= displaced
    book.needs.putShare({ ...share, displaced: share.displaced + displaced })
  }
}

/** The undecided rest of a group is no longer needed. */
export function dropRest(book: StockBook, group: Group): void {
  const fresh = book.needs.group(group[0].order, group[0].line)
  const sets = setsOf(fresh, 'undecided')
  for (const line of fresh) book.needs.putLine(withDates({ ...line, undecided: line.undecided - sets * line.perParent, dropped: line.dropped + sets * line.perParent }))
}

/** These groups could not be served from there although the counts said so. */
export function avoid(book: StockBook, group: Group, location: LocationId): void {
  for (const line of book.needs.group(group[0].order, group[0].line)) if (!line.avoid.includes(location)) book.needs.putLine({ ...line, avoid: [...line.avoid, location] })
}

/** A line that waits for nothing has no date. */
export const withDates = (line: NeedLine): NeedLine => (line.backordered > 0 ? line : { ...line, promisedOn: null, supply: null, backorderedAt: null })

const settled = (grant: Grant): Grant => (openOf(grant) > 0 ? grant : { ...grant, status: grant.consumed > 0 ? 'CONSUMED' : 'RELEASED' })

function lineOf(book: StockBook, order: NeedLine['order'], stockedLine: string): NeedLine {
  const line = book.needs.line(order, stockedLine)
  invariant(line !== undefined, 'a grant is here with its line', { order, stockedLine })
  return line
}

/** Why nothing but this decision's own cause is at work. */
export const because = (cause: Cause, reason: string): Why => ({ cause, reason })
