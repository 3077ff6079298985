import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { namespace } from '@waybill/testing'
import { carrierLedger, historyOf, inTime, numberless, placeOrders, providerLedger, the } from './a-delivered-order.js'
import { Installation, type Row } from './installation.js'
import { journaled } from './journaled.js'

// Each test plants one violation among three orders that are in order, and sees it named by its rule and by no other.
const ns = await namespace({ dropAfterFile: false })
let it: Installation

beforeAll(async () => {
  it = await Installation.in(ns)
})
// its connections first: nobody is in a database that is dropped
afterAll(async () => {
  await it.close()
  await ns.drop()
})
beforeEach(async () => {
  await it.begin()
  await placeOrders(it)
  it.operations = providerLedger
  it.packages = carrierLedger
})
afterEach(() => it.rollBack())

const other = '01938b1e-7c00-7000-8000-6f74686572ff'
const timer = (kind: string, subject: string, dueAt = inTime): Row => ({ kind, subject, token: other, due_at: dueAt, next_at: dueAt, attempt: 0, payload: {} })

test('three orders in order break no rule', async () => {
  expect(await it.violations()).toEqual([])
})

describe('G1: stock equals its ledger', () => {
  test('on hand that no movement explains', async () => {
    await it.query('inventory', `UPDATE stock_level SET on_hand = 8`)
    await it.query('inventory', `UPDATE stock_lot SET on_hand = 8`)
    await it.query('warehouse', `UPDATE bin_content SET units = 7 WHERE bin = 'A-1'`)
    expect(await it.violations()).toEqual([
      'G1 MUG at BER: on hand 8 but ledger 7, blocked 1 but ledger 1',
      'G1 MUG at BER lot L1: on hand 8 but ledger 7, blocked 1 but ledger 1',
    ])
  })

  test('blocked units that no movement explains', async () => {
    await it.query('inventory', `UPDATE stock_level SET blocked = 0`)
    expect(await it.violations()).toEqual(['G1 MUG at BER: on hand 7 but ledger 7, blocked 0 but ledger 1'])
  })

  test('a movement without a counter', async () => {
    await it.insert('inventory', 'stock_movement', { product: 'PEN', location: 'BER', lot: '', from_account: 'supplier', to_account: 'on-hand', units: 5, reason: 'test', cause: 'test', at: '2026-11-02' })
    expect(await it.violations()).toEqual([
      'G1 PEN at BER: on hand 0 but ledger 5, blocked 0 but ledger 0',
      'G1 PEN at BER lot (none): on hand 0 but ledger 5, blocked 0 but ledger 0',
    ])
  })

  test('a lot that holds what another should', async () => {
    await it.query('inventory', `UPDATE stock_lot SET on_hand = 5`)
    await it.insert('inventory', 'stock_lot', { product: 'MUG', location: 'BER', lot: 'L2', on_hand: 2, blocked: 0 })
    expect(await it.violations()).toEqual([
      'G1 MUG at BER lot L1: on hand 5 but ledger 7, blocked 1 but ledger 1',
      'G1 MUG at BER lot L2: on hand 2 but ledger 0, blocked 0 but ledger 0',
    ])
  })

  test('a unit that lies in no bin', async () => {
    await it.query('warehouse', `UPDATE bin_content SET units = 5 WHERE bin = 'A-1'`)
    expect(await it.violations()).toEqual(['G1 MUG at BER: inventory has 7 on hand, the warehouse 6 in bins and 0 in hand'])
  })

  test('units in a bin that inventory has never heard of', async () => {
    await it.insert('warehouse', 'bin_content', { location: 'BER', product: 'PEN', bin: 'A-2', blocked: false, units: 4, assigned: 0, received_at: '2026-11-02' })
    expect(await it.violations()).toEqual(['G1 PEN at BER: inventory has 0 on hand, the warehouse 4 in bins and 0 in hand'])
  })

  test('units in hand count as in the house', async () => {
    await it.query('warehouse', `UPDATE bin_content SET units = 5 WHERE bin = 'A-1'`)
    await it.insert('warehouse', 'fulfillments', { id: other, order_id: the.confirmed, location: 'BER', status: 'PICKING', accepted: true, priority: 5, requested_at: '2026-11-02', status_since: '2026-11-02' })
    await it.insert('warehouse', 'fulfillment_history', ...historyOf(other, 'REQUESTED', 'PLANNED', 'IN_WAVE', 'PICKING'))
    await it.insert('warehouse', 'stocked_lines', { fulfillment: other, line: 1, stocked_line: '1', product: 'MUG', location: 'BER', units: 2, per_unit: 1, dropped: 0, picked: 1, packed: 0, shipped: 0 })
    await it.insert('warehouse', 'pick_tasks', { id: other, wave: other, fulfillment: other, line: 1, stocked_line: '1', location: 'BER', product: 'MUG', bin: 'A-1', units: 2, picked: 1, put_back: 0, status: 'ASSIGNED', position: 1, tote: 1 })
    await it.insert('warehouse', 'pick_task_history', ...historyOf(other, 'CREATED', 'ASSIGNED'))
    await it.insert('warehouse', 'kit.timers', timer('fulfillment-rests', other))
    expect(await it.violations()).toEqual([])
  })
})

