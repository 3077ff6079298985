import { returnTransitions } from '@waybill/after-sales'
import type { ServiceName } from '@waybill/contracts'
import { reservationOrderTransitions, reservationTransitions } from '@waybill/inventory'
import { mayBecome, terminalStates, type TransitionTable } from '@waybill/kernel'
import { orderTransitions, paymentTransitions } from '@waybill/order'
import { shipmentTransitions } from '@waybill/shipping'
import { fulfillmentTransitions, packageTransitions, pickTaskTransitions } from '@waybill/warehouse'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { World } from '../world.js'

interface Machine {
  readonly service: ServiceName
  readonly what: string
  readonly history: string
  readonly table: TransitionTable<string, string>
  /** Where a life may begin. */
  readonly starts: readonly string[]
  /** Subject and status of every row that has this history. */
  readonly kept: string
}

const machines: readonly Machine[] = [
  { service: 'order', what: 'order', history: 'order_history', table: orderTransitions, starts: ['PLACED'], kept: 'SELECT id AS subject, status FROM orders' },
  // what a channel took is captured from the beginning
  { service: 'order', what: 'payment', history: 'payment_history', table: paymentTransitions, starts: ['CREATED', 'CAPTURED'], kept: 'SELECT id AS subject, status FROM payments' },
  { service: 'inventory', what: 'order in inventory', history: 'reservation_order_history', table: reservationOrderTransitions, starts: ['WAITING'], kept: 'SELECT order_id::text AS subject, phase AS status FROM reservation_order' },
  {
    service: 'inventory',
    what: 'reservation',
    history: 'reservation_history',
    table: reservationTransitions,
    // what a confirmed order gets later needs no confirmation
    starts: ['HELD', 'FIRM'],
    kept: `SELECT order_id || '/' || stocked_line || '/' || grant_number AS subject, status FROM reservation`,
  },
  { service: 'warehouse', what: 'fulfillment', history: 'fulfillment_history', table: fulfillmentTransitions, starts: ['REQUESTED'], kept: 'SELECT id AS subject, status FROM fulfillments' },
  { service: 'warehouse', what: 'pick task', history: 'pick_task_history', table: pickTaskTransitions, starts: ['CREATED'], kept: 'SELECT id AS subject, status FROM pick_tasks' },
  { service: 'warehouse', what: 'package', history: 'package_history', table: packageTransitions, starts: ['OPEN'], kept: 'SELECT id AS subject, status FROM packages' },
  { service: 'shipping', what: 'shipment', history: 'shipment_history', table: shipmentTransitions, starts: ['AWAITING_REQUEST'], kept: 'SELECT id AS subject, status FROM shipments' },
  { service: 'after-sales', what: 'return', history: 'return_history', table: returnTransitions, starts: ['requested'], kept: 'SELECT return_id AS subject, status FROM return_case' },
]

/** G22. */
export const onlyTransitionsOfTheTable: Rule = {
  id: 'G22',
  promise: 'Each status follows from the one before by the exported tables, from a life\'s beginning to what is kept now',
  settles: false,
  async check(world) {
    return (await Promise.all(machines.map(async (machine) => [...(await forbiddenSteps(world, machine)), ...(await brokenChains(world, machine)), ...(await otherEnds(world, machine))]))).flat()
  },
}

async function forbiddenSteps(world: World, { service, what, history, table, starts }: Machine): Promise<Violation[]> {
  const steps = await world.query<{ from_status: string | null; to_status: string; times: string; subject: string }>(
    service,
    `SELECT from_status, to_status, count(*) AS times, min(subject::text) AS subject FROM ${history} GROUP BY from_status, to_status`,
  )
  const ends = new Set(terminalStates(table))
  const isAllowed = (from: string | null, to: string): boolean => (from === null ? starts.includes(to) : from in table && to in table && !ends.has(from) && mayBecome(table, from, to))
  return steps
    .filter(({ from_status, to_status }) => !isAllowed(from_status, to_status))
    .map((row) => ({ subject: `${what} ${row.subject}`, what: `went from ${row.from_status ?? 'nothing'} to ${row.to_status} (${row.times} times): not in the table` }))
}

async function brokenChains(world: World, { service, what, history }: Machine): Promise<Violation[]> {
  const broken = await world.query<{ subject: string; before: string | null; from_status: string | null }>(
    service,
    `SELECT subject, before, from_status FROM (SELECT subject, from_status, lag(to_status) OVER (PARTITION BY subject ORDER BY seq) AS before FROM ${history}) AS steps
     WHERE from_status IS DISTINCT FROM before LIMIT ${NAMED_MAX}`,
  )
  return broken.map((row) => ({ subject: `${what} ${row.subject}`, what: `left ${row.from_status ?? 'nothing'} while it was ${row.before ?? 'nothing'}` }))
}

async function otherEnds(world: World, { service, what, history, kept }: Machine): Promise<Violation[]> {
  const rows = await world.query<{ subject: string; status: string | null; to_status: string | null }>(
    service,
    `SELECT subject, status, to_status FROM (${kept}) AS kept
     FULL JOIN (SELECT DISTINCT ON (subject) subject, to_status FROM ${history} ORDER BY subject, seq DESC) AS last USING (subject)
     WHERE status IS DISTINCT FROM to_status LIMIT ${NAMED_MAX}`,
  )
  return rows.map((row) => ({ subject: `${what} ${row.subject}`, what: `is ${row.status ?? 'not there'}, its history ends with ${row.to_status ?? 'nothing'}` }))
}
