import { describe, expect, test } from '@jest/globals'
import { returnTransitions, service as afterSales } from '@waybill/after-sales'
import { reservationOrderTransitions, reservationTransitions, service as inventory } from '@waybill/inventory'
import { terminalStates, type TransitionTable } from '@waybill/kernel'
import { messageTransitions, service as notification } from '@waybill/notification'
import { orderTransitions, paymentTransitions, service as order } from '@waybill/order'
import type { ServiceDefinition } from '@waybill/service-kit'
import { service as shipping, shipmentTransitions } from '@waybill/shipping'
import { fulfillmentTransitions, packageTransitions, pickTaskTransitions, service as warehouse } from '@waybill/warehouse'

const tables: readonly (readonly [ServiceDefinition, string, TransitionTable<string, string>])[] = [
  [order, 'order', orderTransitions],
  [order, 'payment', paymentTransitions],
  [inventory, 'order in inventory', reservationOrderTransitions],
  [inventory, 'reservation', reservationTransitions],
  [warehouse, 'fulfillment', fulfillmentTransitions],
  [warehouse, 'pick task', pickTaskTransitions],
  [warehouse, 'package', packageTransitions],
  [shipping, 'shipment', shipmentTransitions],
  [afterSales, 'return', returnTransitions],
  [notification, 'mail', messageTransitions],
]


/** Waits that have no table of transitions: asked or not, there or not. */
const plain = ['payment call', 'carrier call', 'feedback', 'backorder', 'supply']

describe('every state in which something waits', () => {
  test.each(tables.map(([service, what, table]) => [what, service, table] as const))('of a %s has a due date and a consequence, and what is final has none', (what, service, table) => {
    const waits = service.waits.find((each) => each.what === what)
    const ends: readonly string[] = terminalStates(table)
    expect(Object.keys(waits?.states ?? {}).sort()).toEqual(Object.keys(table).sort())
    for (const [status, state] of Object.entries(waits?.states ?? {})) {
      // mails that failed are an agent's task: a decision not to send again is an end of its own
      expect([status, state === null]).toEqual([status, ends.includes(status)])
      if (state === null) continue
      expect(state.waitsFor).not.toBe('')
      expect(state.within).not.toBe('')
      expect(state.then).not.toBe('')
      if (Array.isArray(state.by)) expect(state.by.length).toBeGreaterThan(0)
    }
  })

  test('belongs to a kind of thing that is named once', () => {
    const named = [order, inventory, warehouse, shipping, afterSales, notification].flatMap(({ waits }) => waits.map(({ what }) => what))
    expect([...named].sort()).toEqual([...tables.map(([, what]) => what), ...plain].sort())
  })
})
