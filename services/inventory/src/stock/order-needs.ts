import { invariant, type Cause, type FulfillmentId, type LocationId, type OrderId } from '@waybill/kernel'
import type { Part } from '../sourcing/choose-locations.js'
import { openOf, pendingOf, type FulfillmentNeed, type Grant, type NeedLine, type OrderNeed, type Phase, type ReservationStatus, type Share } from './order-need.js'

/** The stocked lines of one ordered line: they are served together, in whole sets. */
export type Group = readonly [NeedLine, ...NeedLine[]]

/** Names an ordered line of an order. */
export const groupKey = ({ order, line }: Pick<NeedLine, 'order' | 'line'>): string => `${order}/${line}`

/** Sets of a group in one of its states: all its stocked lines hold the same number. */
export const setsOf = (group: Group, state: 'undecided' | 'backordered' | 'reserved'): number =>
  Math.min(...group.map((line) => Math.floor(line[state] / line.perParent)))

/** What one set takes, a product named twice summed. */
export function partsOf(group: Group): Part[] {
  const units = new Map<Part['product'], number>()
  for (const { product, perParent } of group) units.set(product, (units.get(product) ?? 0) + perParent)
  return [...units].map(([product, each]) => ({ product, units: each }))
}

export interface NeedRows {
  readonly orders: readonly OrderNeed[]
  readonly lines: readonly NeedLine[]
  readonly grants?: readonly Grant[]
  readonly fulfillments?: readonly FulfillmentNeed[]
  readonly shares?: readonly Share[]
}

/** One status becoming another; `from` null: it begins. */
export type Transition =
  | { readonly of: 'order'; readonly order: OrderId; readonly from: Phase | null; readonly to: Phase; readonly cause: Cause }
  | {
      readonly of: 'reservation'
      readonly order: OrderId
      readonly stockedLine: string
      readonly grant: number
      readonly from: ReservationStatus | null
      readonly to: ReservationStatus
      readonly cause: Cause
    }

/** The working copy of orders, their lines, grants and fulfillments during one decision. An order may be here with only some of its lines. */
export class OrderNeeds {
  private readonly orders = new Map<OrderId, OrderNeed>()
  private readonly lines = new Map<OrderId, Map<string, NeedLine>>()
  private readonly grants = new Map<OrderId, Map<string, Grant>>()
  private readonly fulfillments = new Map<FulfillmentId, FulfillmentNeed>()
  private readonly shares = new Map<OrderId, Map<string, Share>>()
  /** Every change of a status, for the history. */
  readonly transitions: Transition[] = []
  private readonly changed = { orders: new Set<OrderNeed['order']>(), lines: new Set<string>(), grants: new Set<string>(), fulfillments: new Set<FulfillmentId>(), shares: new Set<string>() }

  constructor(rows: NeedRows) {
    this.adopt(rows)
  }

  /** Adds rows that were read later. What is here already is newer and stays. */
  adopt({ orders, lines, grants = [], fulfillments = [], shares = [] }: NeedRows): void {
    for (const order of orders) if (!this.orders.has(order.order)) this.orders.set(order.order, order)
    for (const line of lines) if (!this.lines.get(line.order)?.has(line.stockedLine)) inner(this.lines, line.order).set(line.stockedLine, line)
    for (const grant of grants) if (!this.grants.get(grant.order)?.has(grantKey(grant))) inner(this.grants, grant.order).set(grantKey(grant), grant)
    for (const each of fulfillments) if (!this.fulfillments.has(each.fulfillment)) this.fulfillments.set(each.fulfillment, each)
    for (const share of shares) if (!this.shares.get(share.order)?.has(shareKey(share))) inner(this.shares, share.order).set(shareKey(share), share)
  }

  order(order: OrderId): OrderNeed | undefined {
    return this.orders.get(order)
  }

  /** Every order that is here, in whole or in part. */
  all(): OrderNeed[] {
    return [...this.orders.values()]
  }

  /** The order of a line that is here. */
  orderOf({ order }: Pick<NeedLine, 'order'>): OrderNeed {
    const need = this.orders.get(order)
    invariant(need !== undefined, 'a line is here with its order', { order })
    return need
  }

  line(order: OrderId, stockedLine: string): NeedLine | undefined {
    return this.lines.get(order)?.get(stockedLine)
  }

  linesOf(order: OrderId): NeedLine[] {
    return [...(this.lines.get(order)?.values() ?? [])]
  }

  /** The ordered lines of an order, by number. */
  groupsOf(order: OrderId): Group[] {
    const groups = new Map<number, [NeedLine, ...NeedLine[]]>()
    for (const line of this.linesOf(order)) {
      const group = groups.get(line.line)
      if (group) group.push(line)
      else groups.set(line.line, [line])
    }
    return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
  }

  /** The group as it is now. */
  group(order: OrderId, line: number): Group {
    const group = this.groupsOf(order).find(([first]) => first.line === line)
    invariant(group !== undefined, 'an ordered line is here with its stocked lines', { order, line })
    return group
  }

  /** All groups with units that wait. */
  backordered(): Group[] {
    return [...this.lines.keys()].flatMap((order) => this.groupsOf(order)).filter((group) => setsOf(group, 'backordered') > 0)
  }

