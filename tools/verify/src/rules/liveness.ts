import { service as afterSales } from '@waybill/after-sales'
import type { ServiceName } from '@waybill/contracts'
import { service as inventory } from '@waybill/inventory'
import { service as notification } from '@waybill/notification'
import { service as order } from '@waybill/order'
import { unwatchedSql, type ServiceDefinition, type Unwatched, type Waits } from '@waybill/service-kit'
import { service as shipping } from '@waybill/shipping'
import { service as warehouse } from '@waybill/warehouse'
import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { World } from '../world.js'

/** How long what is due may lie: the time in which everything comes to rest after a fault. Source: G7. Unit: seconds. */
const LATE_SECONDS = 60

const waiting: readonly (readonly [ServiceName, ServiceDefinition])[] = [
  ['order', order],
  ['inventory', inventory],
  ['warehouse', warehouse],
  ['shipping', shipping],
  ['after-sales', afterSales],
  ['notification', notification],
]

/** G7. */
export const nothingRests: Rule = {
  id: 'G7',
  promise: 'Nothing rests past its deadline: what waits has a timer or a task, no timer lies due, no task is past its date',
  settles: true,
  async check(world) {
    return (
      await Promise.all(
        waiting.map(async ([name, { waits }]) => [
          ...(await Promise.all(waits.map((each) => unwatched(world, name, each)))).flat(),
          ...(await lateTimers(world, name)),
          ...(await lateTasks(world, name)),
        ]),
      )
    ).flat()
  },
}

async function unwatched(world: World, service: ServiceName, waits: Waits): Promise<readonly Violation[]> {
  const look = unwatchedSql(waits)
  if (look === null) return []
  const rows = await world.query<Unwatched>(service, look.text, look.values)
  return rows.map(({ subject, status }) => ({ subject: `${waits.what} ${subject}`, what: `is ${status} with no timer and no task of its own` }))
}

async function lateTimers(world: World, service: ServiceName): Promise<readonly Violation[]> {
  const rows = await world.query<{ kind: string; subject: string; late: number; last_error: string | null }>(
    service,
    `SELECT kind, subject, extract(epoch FROM now() - due_at)::int AS late, last_error FROM kit.timers WHERE due_at < now() - interval '${LATE_SECONDS} seconds' ORDER BY due_at LIMIT ${NAMED_MAX}`,
  )
  return rows.map(({ kind, subject, late, last_error }) => ({ subject: `${service}: timer ${kind} ${subject}`, what: `is due for ${late} s${last_error === null ? '' : `: ${last_error}`}` }))
}

async function lateTasks(world: World, service: ServiceName): Promise<readonly Violation[]> {
  const rows = await world.query<{ kind: string; subject: string; owner: string; why: string }>(
    service,
    `SELECT kind, subject, owner, why FROM kit.tasks WHERE closed_at IS NULL AND due_at < now() ORDER BY due_at LIMIT ${NAMED_MAX}`,
  )
  return rows.map(({ kind, subject, owner, why }) => ({ subject: `${service}: task ${kind} ${subject}`, what: `of the ${owner} is past its date: ${why}` }))
}

/** By then a call's outcome is known. Source: G10. Unit: minutes. */
const UNKNOWN_MINUTES = 15

/** G10. */
export const unknownIsFoundOut: Rule = {
  id: 'G10',
  promise: `No call to a provider or carrier is without an outcome for more than ${UNKNOWN_MINUTES} minutes`,
  settles: true,
  async check(world) {
    const old = `interval '${UNKNOWN_MINUTES} minutes'`
    const money = await world.query<{ id: string; order_id: string; kind: string; status: string }>(
      'order',
      `SELECT id, order_id, kind, status FROM payment_operations WHERE status IN ('intent', 'unknown') AND created_at < now() - ${old} LIMIT ${NAMED_MAX}`,
    )
    const calls = await world.query<{ key: string; status: string }>('shipping', `SELECT key, status FROM carrier_calls WHERE status IN ('intent', 'unknown') AND asked_at < now() - ${old} LIMIT ${NAMED_MAX}`)
    const what = (status: string): string => `is ${status} for more than ${UNKNOWN_MINUTES} minutes`
    return [
      ...money.map(({ id, order_id, kind, status }) => ({ subject: `order ${order_id} ${kind} ${id}`, what: what(status) })),
      ...calls.map(({ key, status }) => ({ subject: `carrier call ${key}`, what: what(status) })),
    ]
  },
}

/** G11. What a channel took is given back by the channel. */
export const paidMeansOrderOrRefund: Rule = {
  id: 'G11',
  promise: 'Captured money belongs to an order that lives or has sent goods, or its refund is under way',
  settles: true,
  async check(world) {
    const rows = await world.query<{ order_id: string; status: string; kept: string }>(
      'order',
      `SELECT p.order_id, o.status, p.captured_minor - p.refunded_minor AS kept FROM payments p JOIN orders o ON o.id = p.order_id
       WHERE p.kind = 'provider' AND p.captured_minor > p.refunded_minor AND o.status IN ('CANCELLED', 'EXPIRED')
         AND NOT EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id AND l.shipped > 0)
         AND NOT EXISTS (SELECT FROM refunds r WHERE r.order_id = o.id AND r.status IN ('waiting', 'open') AND r.requested_at > now() - interval '${UNKNOWN_MINUTES} minutes')
         AND NOT EXISTS (SELECT FROM kit.tasks t WHERE t.order_id = o.id AND t.closed_at IS NULL) LIMIT ${NAMED_MAX}`,
    )
    return rows.map(({ order_id, status, kept }) => ({ subject: `order ${order_id}`, what: `is ${status}, sent nothing, keeps ${kept}, and no refund is under way` }))
  },
}

/** G27, for files. What comes over topics is G18's. */
export const filesAreAnswered: Rule = {
  id: 'G27',
  promise: 'Every order of an uploaded file is accepted, known or refused with its reason, or on its way',
  settles: true,
  async check(world) {
    const rows = await world.query<{ id: string; status: string; orders: number; processed: number }>(
      'order',
      `SELECT id, status, orders, processed FROM order_imports i
       WHERE (status = 'done' AND processed <> orders)
         OR (status IN ('waiting', 'running') AND NOT EXISTS (SELECT FROM kit.timers t WHERE t.kind = 'capture-import' AND t.subject = i.id::text))
       LIMIT ${NAMED_MAX}`,
    )
    return rows.map(({ id, status, orders, processed }) => ({ subject: `file ${id}`, what: `is ${status} with ${processed} of ${orders} orders answered` }))
  },
}
