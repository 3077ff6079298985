import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import type { OrderView } from '../timeline/order-view.js'
import { projectFact } from '../timeline/project-fact.js'
import { TimelineStore, type Told } from '../timeline/timeline.store.js'
import type { ToldFact } from '../timeline/told-fact.js'
import { instantText, ORDER_VIEW_COLUMNS, toOrderView, type OrderViewRow } from './order-view.row.js'

/** Facts read at once while views are built anew. */
const REBUILD_CHUNK = 2000

@Injectable()
export class PostgresTimelineStore extends TimelineStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async keep(told: readonly Told[]): Promise<void> {
    await this.uow.change(told, async (tx, fresh) => {
      const facts = fresh.map(({ fact }) => fact)
      await insertFacts(tx, facts)
      await project(tx, facts)
    })
  }

  async rebuild(cause: Cause): Promise<number> {
    const [outcome] = await this.uow.change<{ cause: Cause }, number>([{ cause }], async (tx) => {
      // nobody projects while the views are empty: consumers wait for this lock
      await tx.query('rebuild-lock', 'LOCK TABLE order_view, task_view IN ACCESS EXCLUSIVE MODE')
      await tx.query('rebuild-orders', 'DELETE FROM order_view')
      await tx.query('rebuild-tasks', 'DELETE FROM task_view')
      let seq = '0'
      let count = 0
      for (;;) {
        const rows = await tx.query<FactRow>(
          'rebuild-read',
          `SELECT seq, event_id, topic, type, name, subject, sequence, order_id, ${instantText('at')} AS at, actor, payload FROM fact WHERE seq > $1 ORDER BY seq LIMIT $2`,
          [seq, REBUILD_CHUNK],
        )
        const last = rows.at(-1)
        if (!last) return [count]
        await project(tx, rows.map(toFact))
        seq = last.seq
        count += rows.length
      }
    })
    if (outcome?.problem) throw outcome.problem
    return outcome?.result ?? 0
  }
}

interface FactRow {
  seq: string
  event_id: string
  topic: string
  type: string
  name: string
  subject: string
  sequence: string | null
  order_id: string | null
  at: string
  actor: string
  payload: ToldFact['payload']
}

const toFact = (row: FactRow): ToldFact => ({
  eventId: row.event_id,
  topic: row.topic,
  type: row.type,
  name: row.name,
  subject: row.subject,
  sequence: row.sequence === null ? null : Number(row.sequence),
  order: row.order_id,
  at: row.at,
  actor: row.actor,
  payload: row.payload,
})

const insertFacts = (tx: Tx, facts: readonly ToldFact[]): Promise<unknown> =>
  tx.query(
    'facts-keep',
    `INSERT INTO fact (event_id, topic, type, name, subject, sequence, order_id, at, actor, payload)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::uuid[], $8::timestamptz[], $9::text[], $10::jsonb[]) ON CONFLICT (event_id) DO NOTHING`,
    [
      facts.map(({ eventId }) => eventId),
      facts.map(({ topic }) => topic),
      facts.map(({ type }) => type),
      facts.map(({ name }) => name),
      facts.map(({ subject }) => subject),
      facts.map(({ sequence }) => sequence),
      facts.map(({ order }) => order),
      facts.map(({ at }) => at),
      facts.map(({ actor }) => actor),
      facts.map(({ payload }) => JSON.stringify(payload)),
    ],
  )

async function project(tx: Tx, facts: readonly ToldFact[]): Promise<void> {
  const ofOrders = facts.filter((fact): fact is ToldFact & { order: string } => fact.order !== null)
  if (ofOrders.length > 0) await projectOrders(tx, ofOrders)
  const ofTasks = facts.filter(({ name }) => name === 'TaskOpened' || name === 'TaskClosed')
  if (ofTasks.length > 0) await projectTasks(tx, ofTasks)
}

