import { NAMED_MAX, type Rule, type Violation } from '../rule.js'
import type { SentOrder } from '../world.js'

/** G5. */
export const noOrderLost: Rule = {
  id: 'G5',
  promise: 'Every order a sender holds as accepted exists once, and has ended or has a timer or an open task',
  settles: true,
  async check(world) {
    const sent = await world.sentOrders()
    const missing = await world.query<SentOrder>(
      'order',
      `SELECT s.channel, s.reference, s."order" FROM unnest($1::text[], $2::text[], $3::text[]) AS s (channel, reference, "order")
       LEFT JOIN orders o ON o.id::text = s."order" AND o.channel = s.channel AND o.reference = s.reference WHERE o.id IS NULL LIMIT ${NAMED_MAX}`,
      [sent.map(({ channel }) => channel), sent.map(({ reference }) => reference), sent.map(({ order }) => order)],
    )
    // one hash of all that waits: with an OR over two tables each order would walk all timers
    const stuck = await world.query<{ id: string; status: string }>(
      'order',
      `WITH cared_for AS (
         SELECT subject AS id FROM kit.timers UNION SELECT correlation_id FROM kit.timers UNION SELECT order_id::text FROM kit.tasks WHERE closed_at IS NULL)
       SELECT o.id, o.status FROM orders o
       WHERE o.status IN ('PLACED', 'CONFIRMED') AND NOT EXISTS (SELECT FROM cared_for c WHERE c.id = o.id::text) LIMIT ${NAMED_MAX}`,
    )
    return [
      ...missing.map(({ channel, reference, order }) => ({ subject: `order ${order}`, what: `was accepted from ${channel} as ${reference} and is not there` })),
      ...stuck.map(({ id, status }) => ({ subject: `order ${id}`, what: `is ${status} with no timer and no task: nothing will move it` })),
    ]
  },
}

/** G6. */
export const noDuplicateOrder: Rule = {
  id: 'G6',
  promise: 'One order per channel and reference, the one that its sender was answered',
  settles: false,
  async check(world) {
    const twice = await world.query<{ channel: string; reference: string; times: string }>(
      'order',
      `SELECT channel, reference, count(*) AS times FROM orders GROUP BY channel, reference HAVING count(*) > 1 LIMIT ${NAMED_MAX}`,
    )
    const unmatched = await world.query<{ channel: string; reference: string; order_id: string }>(
      'order',
      `SELECT coalesce(c.channel, o.channel) AS channel, coalesce(c.reference, o.reference) AS reference, coalesce(c.order_id, o.id) AS order_id
       FROM channel_orders c FULL JOIN orders o ON o.id = c.order_id
       WHERE c.order_id IS NULL OR o.id IS NULL OR (c.channel, c.reference) <> (o.channel, o.reference) LIMIT ${NAMED_MAX}`,
    )
    return [
      ...twice.map((row) => ({ subject: `${row.channel} ${row.reference}`, what: `exists ${row.times} times` })),
      ...unmatched.map((row) => ({ subject: `order ${row.order_id}`, what: `${row.channel} ${row.reference}: what was answered and what is kept do not agree` })),
    ]
  },
}

/** G21. */
export const lineArithmetic: Rule = {
  id: 'G21',
  promise: 'ordered = cancelled + unanswered + backordered + reserved + in fulfillment + shipped; returned <= delivered <= shipped',
  settles: true,
  async check(world) {
    const lines = await world.query<{ order_id: string; line: number; ordered: number; parts: number; shipped: number; arrived: number }>(
      'order',
      `SELECT * FROM (
         SELECT order_id, line, ordered, cancelled + unanswered + backordered + reserved + in_fulfillment + shipped AS parts, shipped, delivered + lost + returned_to_sender AS arrived
         FROM order_lines) AS sums
       WHERE ordered <> parts OR shipped < arrived LIMIT ${NAMED_MAX}`,
    )
    const returned = await world.query<{ order_id: string; line: number; units: string }>('after-sales', 'SELECT order_id, line, count(*) AS units FROM returned_unit GROUP BY order_id, line')
    const delivered = await world.query<{ order_id: string; line: number; delivered: number }>('order', 'SELECT order_id, line, delivered FROM order_lines WHERE order_id = ANY($1::uuid[])', [
      [...new Set(returned.map(({ order_id }) => order_id))],
    ])
    const deliveredUnits = new Map(delivered.map((row) => [`${row.order_id} ${row.line}`, row.delivered]))
    return [
      ...lines.map((row) => ({ subject: `order ${row.order_id} line ${row.line}`, what: `ordered ${row.ordered}, parts ${row.parts}; shipped ${row.shipped}, arrived somewhere ${row.arrived}` })),
      ...returned.flatMap((row): Violation[] => {
        const there = deliveredUnits.get(`${row.order_id} ${row.line}`) ?? 0
        return Number(row.units) <= there ? [] : [{ subject: `order ${row.order_id} line ${row.line}`, what: `${row.units} unit(s) in returns, ${there} delivered` }]
      }),
    ]
  },
}
