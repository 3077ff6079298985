import type { CarrierPackage, ProviderOperation } from '../src/world.js'
import type { Installation } from './installation.js'

const id = (noun: string): string => `01938b1e-7c00-7000-8000-${Buffer.from(noun.padEnd(6)).toString('hex')}`

/** Ids of what stands in the installation. */
export const the = {
  /** Three mugs: delivered, one of them returned and refunded. */
  delivered: id('order1'),
  /** Two mugs: confirmed, reserved. */
  confirmed: id('order2'),
  /** One mug: placed, waits for stock and for a person. */
  placed: id('order3'),
  payment: id('pay'),
  authorize: id('auth'),
  capture: id('captur'),
  declined: id('declin'),
  refused: id('refuse'),
  refundCall: id('refcal'),
  refund: id('refund'),
  fulfillment: id('fulfil'),
  task: id('task'),
  package: id('packag'),
  shipment: id('shipme'),
  return: id('return'),
  sscc: '340123450000000018',
  tracking: 'ME000000000001',
} as const

const at = '2026-11-02T10:00:00Z'
/** When what waits is due. */
export const inTime = '2099-01-01T00:00:00Z'

/** What the provider did for it: one capture was declined before the one that went through. */
export const providerLedger: readonly ProviderOperation[] = [
  { key: the.authorize, kind: 'authorization', status: 'succeeded', amountMinor: 3_000, currency: 'EUR' },
  { key: the.declined, kind: 'capture', status: 'declined', amountMinor: 3_000, currency: 'EUR' },
  { key: the.capture, kind: 'capture', status: 'succeeded', amountMinor: 3_000, currency: 'EUR' },
  { key: the.refundCall, kind: 'refund', status: 'succeeded', amountMinor: 1_000, currency: 'EUR' },
]

/** What the carriers sold for it: a label that was given back, and the one on the box. */
export const carrierLedger: readonly CarrierPackage[] = [
  { key: 'label-1', sscc: the.sscc, trackingNumber: 'ME000000000000', isVoided: true },
  { key: 'label-2', sscc: the.sscc, trackingNumber: the.tracking, isVoided: false },
]

/** Three orders in all databases, as the services would have left them. */
export async function placeOrders(into: Installation): Promise<void> {
  await placeInOrder(into)
  await placeInInventory(into)
  await placeInWarehouse(into)
  await placeInShipping(into)
  await placeInAfterSales(into)
}

/** A history from its beginning through these statuses. */
export const historyOf = (subject: string, ...statuses: readonly string[]) =>
  statuses.map((to, index) => ({ subject, seq: index + 1, from_status: statuses[index - 1] ?? null, to_status: to, at, cause: 'test' }))