describe('G2: nothing is oversold', () => {
  const negative = async (): Promise<void> => {
    await it.unguard('inventory', 'stock_level', 'stock_lot')
    await it.insert('inventory', 'stock_movement', { product: 'PEN', location: 'BER', lot: '', from_account: 'on-hand', to_account: 'shipped', units: 2, reason: 'test', cause: 'test', at: '2026-11-02' })
    await it.insert('inventory', 'stock_level', { product: 'PEN', location: 'BER', on_hand: -2, blocked: 0, reserved: 0, safety: 0 })
    await it.insert('inventory', 'stock_lot', { product: 'PEN', location: 'BER', lot: '', on_hand: -2, blocked: 0 })
    await it.unguard('warehouse', 'bin_content')
    await it.insert('warehouse', 'bin_content', { location: 'BER', product: 'PEN', bin: 'A-2', blocked: false, units: -2, assigned: 0, received_at: '2026-11-02' })
  }

  test('fewer than no units on hand', async () => {
    await negative()
    expect(await it.violations()).toEqual(['G2 PEN at BER: on hand -2, blocked 0, reserved 0'])
  })

  test('more reserved than can be sold', async () => {
    await it.unguard('inventory', 'stock_level')
    await it.query('inventory', `UPDATE stock_level SET reserved = 7`)
    await it.query('inventory', `UPDATE reservation SET units = 7 WHERE order_id = $1`, [the.confirmed])
    await it.query('inventory', `UPDATE need_line SET units = 7, reserved = 7 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual(['G2 MUG at BER: on hand 7, blocked 1, reserved 7'])
  })

  test('a unit reserved that no order holds', async () => {
    await it.query('inventory', `UPDATE stock_level SET reserved = 3`)
    expect(await it.violations()).toEqual(['G2 MUG at BER: reserved 3 but open reservations sum to 2'])
  })

  test('the same units reserved twice', async () => {
    await it.unguard('inventory', 'reservation')
    await it.query('inventory', `INSERT INTO reservation SELECT (jsonb_populate_record(r, '{"grant_number": 2}')).* FROM reservation r WHERE order_id = $1`, [the.confirmed])
    await it.query('inventory', `UPDATE need_line SET units = 4, reserved = 4 WHERE order_id = $1`, [the.confirmed])
    await it.insert('inventory', 'reservation_history', ...numberless(historyOf(`${the.confirmed}/1/2`, 'FIRM')))
    expect(await it.violations()).toEqual(['G2 MUG at BER: reserved 2 but open reservations sum to 4'])
  })
})

describe('G4: one reservation a grant', () => {
  test('a grant that exists twice', async () => {
    await it.unguard('inventory', 'reservation')
    await it.query('inventory', `INSERT INTO reservation SELECT * FROM reservation WHERE order_id = $1`, [the.confirmed])
    await it.query('inventory', `UPDATE stock_level SET reserved = 4`)
    await it.query('inventory', `UPDATE need_line SET units = 4, reserved = 4 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G4 order ${the.confirmed} line 1: grant 1 exists 2 times`])
  })

  test('a grant that ended with more than it had', async () => {
    await it.unguard('inventory', 'reservation')
    await it.query('inventory', `UPDATE reservation SET units = 2 WHERE order_id = $1`, [the.delivered])
    expect(await it.violations()).toEqual([
      `G4 order ${the.delivered} line 1: grant 1 of 2 unit(s) is CONSUMED and ended with 3`,
      `G4 order ${the.delivered} line 1: reserved 0 but open grants hold -1, consumed 3 but grants say 3`,
    ])
  })

  test('a grant that is over and still open', async () => {
    await it.unguard('inventory', 'reservation')
    await it.query('inventory', `UPDATE reservation SET status = 'FIRM' WHERE order_id = $1`, [the.delivered])
    await it.query('inventory', `DELETE FROM reservation_history WHERE subject = $1 AND to_status = 'CONSUMED'`, [`${the.delivered}/1/1`])
    expect(await it.violations()).toEqual([`G4 order ${the.delivered} line 1: grant 1 of 3 unit(s) is FIRM and ended with 3`])
  })

  test('a line that holds more than its grants', async () => {
    await it.query('inventory', `UPDATE need_line SET units = 3, reserved = 3 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G4 order ${the.confirmed} line 1: reserved 3 but open grants hold 2, consumed 0 but grants say 0`])
  })

  test('a grant of a line that is not there', async () => {
    await it.query('inventory', `DELETE FROM need_line WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G4 order ${the.confirmed} line 1: reserved 0 but open grants hold 2, consumed 0 but grants say 0`])
  })

  test('an order that is closed and still holds stock', async () => {
    await it.query('inventory', `UPDATE reservation_order SET phase = 'CLOSED' WHERE order_id = $1`, [the.confirmed])
    await it.insert('inventory', 'reservation_order_history', { subject: the.confirmed, from_status: 'FIRM', to_status: 'CLOSED', at: '2026-11-02', cause: 'test' })
    expect(await it.violations()).toEqual([`G4 order ${the.confirmed} line 1: has 2 reserved and 0 undecided in an order that is CLOSED`])
  })

  test('units that nobody has decided about in an order that was answered', async () => {
    await it.query('inventory', `UPDATE need_line SET units = 3, undecided = 1 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G4 order ${the.confirmed} line 1: has 2 reserved and 1 undecided in an order that is FIRM`])
  })
})

describe('G5: no accepted order is lost', () => {
  const sent = { channel: 'web', reference: 'W-1', order: the.delivered }

  test('what a sender holds as accepted is there', async () => {
    it.sent = [sent]
    expect(await it.violations()).toEqual([])
  })

  test.each([
    ['is not there at all', { ...sent, order: other }],
    ['is another order', { ...sent, order: the.confirmed }],
    ['is one of another channel', { ...sent, channel: 'market' }],
    ['has an id that is none', { ...sent, order: 'unreadable' }],
  ])('what a sender holds as accepted %s', async (_what, lost) => {
    it.sent = [sent, lost]
    expect(await it.violations()).toEqual([`G5 order ${lost.order}: was accepted from ${lost.channel} as W-1 and is not there`])
  })

  test('an order that no timer and no person will move', async () => {
    await it.query('order', 'DELETE FROM kit.timers')
    await it.query('order', `UPDATE kit.tasks SET closed_at = now(), closed_by = 'operator', resolution = 'seen'`)
    expect(await it.violations()).toEqual([
      `G5 order ${the.confirmed}: is CONFIRMED with no timer and no task: nothing will move it`,
      `G5 order ${the.placed}: is PLACED with no timer and no task: nothing will move it`,
      `G7 order ${the.confirmed}: is CONFIRMED with no timer and no task of its own`,
      `G7 order ${the.placed}: is PLACED with no timer and no task of its own`,
    ])
  })

  test('a timer about a payment of the order will move it', async () => {
    await it.query('order', `UPDATE kit.timers SET subject = $1, correlation_id = $2`, [the.payment, the.confirmed])
    expect(await it.violations('G5')).toEqual([])
  })
})

describe('G6: no order is there twice', () => {
  test('two orders of one reference', async () => {
    await it.unguard('order', 'orders', 'channel_orders')
    await it.query('order', `UPDATE orders SET reference = 'W-1' WHERE id = $1`, [the.confirmed])
    await it.query('order', `UPDATE channel_orders SET reference = 'W-1' WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual(['G6 web W-1: exists 2 times'])
  })

  test('an answer without an order', async () => {
    await it.query('order', `UPDATE channel_orders SET order_id = $1 WHERE order_id = $2`, [other, the.placed])
    expect(new Set(await it.violations())).toEqual(
      new Set([`G6 order ${other}: web W-3: what was answered and what is kept do not agree`, `G6 order ${the.placed}: web W-3: what was answered and what is kept do not agree`]),
    )
  })

  test('an order answered for another reference', async () => {
    await it.query('order', `UPDATE channel_orders SET reference = 'W-9' WHERE order_id = $1`, [the.placed])
    expect(await it.violations()).toEqual([`G6 order ${the.placed}: web W-9: what was answered and what is kept do not agree`])
  })
})

describe('G7: nothing rests past its deadline', () => {
  const fulfillment = async (): Promise<void> => {
    await it.insert('warehouse', 'fulfillments', { id: other, order_id: the.confirmed, location: 'BER', status: 'PLANNED', accepted: true, priority: 5, requested_at: '2026-11-02', status_since: '2026-11-02' })
    await it.insert('warehouse', 'fulfillment_history', ...historyOf(other, 'REQUESTED', 'PLANNED'))
  }
  const shipment = async (): Promise<void> => {
    await it.insert('shipping', 'shipments', { id: other, fulfillment: other, order_id: the.confirmed, location: 'BER', status: 'PLANNED', since: '2026-11-02', moves: 3, lines: [], products: [], missing: [], plan: {}, failed_units: [], created_at: '2026-11-02' })
    await it.insert('shipping', 'shipment_history', ...historyOf(other, 'AWAITING_REQUEST', 'AWAITING_DATA', 'PLANNED'))
  }
  const returned = async (status: 'approved' | 'requested'): Promise<void> => {
    await it.insert('after-sales', 'return_case', { return_id: other, order_id: the.delivered, status, by: 'customer', policy: 'standard 1', location: 'BER', refund_shipping: false, lines: [], requested_at: '2026-11-02' })
    await it.insert('after-sales', 'return_history', ...historyOf(other, 'requested', ...(status === 'approved' ? ['approved'] : [])))
  }
  const question = (): Promise<void> => it.insert('after-sales', 'feedback', { feedback_id: other, order_id: the.delivered, shipment_id: the.shipment, status: 'requested', answer_until: '2026-11-16', carrier: 'x', products: [], packages: [] })
  const mail = (): Promise<void> => it.insert('notification', 'messages', { id: other, kind: 'shipped', event_id: other, order_id: the.delivered, occasion: {}, status: 'QUEUED', tries: 0, maybe_sent: 0, created_at: '2026-11-02' })
  const supply = (): Promise<void> => it.insert('inventory', 'supply', { id: other, code: 'PO-1', product: 'MUG', location: 'BER', units: 5, received: 1, available_on: '2026-11-10', announced_at: '2026-11-02' })

  test.each([
    ['fulfillment', 'warehouse', fulfillment, 'PLANNED', 'fulfillment-rests'],
    ['shipment', 'shipping', shipment, 'PLANNED', 'shipment-rests'],
    ['return', 'after-sales', () => returned('approved'), 'approved', 'return-expiry'],
    ['feedback', 'after-sales', question, 'requested', 'feedback-closing'],
    ['mail', 'notification', mail, 'QUEUED', 'send-mail'],
    ['supply', 'inventory', supply, 'ANNOUNCED', 'supply-overdue'],
  ] as const)('a %s that nothing will move; a timer of another kind does not, its own does, a person does', async (what, service, plant, status, kind) => {
    await plant()
    const named = [`G7 ${what} ${other}: is ${status} with no timer and no task of its own`]
    expect(await it.violations('G7')).toEqual(named)
    await it.insert(service, 'kit.timers', timer('of-another-kind', other))
    expect(await it.violations('G7')).toEqual(named)
    await it.insert(service, 'kit.timers', timer(kind, other))
    expect(await it.violations('G7')).toEqual([])
    await it.query(service, 'DELETE FROM kit.timers WHERE subject = $1', [other])
    await it.insert(service, 'kit.tasks', { id: other, kind: 'look', subject: other, owner: 'operator', why: 'test', due_at: inTime })
    expect(await it.violations()).toEqual([])
  })

  test('a return that waits for a person who was never asked', async () => {
    await returned('requested')
    await it.insert('after-sales', 'kit.timers', timer('return-expiry', other))
    expect(await it.violations('G7')).toEqual([`G7 return ${other}: is requested with no timer and no task of its own`])
  })

  test('units that wait for supply with nobody minding the date', async () => {
    await it.query('inventory', `UPDATE need_line SET units = 3, backordered = 1, backordered_at = '2026-11-02' WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations('G7')).toEqual([`G7 backorder ${the.confirmed}/1: is BACKORDERED with no timer and no task of its own`])
  })

  test('a timer that is due and that nobody takes', async () => {
    await it.insert('shipping', 'kit.timers', { ...timer('label-call', other, new Date(Date.now() - 30_000).toISOString()), last_error: 'no answer' })
    expect(await it.violations()).toEqual([])
    await it.query('shipping', `UPDATE kit.timers SET due_at = now() - interval '90 seconds'`)
    expect(await it.violations()).toEqual([expect.stringMatching(new RegExp(`^G7 shipping: timer label-call ${other}: is due for 9\\d s: no answer$`))])
  })

  test('a task that is past its date', async () => {
    await it.insert('after-sales', 'kit.tasks', { id: other, kind: 'return-decision', subject: 'R-1', owner: 'agent', why: 'decide', due_at: '2026-11-02' })
    expect(await it.violations()).toEqual(['G7 after-sales: task return-decision R-1: of the agent is past its date: decide'])
  })
})

describe('G10: an unknown outcome is found out', () => {
  test.each(['intent', 'unknown'])('a call to the provider that is %s for too long', async (status) => {
    await it.query('order', `UPDATE payment_operations SET status = $2, settled_at = NULL, created_at = now() - interval '14 minutes' WHERE id = $1`, [the.refused, status])
    expect(await it.violations('G10')).toEqual([])
    await it.query('order', `UPDATE payment_operations SET created_at = now() - interval '16 minutes' WHERE id = $1`, [the.refused])
    expect(await it.violations('G10')).toEqual([`G10 order ${the.delivered} capture ${the.refused}: is ${status} for more than 15 minutes`])
  })

  test('a call to a carrier that is unknown for too long', async () => {
    await it.insert('shipping', 'carrier_calls', { key: `label:${the.shipment}:1`, shipment: the.shipment, kind: 'label', attempt: 1, status: 'unknown', tries: 3, asked_at: '2026-11-02' })
    expect(await it.violations('G10')).toEqual([`G10 carrier call label:${the.shipment}:1: is unknown for more than 15 minutes`])
  })
})

describe('G11: who paid has an order, or gets it back', () => {
  const cancel = async (): Promise<void> => {
    await it.query('order', `UPDATE orders SET status = 'CANCELLED' WHERE id = $1`, [the.delivered])
    await it.query('order', `UPDATE order_lines SET cancelled = 3, shipped = 0, delivered = 0 WHERE order_id = $1`, [the.delivered])
  }
  const kept = [`G11 order ${the.delivered}: is CANCELLED, sent nothing, keeps 2000, and no refund is under way`]

  test('money kept for an order that ended without sending anything', async () => {
    await cancel()
    expect(await it.violations('G11')).toEqual(kept)
  })

  test('a refund under way, or a person on it, is time; a refund that never comes is not', async () => {
    await cancel()
    const refund = { id: other, order_id: the.delivered, units: [], due_minor: 2_000, fees_minor: 0, amount_minor: 2_000, refunded_minor: 0, status: 'open' }
    await it.insert('order', 'refunds', { ...refund, requested_at: new Date().toISOString() })
    expect(await it.violations('G11')).toEqual([])
    await it.query('order', `UPDATE refunds SET requested_at = now() - interval '16 minutes' WHERE id = $1`, [other])
    expect(await it.violations('G11')).toEqual(kept)
    await it.insert('order', 'kit.tasks', { id: other, kind: 'refund-failed', subject: other, order_id: the.delivered, owner: 'agent', why: 'test', due_at: inTime })
    expect(await it.violations('G11')).toEqual([])
  })

  test('goods that left were paid for, whatever became of the rest; what a channel took the channel gives back', async () => {
    await it.query('order', `UPDATE orders SET status = 'CANCELLED' WHERE id = $1`, [the.delivered])
    expect(await it.violations('G11')).toEqual([])
    await cancel()
    await it.query('order', `UPDATE payments SET kind = 'channel' WHERE order_id = $1`, [the.delivered])
    expect(await it.violations('G11')).toEqual([])
  })
})

describe('G13: nobody is behind a watermark', () => {
  const read = (service: 'inventory', partition: number, next: number): Promise<void> => it.insert(service, 'messaging.next_offset', { consumer_group: `${service}.main`, topic: 'oms.order.v1', partition, next_offset: next })
  const has = (sequence: number): Promise<void> => it.insert('inventory', 'messaging.consumed_sequence', { consumer_group: 'inventory.main', topic: 'oms.order.v1', subject: the.delivered, sequence })
  const behind = (had: number): string[] => [`G13 inventory.main oms.order.v1 ${the.delivered}: has read everything, and has fact ${had} of 3`]

  beforeEach(() => journaled(it, 'order', 'oms.order.v1', the.delivered, [1, 2, 3]))

  test('a group that has read all of a topic and misses the end of a subject, or all of it', async () => {
    await read('inventory', 0, 3)
    expect(await it.violations('G13')).toEqual(behind(0))
    await has(2)
    expect(await it.violations('G13')).toEqual(behind(2))
    await it.query('inventory', 'UPDATE messaging.consumed_sequence SET sequence = 3')
    expect(await it.violations('G13')).toEqual([])
  })

  test('a group that has something to read yet, or has never read, is not behind', async () => {
    expect(await it.violations('G13')).toEqual([])
    await read('inventory', 0, 2)
    expect(await it.violations('G13')).toEqual([])
  })

  test('what waits in parking has come', async () => {
    await read('inventory', 0, 3)
    await has(2)
    await it.insert('inventory', 'messaging.parked_message', { consumer_group: 'inventory.main', topic: 'oms.order.v1', key: the.delivered, partition: 0, offset: 2, event_id: other, type: 'test', subject: the.delivered, sequence: 3, headers: {}, payload_hash: '\\x00', status: 'waiting', parked_at: '2026-11-02' })
    expect(await it.violations('G13')).toEqual([])
  })

  test('a service with news that sets no watermark', async () => {
    await it.query('order', `UPDATE messaging.journal SET created_at = now() - interval '4 minutes'`)
    expect(await it.violations('G13')).toEqual(['G13 order: watermark: facts older than 3 minutes, and no watermark since'])
    await it.query('order', 'UPDATE messaging.watermark SET looked_at = now()')
    expect(await it.violations('G13')).toEqual([])
  })
})

describe('G17: a poison message makes its own key wait and nothing else', () => {
  const message = { consumer_group: 'inventory.main', topic: 'oms.order.v1', partition: 0, offset: 0, type: 'test', subject: 'a', headers: {}, payload_hash: '\\x00', status: 'waiting', parked_at: '2026-11-02' }
  const parkedKey = { consumer_group: 'inventory.main', topic: 'oms.order.v1', status: 'waiting', code: 'TypeError', error: 'test', attempts: 1, parked_at: '2026-11-02', next_attempt_at: inTime }

  test('a message that waits although its key does not, and a key with nothing to wait for', async () => {
    await it.insert('inventory', 'messaging.parked_message', { ...message, key: 'a', event_id: other })
    expect(await it.violations('G17')).toEqual(['G17 inventory.main oms.order.v1 key a: waits in parking, and its key is not parked'])
    await it.insert('inventory', 'messaging.parked_key', { ...parkedKey, key: 'a' })
    expect(await it.violations('G17')).toEqual([])
    await it.insert('inventory', 'messaging.parked_key', { ...parkedKey, key: 'b' })
    expect(await it.violations('G17')).toEqual(['G17 inventory.main oms.order.v1 key b: is parked, and nothing of it waits'])
  })

  test('a record that a group leaves lying while it reads', async () => {
    const made = (ageMs: number, offset: bigint): typeof it.topicRecords[number] => {
      const time = (Date.now() - ageMs).toString(16).padStart(12, '0')
      return { topic: 'oms.order.v1', partition: 0, offset, key: 'k', eventId: `${time.slice(0, 8)}-${time.slice(8)}-7${other.slice(15)}`, type: 'test', subject: 'k', sequence: null, version: null, isEmpty: false }
    }
    it.topicRecords = [made(60_000, 0n), made(20_000, 1n)]
    expect(await it.violations('G17')).toEqual([])
    await it.insert('inventory', 'messaging.next_offset', { consumer_group: 'inventory.main', topic: 'oms.order.v1', partition: 0, next_offset: 0 })
    expect(await it.violations('G17')).toEqual(['G17 inventory.main oms.order.v1 0 0: is not read after 30 s'])
    await it.query('inventory', 'UPDATE messaging.next_offset SET next_offset = 1')
    expect(await it.violations('G17')).toEqual([])
  })
})

describe('G27: nothing of an uploaded file is lost', () => {
  const file = { id: other, requested_by: 'agent:ada', format: 'csv', columns: [], rows: 3, orders: 3, processed: 2, accepted: 2, existing: 0, refused: 0, bytes: 1, created_at: '2026-11-02' }

  test('a file that is done with an order unanswered', async () => {
    await it.insert('order', 'order_imports', { ...file, status: 'done', finished_at: '2026-11-02' })
    expect(await it.violations()).toEqual([`G27 file ${other}: is done with 2 of 3 orders answered`])
  })

  test('a file that nothing works off', async () => {
    await it.insert('order', 'order_imports', { ...file, status: 'running' })
    expect(await it.violations()).toEqual([`G27 file ${other}: is running with 2 of 3 orders answered`])
    await it.insert('order', 'kit.timers', timer('capture-import', other))
    expect(await it.violations()).toEqual([])
  })
})

describe('G8: money stays within its bounds', () => {
  const pay = (change: string) => it.query('order', `UPDATE payments SET ${change}`)
  /** Ledger and refunds say the same as the payment: only the bound is broken. */
  const book = async (from: string, to: string, amount: number): Promise<void> =>
    it.insert('order', 'payment_ledger', ...[{ account: from, amount_minor: -amount }, { account: to, amount_minor: amount }].map((row) => ({ ...row, payment_id: the.payment, operation_id: other, currency: 'EUR', at: '2026-11-02' })))

  beforeEach(() => it.unguard('order', 'payments', 'refunds'))

  test('more refunded than captured', async () => {
    await pay('refunded_minor = 3500')
    await it.query('order', 'UPDATE refunds SET refunded_minor = 3500')
    await book('captured', 'customer', 2_500)
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: authorized 3000, captured 3000, refunded 3500 of 3000`])
  })

  test('less than nothing refunded', async () => {
    await pay('refunded_minor = -1')
    await it.query('order', 'UPDATE refunds SET refunded_minor = -1')
    await book('customer', 'captured', 1_001)
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: authorized 3000, captured 3000, refunded -1 of 3000`])
  })

  test('more captured than authorized', async () => {
    await pay('authorized_minor = 2000')
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: authorized 2000, captured 3000, refunded 1000 of 3000`])
  })

  test('more captured than the order costs', async () => {
    await it.query('order', `UPDATE orders SET total_minor = 2999 WHERE id = $1`, [the.delivered])
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: authorized 3000, captured 3000, refunded 1000 of 2999`])
  })

  test('money taken for an order that is not there', async () => {
    await pay(`order_id = '${other}'`)
    await it.query('order', `UPDATE refunds SET order_id = $1`, [other])
    expect(await it.violations()).toEqual([`G8 order ${other}: authorized 3000, captured 3000, refunded 1000 of no order`])
  })

  test('refunds that do not sum to what was refunded', async () => {
    await it.query('order', 'UPDATE refunds SET refunded_minor = 900')
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: refunds sum to 900, the payment says 1000`])
  })

  test('money given back without any refund', async () => {
    await it.query('order', 'DELETE FROM refunds')
    expect(await it.violations()).toEqual([`G8 order ${the.delivered}: refunds sum to 0, the payment says 1000`])
  })

  test('a ledger that has more than was kept', async () => {
    await book('authorized', 'captured', 5)
    expect(await it.violations()).toEqual([`G8 payment ${the.payment}: ledger: captured is 2005, expected 2000`])
  })

  test('a payment that never came into the ledger', async () => {
    await it.query('order', 'DELETE FROM payment_ledger')
    expect(await it.violations()).toEqual([`G8 payment ${the.payment}: ledger: captured is 0, expected 2000`])
  })

  test('an entry with one side only', async () => {
    await it.insert('order', 'payment_ledger', { payment_id: the.payment, operation_id: other, account: 'customer', amount_minor: 7, currency: 'EUR', at: '2026-11-02' })
    expect(await it.violations()).toEqual([`G8 payment ${the.payment}: ledger: sum of operation ${other} is 7, expected 0`])
  })
})

