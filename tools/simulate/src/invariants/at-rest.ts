import type { Channels } from '../actors/channel.js'
import type { Everybody } from '../actors/index.js'
import type { Receivers } from '../actors/receiver.js'
import type { House } from '../world/house.js'
import { paymentsOf } from './always.js'
import { rowsOf, sideBySide, sumBy, type LevelRow, type MovementRow, type NeedRow, type OperationRow, type OrderLineRow, type OrderRow, type StockedLineRow } from './rows.js'

const isFinal = ({ status }: OrderRow): boolean => status === 'COMPLETED' || status === 'CANCELLED' || status === 'EXPIRED'

interface ReturnRow {
  readonly return_id: string
  readonly order_id: string
  readonly status: string
}

/** What still has to happen before the house is at rest. */
export function restless(house: House): string[] {
  const tasks = house.services.flatMap((service) => service.tasks.all())
  const hasTask = (order: string): boolean => tasks.some((task) => task.order === order)
  return [
    ...rowsOf<OrderRow>(house, 'order', 'orders').flatMap((order) => (isFinal(order) || hasTask(order.id) ? [] : [`order ${order.id} is ${order.status}`])),
    ...rowsOf<OperationRow>(house, 'order', 'payment_operations').flatMap(({ id, kind, status }) => (status === 'intent' || status === 'unknown' ? [`${kind} ${id} is ${status}`] : [])),
    ...rowsOf<ReturnRow>(house, 'afterSales', 'return_case').flatMap(({ return_id, order_id, status }) =>
      ['settled', 'rejected', 'expired'].includes(status) || hasTask(order_id) ? [] : [`return ${return_id} is ${status}`],
    ),
    ...house.services.flatMap(({ name, parked }) => [...parked.keys()].map((key) => `${name} has parked ${key.replace('\n', ' ')}`)),
  ]
}

/** What holds once nothing is on its way any more. */
export function brokenAtRest(house: House, { channels, receivers }: Everybody): string[] {
  return [...restless(house).map((what) => `G7: at rest, ${what}`), ...accepted(house, channels), ...receivedOnce(house, receivers), ...binsEqualStock(house), ...moneyInTheEnd(house), ...shippedOnce(house), ...labels(house), ...returned(house), ...leaks(house)]
}

/** G5, G6: what was answered as accepted exists, once. */
function accepted(house: House, { sent }: Channels): string[] {
  const orders = rowsOf<OrderRow>(house, 'order', 'orders')
  const known = rowsOf<{ channel: string; reference: string; order_id: string }>(house, 'order', 'channel_orders')
  const ids = new Set(orders.map(({ id }) => id))
  const answered = house.bus.everything().filter(({ type }) => type.endsWith('.order-accepted.v1'))
  return [
    ...known.flatMap(({ order_id, reference }) => (ids.has(order_id) ? [] : [`G5: order ${reference} was accepted and does not exist`])),
    ...answered.flatMap(({ payload }) => (ids.has(String(payload['order'])) ? [] : [`G5: order ${String(payload['reference'])} was answered as accepted and does not exist`])),
    ...[...sumBy(orders, ({ channel, reference }) => `${channel} ${reference}`, () => 1)].flatMap(([name, times]) => (times > 1 ? [`G6: order ${name} exists ${times} times`] : [])),
    ...orders.flatMap(({ reference }) => (sent.has(reference) ? [] : [`G6: nobody handed in order ${reference}`])),
    // all that is handed in can be sold
    ...[...sent.keys()].flatMap((reference) => (orders.some((order) => order.reference === reference) ? [] : [`G5: order ${reference} was handed in and does not exist`])),
    ...(orders.length > sent.size ? [`G6: ${sent.size} orders were handed in, ${orders.length} exist`] : []),
  ]
}

/** G6: what was received under one key is entered once. */
function receivedOnce(house: House, { received }: Receivers): string[] {
  const entered = sumBy(rowsOf<MovementRow>(house, 'inventory', 'stock_movement').filter(({ from_account: from }) => from === 'supplier'), ({ cause }) => cause, ({ units }) => units)
  return [...received].flatMap(([key, units]) => ((entered.get(`request:receiver:${key}`) ?? 0) === units ? [] : [`G6: ${units} units came under ${key}, and ${entered.get(`request:receiver:${key}`) ?? 0} were entered`]))
}

const at = ({ product, location }: { readonly product: string; readonly location: string }): string => `${product} at ${location}`

/** G1: bins and hands hold what inventory has on hand. */
function binsEqualStock(house: House): string[] {
  const bins = sumBy(rowsOf<{ product: string; location: string; units: number }>(house, 'warehouse', 'bin_content'), at, ({ units }) => units)
  for (const line of rowsOf<StockedLineRow>(house, 'warehouse', 'stocked_lines')) bins.set(at(line), (bins.get(at(line)) ?? 0) + line.picked - line.shipped)
  const levels = sumBy(rowsOf<LevelRow>(house, 'inventory', 'stock_level'), at, (row) => row.on_hand)
  return sideBySide(bins, levels).flatMap(({ name, one, other }) => (one === other ? [] : [`G1: inventory has ${other} of ${name}, the warehouse ${one}`]))
}