async function placeInOrder(into: Installation): Promise<void> {
  const order = { channel: 'web', content_hash: 'h', placed_at: at, created_at: at, currency: 'EUR', country: 'DE', postal_prefix: '10', preference: 'standard', forbidden_modes: [], priority: 5, stocked_lines: [], totals: {}, total_minor: 3_000, changed_at: at, process: {} }
  const orders = [
    { ...order, id: the.delivered, reference: 'W-1', status: 'COMPLETED' },
    { ...order, id: the.confirmed, reference: 'W-2', status: 'CONFIRMED' },
    { ...order, id: the.placed, reference: 'W-3', status: 'PLACED' },
  ]
  await into.insert('order', 'orders', ...orders)
  await into.insert('order', 'channel_orders', ...orders.map(({ id: order_id, channel, reference, content_hash, currency, total_minor }) => ({ channel, reference_key: reference.toLowerCase(), reference, content_hash, order_id, currency, total_minor, accepted_at: at })))
  await into.insert('order', 'order_history', ...historyOf(the.delivered, 'PLACED', 'CONFIRMED', 'COMPLETED'), ...historyOf(the.confirmed, 'PLACED', 'CONFIRMED'), ...historyOf(the.placed, 'PLACED'))
  const line = { line: 1, product: 'MUG', description: 'Mug', money: [], unanswered: 0, backordered: 0, reserved: 0, shipped: 0, delivered: 0 }
  await into.insert('order', 'order_lines', { ...line, order_id: the.delivered, ordered: 3, shipped: 3, delivered: 3 }, { ...line, order_id: the.confirmed, ordered: 2, reserved: 2 }, { ...line, order_id: the.placed, ordered: 1, unanswered: 1 })
  await into.insert('order', 'kit.timers', { kind: 'dispatch-overdue', subject: the.confirmed, token: id('token'), due_at: inTime, next_at: inTime, attempt: 0, payload: {} })
  await into.insert('order', 'kit.tasks', { id: id('ptask'), kind: 'look', subject: 'MUG', order_id: the.placed, owner: 'operator', why: 'test', due_at: inTime })

  await into.insert('order', 'payments', { id: the.payment, order_id: the.delivered, kind: 'provider', status: 'CAPTURED', currency: 'EUR', due_minor: 3_000, authorized_minor: 3_000, captured_minor: 3_000, refunded_minor: 1_000, authorizations: [], refunded_units: [], steps: 3 })
  await into.insert('order', 'payment_history', ...historyOf(the.payment, 'CREATED', 'AUTHORIZED', 'CAPTURED'))
  const operation = { payment_id: the.payment, order_id: the.delivered, currency: 'EUR', amount_minor: 3_000, attempt: 1, status: 'succeeded', created_at: at, settled_at: at }
  await into.insert(
    'order', 'payment_operations',
    { ...operation, id: the.authorize, kind: 'authorize' },
    { ...operation, id: the.declined, kind: 'capture', status: 'failed' },
    // not understood by the provider: it never came into its books
    { ...operation, id: the.refused, kind: 'capture', status: 'failed' },
    { ...operation, id: the.capture, kind: 'capture', attempt: 2 },
    { ...operation, id: the.refundCall, kind: 'refund', amount_minor: 1_000, refund_id: the.refund },
  )
  await into.insert('order', 'refunds', { id: the.refund, order_id: the.delivered, units: [], due_minor: 1_000, fees_minor: 0, amount_minor: 1_000, refunded_minor: 1_000, status: 'succeeded', requested_at: at })
  const moves = [
    [the.authorize, 'customer', -3_000], [the.authorize, 'authorized', 3_000],
    [the.capture, 'authorized', -3_000], [the.capture, 'captured', 3_000],
    [the.refundCall, 'captured', -1_000], [the.refundCall, 'customer', 1_000],
  ] as const
  await into.insert('order', 'payment_ledger', ...moves.map(([operation_id, account, amount_minor]) => ({ payment_id: the.payment, operation_id, account, amount_minor, currency: 'EUR', at })))
}

async function placeInInventory(into: Installation): Promise<void> {
  const place = { product: 'MUG', location: 'BER' }
  await into.insert('inventory', 'stock_level', { ...place, on_hand: 7, blocked: 1, reserved: 2 })
  await into.insert('inventory', 'stock_lot', { ...place, lot: 'L1', on_hand: 7, blocked: 1 })
  const moves = [['supplier', 'on-hand', 10], ['on-hand', 'blocked', 1], ['on-hand', 'shipped', 3]] as const
  await into.insert('inventory', 'stock_movement', ...moves.map(([from_account, to_account, units]) => ({ ...place, lot: 'L1', from_account, to_account, units, reason: 'test', cause: 'test', at })))

  const need = { channel: 'web', country: 'DE', forbidden_modes: [], priority: 5, placed_at: at, received_at: at, phase: 'FIRM' }
  await into.insert('inventory', 'reservation_order', { ...need, order_id: the.delivered }, { ...need, order_id: the.confirmed })
  for (const order of [the.delivered, the.confirmed]) await into.insert('inventory', 'reservation_order_history', ...numberless(historyOf(order, 'WAITING', 'HELD', 'FIRM')))
  const line = { line: 1, stocked_line: '1', product: 'MUG', per_parent: 1, bundled: false, undecided: 0, reserved: 0, backordered: 0, consumed: 0, dropped: 0, grants: 1, avoid: [] }
  await into.insert('inventory', 'need_line', { ...line, order_id: the.delivered, units: 3, consumed: 3 }, { ...line, order_id: the.confirmed, units: 2, reserved: 2 })
  const grant = { ...place, line: 1, stocked_line: '1', grant_number: 1, consumed: 0, released: 0, granted_at: at }
  await into.insert('inventory', 'reservation', { ...grant, order_id: the.delivered, units: 3, consumed: 3, status: 'CONSUMED' }, { ...grant, order_id: the.confirmed, units: 2, status: 'FIRM' })
  await into.insert('inventory', 'reservation_history', ...numberless(historyOf(`${the.delivered}/1/1`, 'HELD', 'FIRM', 'CONSUMED')), ...numberless(historyOf(`${the.confirmed}/1/1`, 'FIRM')))
}