describe('G9: our operations are those of the provider', () => {
  const capture = `order ${the.delivered} capture ${the.capture}`

  test('an operation we never asked for', async () => {
    it.operations = [...providerLedger, { key: other, kind: 'capture', status: 'succeeded', amountMinor: 500, currency: 'EUR' }]
    expect(await it.violations()).toEqual([`G9 provider key ${other}: capture of 500 was done without an intent of ours`])
  })

  test('an operation done twice under one key', async () => {
    it.operations = [...providerLedger, ...providerLedger.filter(({ key }) => key === the.capture)]
    expect(await it.violations()).toEqual([`G9 provider key ${the.capture}: capture was done 2 times`])
  })

  test.each([
    ['amount', { amountMinor: 2_999 }, 'is 3000 EUR here, capture of 2999 EUR there'],
    ['currency', { currency: 'USD' }, 'is 3000 EUR here, capture of 3000 USD there'],
    ['kind', { kind: 'refund' }, 'is 3000 EUR here, refund of 3000 EUR there'],
  ])('an operation of another %s', async (_what, difference, what) => {
    it.operations = providerLedger.map((operation) => (operation.key === the.capture ? { ...operation, ...difference } : operation))
    expect(await it.violations()).toEqual([`G9 ${capture}: ${what}`])
  })

  test('an operation that succeeded here only', async () => {
    it.operations = providerLedger.filter(({ key }) => key !== the.capture)
    expect(await it.violations()).toEqual([`G9 ${capture}: succeeded here, not at the provider`])
    it.operations = providerLedger.map((operation) => (operation.key === the.capture ? { ...operation, status: 'declined' } : operation))
    expect(await it.violations()).toEqual([`G9 ${capture}: succeeded here, not at the provider`])
  })

  test('an operation that succeeded there only', async () => {
    it.operations = providerLedger.map((operation) => (operation.key === the.declined ? { ...operation, status: 'succeeded' } : operation))
    expect(await it.violations()).toEqual([`G9 order ${the.delivered} capture ${the.declined}: failed here, succeeded at the provider`])
  })

  test('an operation whose outcome we have not found out in time; before that it is on its way', async () => {
    await it.query('order', `UPDATE payment_operations SET status = 'unknown', settled_at = NULL, created_at = now() - interval '14 minutes' WHERE id = $1`, [the.capture])
    expect(await it.violations('G9', 'G10')).toEqual([])
    await it.query('order', `UPDATE payment_operations SET created_at = now() - interval '16 minutes' WHERE id = $1`, [the.capture])
    expect(await it.violations('G9')).toEqual([`G9 ${capture}: is unknown here for more than 15 minutes, succeeded at the provider`])
  })
})