async function projectOrders(tx: Tx, facts: readonly (ToldFact & { order: string })[]): Promise<void> {
  const orders = [...new Set(facts.map(({ order }) => order))].sort()
  // the row must be there before it can be locked: two types of one new order are read by two replicas at once
  await tx.query(
    'views-make',
    `INSERT INTO order_view (order_id, status, stage, backordered_units, delivered_units, last_fact, last_at)
     SELECT o, 'placed', 'placed', 0, 0, '', 'epoch' FROM unnest($1::uuid[]) AS o ORDER BY o ON CONFLICT DO NOTHING`,
    [orders],
  )
  const rows = await tx.query<OrderViewRow>('views-lock', `SELECT ${ORDER_VIEW_COLUMNS} FROM order_view WHERE order_id = ANY($1::uuid[]) ORDER BY order_id FOR UPDATE`, [orders])
  const views = new Map<string, OrderView>(rows.map((row) => [row.order_id, toOrderView(row)]))
  for (const fact of facts) views.set(fact.order, projectFact(views.get(fact.order), fact))
  const changed = [...views.values()]
  await tx.query(
    'views-save',
    `UPDATE order_view v SET channel = n.channel, reference = n.reference, placed_at = n.placed_at, country = n.country, currency = n.currency, total_minor = n.total_minor, units = n.units,
       status = n.status, stage = n.stage, backordered_units = n.backordered_units, delivered_units = n.delivered_units, promised_to = n.promised_to, last_fact = n.last_fact, last_at = n.last_at
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[], $8::int[], $9::text[], $10::text[], $11::int[], $12::int[], $13::date[], $14::text[], $15::timestamptz[])
       AS n(order_id, channel, reference, placed_at, country, currency, total_minor, units, status, stage, backordered_units, delivered_units, promised_to, last_fact, last_at)
     WHERE v.order_id = n.order_id`,
    [
      changed.map(({ order }) => order),
      changed.map(({ channel }) => channel),
      changed.map(({ reference }) => reference),
      changed.map(({ placedAt }) => placedAt),
      changed.map(({ country }) => country),
      changed.map(({ currency }) => currency),
      changed.map(({ totalMinor }) => totalMinor),
      changed.map(({ units }) => units),
      changed.map(({ status }) => status),
      changed.map(({ stage }) => stage),
      changed.map(({ backorderedUnits }) => backorderedUnits),
      changed.map(({ deliveredUnits }) => deliveredUnits),
      changed.map(({ promisedTo }) => promisedTo),
      changed.map(({ lastFact }) => lastFact),
      changed.map(({ lastAt }) => lastAt),
    ],
  )
}

async function projectTasks(tx: Tx, facts: readonly ToldFact[]): Promise<void> {
  const opened = facts.filter(({ name }) => name === 'TaskOpened')
  const closed = facts.filter(({ name }) => name === 'TaskClosed')
  await tx.query(
    'tasks-open',
    `INSERT INTO task_view (task, kind, subject, order_id, owner, why, service, due_at, opened_at)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[]) ON CONFLICT (task) DO NOTHING`,
    [
      opened.map(({ payload }) => payload['task']),
      opened.map(({ payload }) => payload['kind']),
      opened.map(({ payload }) => payload['subject']),
      opened.map(({ payload }) => payload['order'] ?? null),
      opened.map(({ payload }) => payload['owner']),
      opened.map(({ payload }) => payload['why']),
      opened.map(({ payload }) => payload['service']),
      opened.map(({ payload }) => payload['dueAt']),
      opened.map(({ at }) => at),
    ],
  )
  await tx.query(
    'tasks-close',
    `UPDATE task_view t SET closed_at = n.at, resolution = n.resolution FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS n(task, at, resolution) WHERE t.task = n.task`,
    [closed.map(({ payload }) => payload['task']), closed.map(({ at }) => at), closed.map(({ payload }) => payload['resolution'])],
  )
}