/** Inventory's histories are numbered by the database. */
export const numberless = (rows: ReturnType<typeof historyOf>) => rows.map(({ seq: _seq, ...row }) => row)

async function placeInWarehouse(into: Installation): Promise<void> {
  const content = { location: 'BER', product: 'MUG', lot: 'L1', assigned: 0, received_at: at }
  await into.insert('warehouse', 'bin_content', { ...content, bin: 'A-1', blocked: false, units: 6 }, { ...content, bin: 'BLOCKED', blocked: true, units: 1 })
  await into.insert('warehouse', 'fulfillments', { id: the.fulfillment, order_id: the.delivered, location: 'BER', status: 'HANDED_OVER', accepted: true, priority: 5, requested_at: at, status_since: at })
  await into.insert('warehouse', 'fulfillment_history', ...historyOf(the.fulfillment, 'REQUESTED', 'PLANNED', 'IN_WAVE', 'PICKING', 'PICKED', 'PACKING', 'PACKED', 'LABELLED', 'HANDED_OVER'))
  await into.insert('warehouse', 'stocked_lines', { fulfillment: the.fulfillment, line: 1, stocked_line: '1', product: 'MUG', location: 'BER', units: 3, per_unit: 1, picked: 3, packed: 3, shipped: 3 })
  await into.insert('warehouse', 'pick_tasks', { id: the.task, wave: id('wave'), fulfillment: the.fulfillment, line: 1, stocked_line: '1', location: 'BER', product: 'MUG', bin: 'A-1', lot: 'L1', units: 4, picked: 4, put_back: 1, status: 'PICKED', position: 1, tote: 1 })
  await into.insert('warehouse', 'pick_task_history', ...historyOf(the.task, 'CREATED', 'ASSIGNED', 'PICKED'))
  const box = { fulfillment: the.fulfillment, carton: 'S', length_mm: 1, width_mm: 1, height_mm: 1, expected_grams: 1, lightest_grams: 1, materials: [], instructions: [] }
  const givenUp = id('given')
  await into.insert(
    'warehouse', 'packages',
    { ...box, id: givenUp, number: 1, status: 'CANCELLED', materials_taken: false },
    { ...box, id: the.package, number: 2, status: 'HANDED_OVER', weight_grams: 900, sscc: the.sscc, tracking_number: the.tracking, materials_taken: true },
  )
  const inside = { line: 1, stocked_line: '1', product: 'MUG', lot: 'L1', units: 3 }
  await into.insert('warehouse', 'package_contents', { ...inside, package: givenUp, packed: 2 }, { ...inside, package: the.package, packed: 3 })
  await into.insert('warehouse', 'package_history', ...historyOf(givenUp, 'OPEN', 'CANCELLED'), ...historyOf(the.package, 'OPEN', 'SEALED', 'WEIGHED', 'LABELLED', 'HANDED_OVER'))
}

async function placeInShipping(into: Installation): Promise<void> {
  await into.insert('shipping', 'shipments', { id: the.shipment, fulfillment: the.fulfillment, order_id: the.delivered, location: 'BER', status: 'DELIVERED', since: at, moves: 7, lines: [], products: [], missing: [], plan: {}, handed_over: {}, failed_units: [], created_at: at })
  await into.insert('shipping', 'shipment_history', ...historyOf(the.shipment, 'AWAITING_REQUEST', 'AWAITING_DATA', 'PLANNED', 'LABELLING', 'LABELLED', 'DISPATCHED', 'DELIVERED'))
  await into.insert('shipping', 'packages', { sscc: the.sscc, shipment: the.shipment, place: 1, carton: 'S', length_mm: 1, width_mm: 1, height_mm: 1, weight_grams: 900, contents: [], tracking_number: the.tracking, state: 'DELIVERED' })
}

async function placeInAfterSales(into: Installation): Promise<void> {
  await into.insert('after-sales', 'return_case', { return_id: the.return, order_id: the.delivered, status: 'settled', by: 'customer', policy: 'standard 1', location: 'BER', refund_shipping: false, refunded_minor: 1_000, lines: [], requested_at: at })
  await into.insert('after-sales', 'return_history', ...historyOf(the.return, 'requested', 'approved', 'received', 'dispositioned', 'settled'))
  await into.insert('after-sales', 'returned_unit', { order_id: the.delivered, line: 1, unit_number: 1, return_id: the.return })
}