describe('G12 and G14: facts are numbered without a gap, and the last number is told', () => {
  const order = `oms.order.v1 ${the.delivered}`
  const counted = (sequence: number) => it.insert('order', 'messaging.subjects', { topic: 'oms.order.v1', subject: the.delivered, sequence })
  const journal = (...sequences: readonly number[]) => journaled(it, 'order', 'oms.order.v1', the.delivered, sequences)

  test('a subject told from its oldest kept fact to its last', async () => {
    await counted(4)
    await journal(2, 3, 4)
    expect(await it.violations()).toEqual([])
  })

  test('G12: a fact is missing in the journal', async () => {
    await counted(4)
    await journal(1, 2, 4)
    // nothing that went to the topic came through without it
    it.topicRecords = it.topicRecords.map((record, index) => ({ ...record, sequence: index + 2 }))
    expect(await it.violations()).toEqual([`G12 order: ${order}: 3 fact(s) numbered 1 to 4`])
  })

  test('G12: a number given twice', async () => {
    await counted(3)
    await journal(1, 2, 2, 3)
    expect(await it.violations()).toEqual([`G12 order: ${order}: 3 fact(s) numbered 1 to 3`])
  })

  test('G14: a change that was counted and not told', async () => {
    await counted(4)
    await journal(1, 2, 3)
    expect(await it.violations()).toEqual([`G14 order: ${order}: counted to 4, told to 3`])
  })

  test('G14: a fact that was told and not counted', async () => {
    await journal(1)
    expect(await it.violations()).toEqual([`G14 order: ${order}: counted to nothing, told to 1`])
  })

  test('G14: a subject of which nothing was told, while the journal has its beginning', async () => {
    await it.query('order', 'ALTER SEQUENCE messaging.journal_seq RESTART')
    await counted(1)
    await it.insert('order', 'messaging.subjects', { topic: 'oms.order.v1', subject: other, sequence: 2 })
    await journal(1)
    expect(await it.violations()).toEqual([`G14 order: oms.order.v1 ${other}: counted to 2, told to nothing`])
    await it.query('order', 'UPDATE messaging.journal SET seq = 900')
    expect(await it.violations()).toEqual([])
  })

  test.each(['inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'] as const)('%s is looked at too', async (service) => {
    await journaled(it, service, 'oms.task.v1', 'T-1', [1, 3])
    it.topicRecords = it.topicRecords.map((record, index) => ({ ...record, sequence: index + 2 }))
    expect(await it.violations()).toEqual([`G12 ${service}: oms.task.v1 T-1: 2 fact(s) numbered 1 to 3`, `G14 ${service}: oms.task.v1 T-1: counted to nothing, told to 3`])
  })
})