  grantsOf(order: OrderId): Grant[] {
    return [...(this.grants.get(order)?.values() ?? [])]
  }

  /** Grants with units still kept for a stocked line, the oldest first; at one location or at all. */
  openGrants(order: OrderId, stockedLine: string, location?: LocationId): Grant[] {
    return this.grantsOf(order)
      .filter((grant) => grant.stockedLine === stockedLine && openOf(grant) > 0 && (location === undefined || grant.location === location))
      .sort((a, b) => a.grant - b.grant)
  }

  reservedAt(order: OrderId, stockedLine: string, location: LocationId): number {
    return this.openGrants(order, stockedLine, location).reduce((sum, grant) => sum + openOf(grant), 0)
  }

  /** Grants with units still kept at a level. */
  grantsAt({ product, location }: Pick<Grant, 'product' | 'location'>): Grant[] {
    return [...this.grants.values()].flatMap((each) => [...each.values()]).filter((grant) => grant.product === product && grant.location === location && openOf(grant) > 0)
  }

  fulfillment(fulfillment: FulfillmentId): FulfillmentNeed | undefined {
    return this.fulfillments.get(fulfillment)
  }

  share(order: OrderId, fulfillment: FulfillmentId, stockedLine: string): Share | undefined {
    return this.shares.get(order)?.get(shareKey({ fulfillment, stockedLine }))
  }

  sharesOf(order: OrderId, fulfillment: FulfillmentId): Share[] {
    return [...(this.shares.get(order)?.values() ?? [])].filter((share) => share.fulfillment === fulfillment)
  }

  /** What the floor is working on for a stocked line at a location, the youngest fulfillment first. */
  pendingShares(order: OrderId, stockedLine: string, location: LocationId): Share[] {
    return [...(this.shares.get(order)?.values() ?? [])]
      .filter((share) => share.stockedLine === stockedLine && share.location === location && pendingOf(share) > 0)
      .filter(({ fulfillment }) => this.fulfillments.get(fulfillment)?.status === 'REQUESTED')
      .sort((a, b) => (a.fulfillment < b.fulfillment ? 1 : -1))
  }

  requestedAt(order: OrderId, stockedLine: string, location: LocationId): number {
    return this.pendingShares(order, stockedLine, location).reduce((sum, share) => sum + pendingOf(share), 0)
  }

  putOrder(order: OrderNeed, cause: Cause): void {
    const from = this.orders.get(order.order)?.phase ?? null
    if (from !== order.phase) this.transitions.push({ of: 'order', order: order.order, from, to: order.phase, cause })
    this.orders.set(order.order, order)
    this.changed.orders.add(order.order)
  }

  putLine(line: NeedLine): void {
    const sum = line.undecided + line.reserved + line.backordered + line.consumed + line.dropped
    invariant(sum === line.units, 'every unit of a line is in one place', { ...line })
    inner(this.lines, line.order).set(line.stockedLine, line)
    this.changed.lines.add(`${line.order}\n${line.stockedLine}`)
  }

  putGrant(grant: Grant, cause: Cause): void {
    const { order, stockedLine, grant: number, status } = grant
    const from = this.grants.get(order)?.get(grantKey(grant))?.status ?? null
    if (from !== status) this.transitions.push({ of: 'reservation', order, stockedLine, grant: number, from, to: status, cause })
    inner(this.grants, grant.order).set(grantKey(grant), grant)
    this.changed.grants.add(`${grant.order}\n${grantKey(grant)}`)
  }

  putFulfillment(fulfillment: FulfillmentNeed): void {
    this.fulfillments.set(fulfillment.fulfillment, fulfillment)
    this.changed.fulfillments.add(fulfillment.fulfillment)
  }

  putShare(share: Share): void {
    inner(this.shares, share.order).set(shareKey(share), share)
    this.changed.shares.add(shareKey(share))
  }

  /** The rows to write. */
  changes(): Required<NeedRows> {
    const { changed } = this
    return {
      orders: [...this.orders.values()].filter(({ order }) => changed.orders.has(order)),
      lines: flat(this.lines).filter((line) => changed.lines.has(`${line.order}\n${line.stockedLine}`)),
      grants: flat(this.grants).filter((grant) => changed.grants.has(`${grant.order}\n${grantKey(grant)}`)),
      fulfillments: [...this.fulfillments.values()].filter(({ fulfillment }) => changed.fulfillments.has(fulfillment)),
      shares: flat(this.shares).filter((share) => changed.shares.has(shareKey(share))),
    }
  }
}

const shareKey = ({ fulfillment, stockedLine }: Pick<Share, 'fulfillment' | 'stockedLine'>): string => `${fulfillment}\n${stockedLine}`

const grantKey = ({ stockedLine, grant }: Grant): string => `${stockedLine}#${grant}`

function inner<K, V>(map: Map<K, Map<string, V>>, key: K): Map<string, V> {
  const known = map.get(key)
  if (known) return known
  const made = new Map<string, V>()
  map.set(key, made)
  return made
}

const flat = <V>(map: ReadonlyMap<unknown, ReadonlyMap<string, V>>): V[] => [...map.values()].flatMap((each) => [...each.values()])
