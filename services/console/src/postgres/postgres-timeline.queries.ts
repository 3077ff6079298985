import { Injectable } from '@nestjs/common'
import { UnitOfWork } from '@waybill/service-kit'
import { describeFact, type TimelineEntry } from '../timeline/describe-fact.js'
import type { OrderView } from '../timeline/order-view.js'
import { TimelineQueries, type Board, type OrderFilter, type TaskView } from '../timeline/timeline.queries.js'
import type { ToldFact } from '../timeline/told-fact.js'
import { instantText, ORDER_VIEW_COLUMNS, toOrderView, type OrderViewRow } from './order-view.row.js'

/** Orders the live board lists. */
const LATEST = 60

@Injectable()
export class PostgresTimelineQueries extends TimelineQueries {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async orders(filter: OrderFilter, after: { readonly placedAt: string; readonly order: string } | null, limit: number): Promise<readonly OrderView[]> {
    const rows = await this.uow.query<OrderViewRow>(
      'orders-list',
      `SELECT ${ORDER_VIEW_COLUMNS} FROM order_view
       WHERE placed_at IS NOT NULL AND ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR stage = $2) AND ($3::text IS NULL OR channel = $3)
         AND ($4::text IS NULL OR reference LIKE $4 OR order_id::text = $5)
         AND ($6::timestamptz IS NULL OR (placed_at, order_id) < ($6, $7::uuid))
       ORDER BY placed_at DESC, order_id DESC LIMIT $8`,
      [
        filter.status ?? null, filter.stage ?? null, filter.channel ?? null,
        filter.search === undefined ? null : `${filter.search.replace(/[\\%_]/g, '\\$&')}%`, filter.search ?? null,
        after?.placedAt ?? null, after?.order ?? null, limit,
      ],
    )
    return rows.map(toOrderView)
  }

  async order(order: string): Promise<OrderView | undefined> {
    const [row] = await this.uow.query<OrderViewRow>('order-one', `SELECT ${ORDER_VIEW_COLUMNS} FROM order_view WHERE order_id = $1`, [order])
    return row && toOrderView(row)
  }

  async timeline(order: string, after: { readonly at: string; readonly eventId: string } | null, limit: number): Promise<readonly TimelineEntry[]> {
    const facts = await this.uow.query<ToldFact>(
      'order-timeline',
      `SELECT event_id AS "eventId", topic, type, name, subject, sequence::float8 AS sequence, order_id AS "order", ${instantText('at')} AS at, actor, payload FROM fact
       WHERE order_id = $1 AND ($2::timestamptz IS NULL OR (at, event_id) > ($2, $3::uuid)) ORDER BY at, event_id LIMIT $4`,
      [order, after?.at ?? null, after?.eventId ?? null, limit],
    )
    return facts.map(describeFact)
  }

  tasks(
    filter: { readonly state: 'open' | 'closed'; readonly owner: string | undefined; readonly kind: string | undefined; readonly order: string | undefined },
    after: { readonly dueAt: string; readonly task: string } | null,
    limit: number,
  ): Promise<readonly TaskView[]> {
    return this.uow.query<TaskView>(
      'tasks-list',
      `SELECT task, kind, subject, order_id AS "order", owner, why, service, ${instantText('due_at')} AS "dueAt", ${instantText('opened_at')} AS "openedAt", ${instantText('closed_at')} AS "closedAt", resolution
       FROM task_view
       WHERE (closed_at IS NULL) = $1 AND ($2::text IS NULL OR owner = $2) AND ($3::text IS NULL OR kind = $3) AND ($4::uuid IS NULL OR order_id = $4)
         AND ($5::timestamptz IS NULL OR (due_at, task) > ($5, $6::uuid))
       ORDER BY due_at, task LIMIT $7`,
      [filter.state === 'open', filter.owner ?? null, filter.kind ?? null, filter.order ?? null, after?.dueAt ?? null, after?.task ?? null, limit],
    )
  }

  async board(): Promise<Board> {
    const [counts, latest, tasks] = await Promise.all([
      this.uow.query<{ status: string; stage: string; orders: number }>('board-counts', 'SELECT status, stage, count(*)::int AS orders FROM order_view GROUP BY status, stage'),
      this.uow.query<OrderViewRow>('board-latest', `SELECT ${ORDER_VIEW_COLUMNS} FROM order_view ORDER BY placed_at DESC NULLS LAST, order_id DESC LIMIT $1`, [LATEST]),
      this.uow.query<{ open: number }>('board-tasks', 'SELECT count(*)::int AS open FROM task_view WHERE closed_at IS NULL'),
    ])
    const by = (field: 'status' | 'stage'): Record<string, number> =>
      counts.reduce<Record<string, number>>((sums, row) => ({ ...sums, [row[field]]: (sums[row[field]] ?? 0) + row.orders }), {})
    return {
      orders: counts.reduce((sum, { orders }) => sum + orders, 0),
      byStatus: by('status'),
      byStage: by('stage'),
      openTasks: tasks[0]?.open ?? 0,
      latest: latest.map(toOrderView),
    }
  }
}