describe('G15: an event has one effect', () => {
  const handled = (event_id: string, consumer_group = 'order.main'): Row => ({ event_id, consumer_group, payload_hash: '\\x00', handled_at: '2026-11-02' })

  test('an event that one group handled twice; two groups may', async () => {
    await it.unguard('order', 'messaging.inbox')
    await it.insert('order', 'messaging.inbox', handled(other), handled(other, 'order.other'))
    expect(await it.violations()).toEqual([])
    await it.insert('order', 'messaging.inbox', handled(other))
    expect(await it.violations()).toEqual([`G15 order.main event ${other}: handled 2 times`])
  })

  test('two contents under one event id, until a person has decided', async () => {
    await it.insert('shipping', 'messaging.quarantine', quarantined({ code: 'event-id-conflict', event_id: other }))
    expect(await it.violations()).toEqual([`G15 shipping: oms.order.v1 event ${other}: two contents under one event id`])
    await it.query('shipping', `UPDATE messaging.quarantine SET status = 'discarded'`)
    expect(await it.violations()).toEqual([])
  })

  const quarantined = (differs: Row): Row => ({ consumer_group: 'shipping.main', topic: 'oms.order.v1', partition: 0, offset: 7, headers: {}, detail: 'test', status: 'open', quarantined_at: '2026-11-02', record_hash: '\\x00', ...differs })
})

