import type { LiveWorld } from '@waybill/verify'
import type { Sent } from './doors.js'
import type { Mailbox } from './mailbox.js'

/** What a demo run came to. Counts are read from the databases, not from what the simulator believes. */
export interface DemoReport {
  /** Distinct accepted orders. */
  readonly orders: number
  readonly delivered: number
  /** Orders of which something was ever on backorder. */
  readonly backordered: number
  readonly cancelled: number
  readonly expired: number
  readonly returned: number
  readonly refundedMinor: number
  readonly emails: number
  readonly duplicatesIgnored: number
  readonly parked: number
  readonly quarantined: number
  /** Messages given up by an operator. */
  readonly skipped: number
  readonly violations: number
  readonly placedToConfirmedMs: { readonly p50: number; readonly p99: number }
  readonly seconds: number
}

interface Counts {
  readonly parked: number
  readonly quarantined: number
  readonly violations: number
  readonly seconds: number
}

/** Reads the report's figures. */
export async function reportOf(world: LiveWorld, sent: Sent, mailbox: Mailbox, counts: Counts): Promise<DemoReport> {
  const [orders] = await world.query<{ orders: number; cancelled: number; expired: number; delivered: number }>(
    'order',
    `SELECT count(*)::int AS orders, count(*) FILTER (WHERE status = 'CANCELLED')::int AS cancelled, count(*) FILTER (WHERE status = 'EXPIRED')::int AS expired,
            count(*) FILTER (WHERE EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id AND l.delivered > 0))::int AS delivered FROM orders o`,
  )
  const [money] = await world.query<{ refunded: string }>('order', `SELECT coalesce(sum(refunded_minor), 0) AS refunded FROM payments`)
  const [backorders] = await world.query<{ orders: number }>('console', `SELECT count(DISTINCT order_id)::int AS orders FROM fact WHERE name = 'StockBackordered'`)
  const [returns] = await world.query<{ orders: number }>('after-sales', `SELECT count(DISTINCT order_id)::int AS orders FROM return_case WHERE status = 'settled'`)
  const [times] = await world.query<{ p50: number | null; p99: number | null }>(
    'console',
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99 FROM (
       SELECT extract(epoch FROM c.at - p.at) * 1000 AS ms FROM fact p JOIN fact c ON c.order_id = p.order_id AND c.name = 'OrderConfirmed' WHERE p.name = 'OrderPlaced') AS waits`,
  )
  let skipped = 0
  for (const service of ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'] as const) {
    const [row] = await world.query<{ skipped: number }>(service, `SELECT count(*)::int AS skipped FROM messaging.parked_message WHERE status = 'skipped'`)
    skipped += row?.skipped ?? 0
  }
  const { total } = await mailbox.list(1)
  return {
    orders: orders?.orders ?? 0,
    delivered: orders?.delivered ?? 0,
    backordered: backorders?.orders ?? 0,
    cancelled: orders?.cancelled ?? 0,
    expired: orders?.expired ?? 0,
    returned: returns?.orders ?? 0,
    refundedMinor: Number(money?.refunded ?? 0),
    emails: total,
    duplicatesIgnored: sent.duplicatesIgnored,
    parked: counts.parked,
    quarantined: counts.quarantined,
    skipped,
    violations: counts.violations,
    placedToConfirmedMs: { p50: Math.round(times?.p50 ?? 0), p99: Math.round(times?.p99 ?? 0) },
    seconds: Math.round(counts.seconds),
  }
}
