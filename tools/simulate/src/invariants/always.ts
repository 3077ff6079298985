import { returnTransitions } from '@waybill/after-sales/core'
import { reservationOrderTransitions, reservationTransitions } from '@waybill/inventory/core'
import { mayBecome, type TransitionTable } from '@waybill/kernel'
import { orderTransitions, paymentTransitions } from '@waybill/order/core'
import { shipmentTransitions } from '@waybill/shipping/core'
import { fulfillmentTransitions, packageTransitions, pickTaskTransitions } from '@waybill/warehouse/core'
import type { House } from '../world/house.js'
import { rowsOf, sideBySide, sumBy, type GrantRow, type HistoryRow, type LevelRow, type MovementRow, type NeedRow, type OperationRow, type OrderRow, type PaymentRow } from './rows.js'

/** What holds whatever is on its way. The tables' own constraints are checked with every row that is written. */
export function brokenNow(house: House): string[] {
  return [...stockLedger(house), ...oversold(house), ...reservations(house), ...money(house), ...timers(house)]
}

const at = ({ product, location }: { readonly product: string; readonly location: string }): string => `${product} at ${location}`

/** G1: counters are what the ledger says. */
function stockLedger(house: House): string[] {
  const movements = rowsOf<MovementRow>(house, 'inventory', 'stock_movement')
  const gain = (accounts: readonly string[]) => (row: MovementRow): number => (accounts.includes(row.to_account) ? row.units : 0) - (accounts.includes(row.from_account) ? row.units : 0)
  const levels = rowsOf<LevelRow>(house, 'inventory', 'stock_level')
  const onHand = sideBySide(sumBy(movements, at, gain(['on-hand', 'blocked'])), sumBy(levels, at, (row) => row.on_hand))
  const blocked = sideBySide(sumBy(movements, at, gain(['blocked'])), sumBy(levels, at, (row) => row.blocked))
  const lots = sideBySide(
    sumBy(movements, (row) => `${at(row)} lot ${row.lot}`, gain(['on-hand', 'blocked'])),
    sumBy(rowsOf<LevelRow & { lot: string }>(house, 'inventory', 'stock_lot'), (row) => `${at(row)} lot ${row.lot}`, (row) => row.on_hand),
  )
  return [
    ...onHand.filter(({ one, other }) => one !== other).map(({ name, one, other }) => `G1: ${name} has ${other} on hand, its ledger says ${one}`),
    ...blocked.filter(({ one, other }) => one !== other).map(({ name, one, other }) => `G1: ${name} has ${other} blocked, its ledger says ${one}`),
    ...lots.filter(({ one, other }) => one !== other).map(({ name, one, other }) => `G1: ${name} has ${other}, its ledger says ${one}`),
  ]
}

/** G2: no more is promised than there is. The tables say so, too. */
function oversold(house: House): string[] {
  return rowsOf<LevelRow>(house, 'inventory', 'stock_level').flatMap((row) => (row.reserved <= row.on_hand - row.blocked ? [] : [`G2: ${at(row)} has ${row.on_hand - row.blocked} for sale and ${row.reserved} sold`]))
}

/** G2, G4: open reservations sum to what levels and lines have reserved. */
function reservations(house: House): string[] {
  const grants = rowsOf<GrantRow>(house, 'inventory', 'reservation')
  const open = ({ units, consumed, released }: GrantRow): number => units - consumed - released
  const lineOf = ({ order_id, stocked_line }: { readonly order_id: string; readonly stocked_line: string }): string => `order ${order_id} line ${stocked_line}`
  const needs = rowsOf<NeedRow>(house, 'inventory', 'need_line')
  return [
    ...sideBySide(sumBy(grants, at, open), sumBy(rowsOf<LevelRow>(house, 'inventory', 'stock_level'), at, (row) => row.reserved)).flatMap(({ name, one, other }) =>
      one === other ? [] : [`G2: ${name} has ${other} reserved, its reservations sum to ${one}`],
    ),
    ...sideBySide(sumBy(grants, lineOf, open), sumBy(needs, lineOf, (row) => row.reserved)).flatMap(({ name, one, other }) => (one === other ? [] : [`G4: ${name} has ${other} reserved, its grants hold ${one}`])),
  ]
}