describe('G19: what is shipped was picked and packed once', () => {
  const line = `fulfillment ${the.fulfillment} line 1`
  const floor = async (counts: { readonly units?: number; readonly dropped?: number; readonly picked: number; readonly packed: number; readonly shipped: number }): Promise<void> => {
    await it.unguard('warehouse', 'stocked_lines', 'pick_tasks', 'package_contents')
    await it.query('warehouse', `UPDATE stocked_lines SET units = $1, dropped = $2, picked = $3, packed = $4, shipped = $5`, [counts.units ?? 3, counts.dropped ?? 0, counts.picked, counts.packed, counts.shipped])
    await it.query('warehouse', `UPDATE pick_tasks SET picked = $1, put_back = 0`, [counts.picked])
    await it.query('warehouse', `UPDATE package_contents SET packed = $1 WHERE package = $2`, [counts.packed, the.package])
    // inventory and customer know what was shipped, and the bins what is in hand: only the line is wrong
    await it.unguard('inventory', 'need_line', 'reservation', 'stock_level', 'stock_lot', 'stock_movement')
    await it.query('inventory', `UPDATE need_line SET consumed = $1, units = $1 WHERE order_id = $2`, [counts.shipped, the.delivered])
    await it.query('inventory', `UPDATE reservation SET consumed = $1, units = $1 WHERE order_id = $2`, [counts.shipped, the.delivered])
    await it.query('warehouse', `UPDATE bin_content SET units = units - $1 WHERE bin = 'A-1'`, [Math.max(0, counts.picked - counts.shipped)])
  }

  test('more shipped than packed', async () => {
    await floor({ picked: 3, packed: 2, shipped: 3 })
    expect(await it.violations()).toEqual([`G19 ${line}: asked 3, dropped 0, picked 3, packed 2, shipped 3`])
  })

  test('more packed than picked', async () => {
    await floor({ picked: 2, packed: 3, shipped: 3 })
    expect(await it.violations()).toEqual([`G19 ${line}: asked 3, dropped 0, picked 2, packed 3, shipped 3`])
  })

  test('more picked than asked for', async () => {
    await floor({ picked: 4, packed: 4, shipped: 4 })
    expect(await it.violations()).toEqual([`G19 ${line}: asked 3, dropped 0, picked 4, packed 4, shipped 4`])
  })

  test('picked although it was dropped', async () => {
    await floor({ dropped: 1, picked: 3, packed: 3, shipped: 3 })
    expect(await it.violations()).toEqual([`G19 ${line}: asked 3, dropped 1, picked 3, packed 3, shipped 3`])
  })

  test('picked by no task', async () => {
    await it.query('warehouse', 'UPDATE pick_tasks SET put_back = 2')
    expect(await it.violations()).toEqual([`G19 ${line}: pick tasks hold 2, the line says 3`])
  })

  test('packed into no package; one that was given up holds nothing', async () => {
    await it.query('warehouse', `DELETE FROM package_contents WHERE package = $1`, [the.package])
    expect(await it.violations()).toEqual([`G19 ${line}: packages hold 0, the line says 3`])
  })

  test('shipped and not taken from stock', async () => {
    await it.query('inventory', `UPDATE need_line SET units = 2, consumed = 2 WHERE order_id = $1`, [the.delivered])
    await it.query('inventory', `UPDATE reservation SET units = 2, consumed = 2 WHERE order_id = $1`, [the.delivered])
    expect(await it.violations()).toEqual([`G19 order ${the.delivered} line 1: the floor shipped 3, inventory consumed 2`])
  })

  test('taken from stock and never shipped', async () => {
    await it.query('inventory', `UPDATE need_line SET reserved = 0, consumed = 2 WHERE order_id = $1`, [the.confirmed])
    await it.query('inventory', `UPDATE reservation SET consumed = 2, status = 'CONSUMED' WHERE order_id = $1`, [the.confirmed])
    await it.query('inventory', 'UPDATE stock_level SET reserved = 0')
    await it.insert('inventory', 'reservation_history', { subject: `${the.confirmed}/1/1`, from_status: 'FIRM', to_status: 'CONSUMED', at: '2026-11-02', cause: 'test' })
    expect(await it.violations()).toEqual([`G19 order ${the.confirmed} line 1: the floor shipped 0, inventory consumed 2`])
  })

  test('told the customer as shipped and still in the house', async () => {
    await it.query('order', `UPDATE order_lines SET reserved = 0, shipped = 2 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G19 order ${the.confirmed} line 1: 2 unit(s) are told as shipped, 0 left the floor`])
  })

  test('of a bundle whole ones count', async () => {
    await it.query('warehouse', 'UPDATE stocked_lines SET per_unit = 2')
    expect(await it.violations()).toEqual([`G19 order ${the.delivered} line 1: 3 unit(s) are told as shipped, 1 left the floor`])
  })
})

