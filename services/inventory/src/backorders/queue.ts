import type { ProductId } from '@waybill/kernel'
import type { Group, OrderNeeds } from '../stock/order-needs.js'

const NEVER = '9999-12-31'

/** The order in which waiting lines are served: priority, promised date, placed at, line. Source: domain D5. */
export const queueOrder =
  (needs: OrderNeeds) =>
  ([a]: Group, [b]: Group): number => {
    const [one, other] = [needs.orderOf(a), needs.orderOf(b)]
    return (
      other.priority - one.priority ||
      compare(a.promisedOn ?? NEVER, b.promisedOn ?? NEVER) ||
      one.placedAt.getTime() - other.placedAt.getTime() ||
      compare(a.order, b.order) ||
      a.line - b.line
    )
  }

/** The order in which dates were promised: it takes no account of priority, so that a new order cannot take from a promise made before. Source: domain D2. */
export const promiseOrder =
  (needs: OrderNeeds) =>
  ([a]: Group, [b]: Group): number =>
    compare(a.promisedOn ?? NEVER, b.promisedOn ?? NEVER) ||
    needs.orderOf(a).placedAt.getTime() - needs.orderOf(b).placedAt.getTime() ||
    compare(a.order, b.order) ||
    a.line - b.line

export const touches = (group: Group, products: ReadonlySet<ProductId> | ReadonlyMap<ProductId, unknown>): boolean => group.some(({ product }) => products.has(product))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