/** G9, G10, G11: the provider's books and ours are the same, and nobody pays for what did not leave. */
function moneyInTheEnd(house: House): string[] {
  const payments = paymentsOf(house)
  const operations = rowsOf<OperationRow>(house, 'order', 'payment_operations')
  return [
    ...operations.flatMap(({ id, kind, status }) => (status === 'succeeded' && house.provider.booked.get(id)?.answer.outcome !== 'succeeded' ? [`G9: ${kind} ${id} is done for us, not for the provider`] : [])),
    ...rowsOf<OrderRow>(house, 'order', 'orders').flatMap(({ id, status, total_minor: total }) => {
      const payment = payments.get(id)
      if (!payment) return [`G5: order ${id} has no payment`]
      if (payment.kind === 'channel') return []
      const captured = house.provider.sumOf(id, 'capture')
      const refunded = house.provider.sumOf(id, 'refund')
      const wrong: string[] = []
      if (captured !== BigInt(payment.captured_minor)) wrong.push(`G9: of order ${id} the provider took ${captured}, we know of ${payment.captured_minor}`)
      if (refunded !== BigInt(payment.refunded_minor)) wrong.push(`G9: of order ${id} the provider gave back ${refunded}, we know of ${payment.refunded_minor}`)
      if ((status === 'CANCELLED' || status === 'EXPIRED') && captured > refunded) wrong.push(`G11: order ${id} is ${status} and paid with ${captured - refunded}`)
      if (captured > BigInt(total)) wrong.push(`G8: order ${id} costs ${total}, the provider took ${captured}`)
      return wrong
    }),
    ...heldMoney(house),
  ]
}

/** G11: what was authorized of an order that has ended is given back. */
function heldMoney(house: House): string[] {
  const payments = paymentsOf(house)
  return rowsOf<OrderRow>(house, 'order', 'orders').flatMap((order) => {
    const payment = payments.get(order.id)
    const isHeld = isFinal(order) && payment?.kind === 'provider' && ['AUTHORIZED', 'PARTIALLY_CAPTURED'].includes(payment.status)
    return isHeld ? [`G11: order ${order.id} is ${order.status} and its payment still ${payment.status}`] : []
  })
}

/** G19: what left the floor is what inventory consumed and what the order tells as shipped. */
function shippedOnce(house: House): string[] {
  const lines = rowsOf<StockedLineRow>(house, 'warehouse', 'stocked_lines')
  const orderOf = new Map(rowsOf<{ id: string; order_id: string }>(house, 'warehouse', 'fulfillments').map(({ id, order_id }) => [id, order_id]))
  const left = sumBy(lines, ({ fulfillment, stocked_line }) => `order ${orderOf.get(fulfillment)} line ${stocked_line}`, ({ shipped }) => shipped)
  const consumed = sumBy(rowsOf<NeedRow>(house, 'inventory', 'need_line'), ({ order_id, stocked_line }) => `order ${order_id} line ${stocked_line}`, (row) => row.consumed)
  const told = sumBy(rowsOf<OrderLineRow>(house, 'order', 'order_lines'), ({ order_id, line }) => `order ${order_id} line ${line}`, ({ shipped }) => shipped)
  const whole = new Map<string, number>()
  for (const [name, units] of sumBy(lines, ({ fulfillment, line, stocked_line }) => `order ${orderOf.get(fulfillment)} line ${line}\n${stocked_line}`, ({ shipped, per_unit }) => shipped / per_unit)) {
    const [line = ''] = name.split('\n')
    whole.set(line, Math.min(whole.get(line) ?? Infinity, units))
  }
  return [
    ...sideBySide(left, consumed).flatMap(({ name, one, other }) => (one === other ? [] : [`G19: of ${name} the floor shipped ${one}, inventory consumed ${other}`])),
    ...[...told].flatMap(([name, units]) => (units <= (whole.get(name) ?? 0) ? [] : [`G19: of ${name} ${units} are told as shipped, ${whole.get(name) ?? 0} left`])),
  ]
}

/** G20: the carriers' labels are our packages', one each. */
function labels(house: House): string[] {
  const sold = [...house.carrier.sold.values()].flatMap(({ bought }) => bought.packages)
  const ours = new Map(rowsOf<{ sscc: string; tracking_number: string | null }>(house, 'shipping', 'packages').map((row) => [row.sscc, row.tracking_number]))
  return [
    ...[...sumBy(sold, ({ sscc }) => sscc, () => 1)].flatMap(([sscc, times]) => (times > 1 ? [`G20: ${times} labels were bought for package ${sscc}`] : [])),
    ...sold.flatMap(({ sscc, trackingNumber }) => (ours.get(sscc) === trackingNumber ? [] : [`G20: label ${trackingNumber} was bought for ${sscc} and is not ours`])),
  ]
}

/** G21: no more comes back than was delivered. */
function returned(house: House): string[] {
  const claimed = sumBy(rowsOf<{ order_id: string; line: number }>(house, 'afterSales', 'returned_unit'), ({ order_id, line }) => `order ${order_id} line ${line}`, () => 1)
  const delivered = sumBy(rowsOf<OrderLineRow>(house, 'order', 'order_lines'), ({ order_id, line }) => `order ${order_id} line ${line}`, (row) => row.delivered)
  return [...claimed].flatMap(([name, units]) => (units <= (delivered.get(name) ?? 0) ? [] : [`G21: of ${name} ${units} come back, ${delivered.get(name) ?? 0} were delivered`]))
}

/** G4: nothing is kept for an order that has ended. */
function leaks(house: House): string[] {
  const ended = new Set(rowsOf<OrderRow>(house, 'order', 'orders').filter(isFinal).map(({ id }) => id))
  return rowsOf<NeedRow>(house, 'inventory', 'need_line').flatMap(({ order_id, stocked_line, reserved, backordered, undecided }) =>
    ended.has(order_id) && reserved + backordered + undecided > 0 ? [`G4: order ${order_id} has ended, and ${reserved} reserved, ${backordered} waiting, ${undecided} undecided units of line ${stocked_line} are left`] : [],
  )
}