describe('G20: one label a package', () => {
  test('a label that was bought and is not ours', async () => {
    it.packages = [...carrierLedger, { key: 'label-9', sscc: '340123450000000099', trackingNumber: 'ME9', isVoided: false }]
    expect(await it.violations()).toEqual(['G20 label ME9: was bought for 340123450000000099 and is not ours'])
  })

  test('a label that its carrier does not know, or was given back', async () => {
    it.packages = []
    expect(await it.violations()).toEqual([`G20 package ${the.sscc}: has label ${the.tracking} that its carrier does not know`])
    it.packages = carrierLedger.map((each) => ({ ...each, isVoided: true }))
    expect(await it.violations()).toEqual([`G20 package ${the.sscc}: has label ${the.tracking} that its carrier does not know`])
  })

  test('two labels for one package', async () => {
    it.packages = [...carrierLedger, { key: 'label-3', sscc: the.sscc, trackingNumber: 'ME3', isVoided: false }]
    expect(await it.violations()).toEqual([`G20 label ME3: was bought for ${the.sscc} and is not ours`, `G20 package ${the.sscc}: 2 labels were bought`])
  })
})

describe('G21: the units of a line add up', () => {
  test('a unit that is nowhere', async () => {
    await it.unguard('order', 'order_lines')
    await it.query('order', `UPDATE order_lines SET reserved = 1 WHERE order_id = $1`, [the.confirmed])
    expect(await it.violations()).toEqual([`G21 order ${the.confirmed} line 1: ordered 2, parts 1; shipped 0, arrived somewhere 0`])
  })

  test('more delivered than shipped', async () => {
    await it.unguard('order', 'order_lines')
    await it.query('order', `UPDATE order_lines SET lost = 1 WHERE order_id = $1`, [the.delivered])
    expect(await it.violations()).toEqual([`G21 order ${the.delivered} line 1: ordered 3, parts 3; shipped 3, arrived somewhere 4`])
  })

  test('more returned than delivered', async () => {
    await it.insert('after-sales', 'returned_unit', ...[2, 3, 4].map((unit_number) => ({ order_id: the.delivered, line: 1, unit_number, return_id: the.return })))
    expect(await it.violations()).toEqual([`G21 order ${the.delivered} line 1: 4 unit(s) in returns, 3 delivered`])
  })

  test('returned from an order that is not there', async () => {
    await it.insert('after-sales', 'returned_unit', { order_id: other, line: 2, unit_number: 1, return_id: the.return })
    expect(await it.violations()).toEqual([`G21 order ${other} line 2: 1 unit(s) in returns, 0 delivered`])
  })
})