/** G8: no order is charged more than its total; G9: what the provider did is what we know or still ask. */
function money(house: House): string[] {
  const orders = new Map(rowsOf<OrderRow>(house, 'order', 'orders').map((row) => [row.id, row]))
  const operations = new Map(rowsOf<OperationRow>(house, 'order', 'payment_operations').map((row) => [row.id, row]))
  const wrong: string[] = []
  for (const order of orders.keys()) {
    const captured = house.provider.sumOf(order, 'capture')
    const refunded = house.provider.sumOf(order, 'refund')
    if (captured > BigInt(orders.get(order)?.total_minor ?? 0)) wrong.push(`G8: order ${order} costs ${orders.get(order)?.total_minor}, the provider took ${captured}`)
    if (refunded > captured) wrong.push(`G8: order ${order} was charged ${captured} and refunded ${refunded}`)
  }
  for (const { key, kind, amountMinor, answer } of house.provider.booked.values()) {
    const row = operations.get(key)
    if (!row || row.kind !== kind || BigInt(row.amount_minor) !== amountMinor) wrong.push(`G9: the provider was asked to ${kind} ${amountMinor} under ${key}, and we did not mean that`)
    else if (row.status === 'failed' && answer.outcome === 'succeeded') wrong.push(`G10: ${kind} ${key} is taken for failed, and the provider has done it`)
    else if (row.status === 'succeeded' && answer.outcome !== 'succeeded') wrong.push(`G9: ${kind} ${key} is taken for done, and the provider has not`)
  }
  return wrong
}

/** G7: every wait that an order has is a timer that will come. */
function timers(house: House): string[] {
  return rowsOf<OrderRow>(house, 'order', 'orders').flatMap(({ id, process }) =>
    Object.keys(process.timers)
      .filter((kind) => !house.order.timers.has(kind, id))
      .map((kind) => `G7: order ${id} waits for ${kind} and has no such timer`),
  )
}

const histories: readonly { readonly service: Parameters<typeof rowsOf>[1]; readonly table: string; readonly of: TransitionTable<string, string> }[] = [
  { service: 'order', table: 'order_history', of: orderTransitions },
  { service: 'order', table: 'payment_history', of: paymentTransitions },
  { service: 'inventory', table: 'reservation_order_history', of: reservationOrderTransitions },
  { service: 'inventory', table: 'reservation_history', of: reservationTransitions },
  { service: 'warehouse', table: 'fulfillment_history', of: fulfillmentTransitions },
  { service: 'warehouse', table: 'package_history', of: packageTransitions },
  { service: 'warehouse', table: 'pick_task_history', of: pickTaskTransitions },
  { service: 'shipping', table: 'shipment_history', of: shipmentTransitions },
  { service: 'afterSales', table: 'return_history', of: returnTransitions },
]

/** G22: histories walk by the exported tables, and each step begins where the last one ended. */
export function brokenHistories(house: House): string[] {
  return histories.flatMap(({ service, table, of }) => {
    const last = new Map<string, string>()
    const rows = rowsOf<HistoryRow>(house, service, table).sort((a, b) => a.seq - b.seq)
    return rows.flatMap(({ subject, from_status: from, to_status: to }) => {
      const before = last.get(subject) ?? null
      last.set(subject, to)
      if (from !== before) return [`G22: ${table} of ${subject} goes on from ${from}, and stood at ${before}`]
      return from === null || mayBecome(of, from, to) ? [] : [`G22: ${table} of ${subject} went from ${from} to ${to}`]
    })
  })
}

/** What an order's payment says of itself. */
export const paymentsOf = (house: House): ReadonlyMap<string, PaymentRow> => new Map(rowsOf<PaymentRow>(house, 'order', 'payments').map((row) => [row.order_id, row]))
