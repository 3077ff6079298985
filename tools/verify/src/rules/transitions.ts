import { returnTransitions } from '@waybill/after-sales'
import type { ServiceName } from '@waybill/contracts'
import { reservationOrderTransitions, reservationTransitions } from '@waybill/inventory'
import { mayBecome, type TransitionTable } from '@waybill/kernel'
import { orderTransitions, paymentTransitions } from '@waybill/order'
import { shipmentTransitions } from '@waybill/shipping'
import { fulfillmentTransitions, packageTransitions, pickTaskTransitions } from '@waybill/warehouse'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'

interface Machine {
  readonly service: ServiceName
  readonly what: string
  readonly history: string
  readonly table: TransitionTable<string, string>
}

const machines: readonly Machine[] = [
  { service: 'order', what: 'order', history: 'order_history', table: orderTransitions },
  { service: 'order', what: 'payment', history: 'payment_history', table: paymentTransitions },
  { service: 'inventory', what: 'order in inventory', history: 'reservation_order_history', table: reservationOrderTransitions },
  { service: 'inventory', what: 'reservation', history: 'reservation_history', table: reservationTransitions },
  { service: 'warehouse', what: 'fulfillment', history: 'fulfillment_history', table: fulfillmentTransitions },
  { service: 'warehouse', what: 'pick task', history: 'pick_task_history', table: pickTaskTransitions },
  { service: 'warehouse', what: 'package', history: 'package_history', table: packageTransitions },
  { service: 'shipping', what: 'shipment', history: 'shipment_history', table: shipmentTransitions },
  { service: 'after-sales', what: 'return', history: 'return_history', table: returnTransitions },
]

/** G22. */
export const onlyTransitionsOfTheTable: Rule = {
  id: 'G22',
  promise: 'Every status in the histories follows from the one before by the exported table',
  settles: false,
  async check(world) {
    const found = await Promise.all(
      machines.map(async ({ service, what, history, table }) => {
        const steps = await world.query<{ from_status: string | null; to_status: string; times: string; subject: string }>(
          service,
          `SELECT from_status, to_status, count(*) AS times, min(subject::text) AS subject FROM ${history} GROUP BY from_status, to_status`,
        )
        const forbidden = steps.filter(({ from_status, to_status }) => !(to_status in table) || (from_status !== null && (!(from_status in table) || !mayBecome(table, from_status, to_status))))
        const broken = await world.query<{ subject: string; before: string | null; from_status: string | null }>(
          service,
          `SELECT subject::text, before, from_status FROM (SELECT subject, from_status, lag(to_status) OVER (PARTITION BY subject ORDER BY seq) AS before FROM ${history}) AS steps
           WHERE from_status IS DISTINCT FROM before LIMIT ${NAMED_MAX}`,
        )
        return [
          ...forbidden.map((row): Violation => ({ subject: `${what} ${row.subject}`, what: `went from ${row.from_status ?? 'nothing'} to ${row.to_status} (${row.times} times): not in the table` })),
          ...broken.map((row): Violation => ({ subject: `${what} ${row.subject}`, what: `left ${row.from_status ?? 'nothing'} while it was ${row.before ?? 'nothing'}` })),
        ]
      }),
    )
    return found.flat()
  },
}