describe('G22: only transitions of the tables', () => {
  interface Machine {
    readonly service: 'order' | 'inventory' | 'warehouse' | 'shipping' | 'after-sales'
    readonly what: string
    readonly history: string
    readonly subject: string
    /** Its last two statuses, one that must not follow, and one in which no life begins. */
    readonly before: string
    readonly last: string
    readonly never: string
    readonly middle: string
    /** Where the status is kept, and under which key. */
    readonly table: string
    readonly key: string
  }
  const grant = `${the.delivered}/1/1`
  const machines: readonly Machine[] = [
    { service: 'order', what: 'order', history: 'order_history', subject: the.delivered, before: 'CONFIRMED', last: 'COMPLETED', never: 'CONFIRMED', middle: 'CONFIRMED', table: 'orders', key: 'id' },
    { service: 'order', what: 'payment', history: 'payment_history', subject: the.payment, before: 'AUTHORIZED', last: 'CAPTURED', never: 'VOIDED', middle: 'AUTHORIZED', table: 'payments', key: 'id' },
    { service: 'inventory', what: 'order in inventory', history: 'reservation_order_history', subject: the.delivered, before: 'HELD', last: 'FIRM', never: 'WAITING', middle: 'FIRM', table: 'reservation_order', key: 'order_id' },
    { service: 'inventory', what: 'reservation', history: 'reservation_history', subject: grant, before: 'FIRM', last: 'CONSUMED', never: 'RELEASED', middle: 'CONSUMED', table: 'reservation', key: `order_id || '/' || stocked_line || '/' || grant_number` },
    { service: 'warehouse', what: 'fulfillment', history: 'fulfillment_history', subject: the.fulfillment, before: 'LABELLED', last: 'HANDED_OVER', never: 'PACKING', middle: 'PLANNED', table: 'fulfillments', key: 'id' },
    { service: 'warehouse', what: 'pick task', history: 'pick_task_history', subject: the.task, before: 'ASSIGNED', last: 'PICKED', never: 'CREATED', middle: 'ASSIGNED', table: 'pick_tasks', key: 'id' },
    { service: 'warehouse', what: 'package', history: 'package_history', subject: the.package, before: 'LABELLED', last: 'HANDED_OVER', never: 'SEALED', middle: 'SEALED', table: 'packages', key: 'id' },
    { service: 'shipping', what: 'shipment', history: 'shipment_history', subject: the.shipment, before: 'DISPATCHED', last: 'DELIVERED', never: 'IN_TRANSIT', middle: 'PLANNED', table: 'shipments', key: 'id' },
    { service: 'after-sales', what: 'return', history: 'return_history', subject: the.return, before: 'dispositioned', last: 'settled', never: 'received', middle: 'approved', table: 'return_case', key: 'return_id' },
  ]
  const keep = ({ service, table, key, subject }: Machine, status: string) =>
    it.query(service, `UPDATE ${table} SET ${table === 'reservation_order' ? 'phase' : 'status'} = $1 WHERE (${key})::text = $2`, [status, subject])
  const step = ({ service, history, subject }: Machine, from_status: string | null, to_status: string) =>
    it.insert(service, history, { subject, from_status, to_status, at: '2026-11-02', cause: 'test', ...(service === 'inventory' ? {} : { seq: 99 }) })
  const end = ({ service, history, subject }: Machine): Promise<unknown> =>
    it.query(service, `DELETE FROM ${history} WHERE subject::text = $1 AND seq = (SELECT max(seq) FROM ${history} WHERE subject::text = $1)`, [subject])

  describe.each(machines)('of $what', (machine) => {
    const { service, what, history, subject, before, last, never, middle, table } = machine

    test('a transition that its table does not have', async () => {
      await step(machine, last, never)
      await keep(machine, never)
      expect(ofThis(await it.violations())).toEqual([`G22 ${what} ${subject}: went from ${last} to ${never} (1 times): not in the table`])
    })

    test('a status that its table does not have', async () => {
      await it.unguard(service, table)
      await end(machine)
      await step(machine, before, 'VANISHED')
      await keep(machine, 'VANISHED')
      expect(ofThis(await it.violations())).toEqual([`G22 ${what} ${subject}: went from ${before} to VANISHED (1 times): not in the table`])
    })

    test('a step left out', async () => {
      await end(machine)
      await end(machine)
      await step(machine, before, last)
      expect(ofThis(await it.violations())).toEqual([expect.stringMatching(`G22 ${what} ${subject}: left ${before} while it was `)])
    })

    test('a life that begins in its middle', async () => {
      await it.unguard(service, table)
      await it.query(service, `DELETE FROM ${history} WHERE subject::text = $1`, [subject])
      await step(machine, null, middle)
      await keep(machine, middle)
      expect(ofThis(await it.violations())).toEqual([`G22 ${what} ${subject}: went from nothing to ${middle} (1 times): not in the table`])
    })

    test('a status that its history does not end with', async () => {
      await keep(machine, never)
      expect(ofThis(await it.violations())).toEqual([`G22 ${what} ${subject}: is ${never}, its history ends with ${last}`])
    })

    test('a row without a history, and a history without a row', async () => {
      await it.query(service, `UPDATE ${history} SET subject = $1 WHERE subject::text = $2`, [other, subject])
      expect(new Set(ofThis(await it.violations()))).toEqual(
        new Set([`G22 ${what} ${subject}: is ${last}, its history ends with nothing`, `G22 ${what} ${other}: is not there, its history ends with ${last}`]),
      )
    })
  })

  /** A status is part of what other rules look at: an order that comes to life again is stuck, too. */
  const ofThis = (violations: readonly string[]): readonly string[] => violations.filter((each) => each.startsWith('G22'))

  test('nothing follows an end, not even itself', async () => {
    const [order] = machines
    await step(order as Machine, 'COMPLETED', 'COMPLETED')
    expect(await it.violations()).toEqual([`G22 order ${the.delivered}: went from COMPLETED to COMPLETED (1 times): not in the table`])
  })
})
