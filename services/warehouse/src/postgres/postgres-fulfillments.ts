import { asId, type BusinessDate, type FulfillmentId, type LocationId, type OrderId, type ProductId, type UnitRange } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { ShipmentPlan } from '../fulfillments/answer.js'
import { restMax, type Fulfillment, type FulfillmentLine, type FulfillmentStatus, type FulfillmentStep, type StockedLine } from '../fulfillments/fulfillment.js'
import type { Fulfillments } from '../fulfillments/fulfillments.store.js'
import type { BlockedStep } from '../fulfillments/hold.js'
import { writeHistory } from './write-history.js'

interface FulfillmentRow {
  id: string
  order_id: string
  location: string
  status: FulfillmentStatus
  held_from: 'PLANNED' | 'LABELLED' | null
  accepted: boolean
  priority: number
  requested_at: Date
  status_since: Date
  overdue: boolean
  packer: string | null
}

interface StockedRow {
  fulfillment: string
  line: number
  unit_numbers: UnitRange[]
  stocked_line: string
  product: string
  units: number
  per_unit: number
  dropped: number
  picked: number
  packed: number
  shipped: number
}

interface PlanRow {
  fulfillment: string
  order_id: string
  refused: boolean
  ship_on: string | null
  transit_days: number
  cut_off_at: Date | null
  service: string
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1)

export class PostgresFulfillments implements Fulfillments {
  constructor(private readonly tx: Tx) {}

  async lock(ids: readonly FulfillmentId[]): Promise<ReadonlyMap<FulfillmentId, Fulfillment>> {
    const rows = await this.tx.query<FulfillmentRow>('lock-fulfillments', 'SELECT * FROM fulfillments WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [ids])
    return new Map((await this.withLines(rows)).map((fulfillment) => [fulfillment.id, fulfillment]))
  }

  async lockOfOrders(orders: readonly OrderId[]): Promise<readonly Fulfillment[]> {
    const rows = await this.tx.query<FulfillmentRow>('lock-fulfillments-of-orders', 'SELECT * FROM fulfillments WHERE order_id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [orders])
    return this.withLines(rows)
  }

  async lockUnanswered(locations: readonly LocationId[]): Promise<readonly Fulfillment[]> {
    const rows = await this.tx.query<FulfillmentRow>(
      'lock-unanswered-fulfillments',
      `SELECT * FROM fulfillments WHERE status = 'REQUESTED' AND location = ANY ($1::text[]) AND NOT accepted ORDER BY id FOR UPDATE`,
      [locations],
    )
    return this.withLines(rows)
  }

  async lockPlanned(location: LocationId, limit: number): Promise<readonly Fulfillment[]> {
    const urgent = await this.tx.query<{ id: string }>(
      'planned-fulfillments',
      `SELECT fulfillments.id FROM fulfillments LEFT JOIN shipment_plans ON shipment_plans.fulfillment = fulfillments.id
       WHERE status = 'PLANNED' AND location = $1 AND (retry_at IS NULL OR retry_at <= $3)
       ORDER BY priority DESC, cut_off_at NULLS LAST, requested_at, fulfillments.id LIMIT $2`,
      [location, limit, this.tx.now],
    )
    const place = new Map(urgent.map(({ id }, index) => [id, index]))
    const locked = await this.lock(urgent.map(({ id }) => asId<FulfillmentId>(id)))
    // what moved on while we waited for its row is not ours any more
    return [...locked.values()].filter(({ status }) => status === 'PLANNED').sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0))
  }

  async lookAgain(ids: readonly FulfillmentId[], at: Date): Promise<void> {
    await this.tx.query('look-again', 'UPDATE fulfillments SET retry_at = $2 WHERE id = ANY ($1::uuid[])', [ids, at])
  }

  async stockCame(locations: readonly LocationId[]): Promise<readonly LocationId[]> {
    const rows = await this.tx.query<{ location: string }>(
      'stock-came',
      `WITH waiting AS (
         SELECT id, location FROM fulfillments WHERE status = 'PLANNED' AND location = ANY ($1::text[]) AND retry_at IS NOT NULL ORDER BY id FOR UPDATE
       ), woken AS (
         UPDATE fulfillments SET retry_at = NULL FROM waiting WHERE fulfillments.id = waiting.id
       )
       SELECT DISTINCT location FROM waiting`,
      [locations],
    )
    return rows.map(({ location }) => asId<LocationId>(location))
  }

  async lockToPack(location: LocationId, packer: string): Promise<Fulfillment | undefined> {
    const begun = await this.tx.query<FulfillmentRow>(
      'lock-begun-packing',
      `SELECT * FROM fulfillments WHERE status = 'PACKING' AND location = $1 AND packer = $2 ORDER BY id LIMIT 1 FOR UPDATE`,
      [location, packer],
    )
    // two packers at once: each skips what the other is taking
    const rows = begun.length > 0 ? begun : await this.tx.query<FulfillmentRow>(
      'lock-next-to-pack',
      `SELECT * FROM fulfillments WHERE status = 'PICKED' AND location = $1 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [location],
    )
    return (await this.withLines(rows))[0]
  }

  async begin(fulfillments: readonly Fulfillment[], steps: readonly FulfillmentStep[]): Promise<void> {
    if (fulfillments.length === 0) return
    const sorted = [...fulfillments].sort(byId)
    await this.tx.query(
      'begin-fulfillments',
      `INSERT INTO fulfillments (id, order_id, location, status, held_from, accepted, priority, requested_at, status_since)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::int[], $8::timestamptz[], $9::timestamptz[])`,
      [
        sorted.map(({ id }) => id),
        sorted.map(({ order }) => order),
        sorted.map(({ location }) => location),
        sorted.map(({ status }) => status),
        sorted.map(({ heldFrom }) => heldFrom),
        sorted.map(({ accepted }) => accepted),
        sorted.map(({ priority }) => priority),
        sorted.map(({ requestedAt }) => requestedAt),
        sorted.map(({ statusSince }) => statusSince),
      ],
    )
    const lines = sorted.flatMap(({ id, location, lines: each }) => each.map((line) => ({ id, location, ...line })))
    await this.tx.query(
      'begin-fulfillment-lines',
      'INSERT INTO fulfillment_lines (fulfillment, line, unit_numbers) SELECT * FROM unnest($1::uuid[], $2::int[], $3::jsonb[])',
      [lines.map(({ id }) => id), lines.map(({ line }) => line), lines.map(({ unitNumbers }) => JSON.stringify(unitNumbers))],
    )
    const stocked = lines.flatMap(({ id, location, line, stocked: each }) => each.map((one) => ({ id, location, line, ...one })))
    await this.tx.query(
      'begin-stocked-lines',
      `INSERT INTO stocked_lines (fulfillment, location, line, stocked_line, product, units, per_unit)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[])`,
      [
        stocked.map(({ id }) => id),
        stocked.map(({ location }) => location),
        stocked.map(({ line }) => line),
        stocked.map(({ stockedLine }) => stockedLine),
        stocked.map(({ product }) => product),
        stocked.map(({ units }) => units),
        stocked.map(({ perUnit }) => perUnit),
      ],
    )
    await this.follow(sorted, steps)
  }

  async save(fulfillments: readonly Fulfillment[], steps: readonly FulfillmentStep[]): Promise<void> {
    if (fulfillments.length === 0) return
    const moved = new Set(steps.map(({ subject }) => subject))
    await this.tx.query(
      'save-fulfillments',
      `UPDATE fulfillments SET status = new.status, held_from = new.held_from, accepted = new.accepted, status_since = new.status_since, packer = new.packer, overdue = new.overdue
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[], $6::text[], $7::boolean[]) AS new (id, status, held_from, accepted, status_since, packer, overdue)
       WHERE fulfillments.id = new.id`,
      [
        fulfillments.map(({ id }) => id),
        fulfillments.map(({ status }) => status),
        fulfillments.map(({ heldFrom }) => heldFrom),
        fulfillments.map(({ accepted }) => accepted),
        fulfillments.map(({ statusSince }) => statusSince),
        fulfillments.map(({ packer }) => packer),
        fulfillments.map(({ id, overdue }) => overdue && !moved.has(id)),
      ],
    )
    const lines = fulfillments.flatMap(({ id, lines: each }) => each.map((line) => ({ id, ...line })))
    await this.tx.query(
      'save-fulfillment-lines',
      `UPDATE fulfillment_lines SET unit_numbers = new.unit_numbers
       FROM unnest($1::uuid[], $2::int[], $3::jsonb[]) AS new (fulfillment, line, unit_numbers)
       WHERE fulfillment_lines.fulfillment = new.fulfillment AND fulfillment_lines.line = new.line AND fulfillment_lines.unit_numbers <> new.unit_numbers`,
      [lines.map(({ id }) => id), lines.map(({ line }) => line), lines.map(({ unitNumbers }) => JSON.stringify(unitNumbers))],
    )
    const stocked = lines.flatMap(({ id, stocked: each }) => each.map((one) => ({ id, ...one })))
    await this.tx.query(
      'save-stocked-lines',
      `UPDATE stocked_lines AS old SET dropped = new.dropped, picked = new.picked, packed = new.packed, shipped = new.shipped
       FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::int[], $6::int[]) AS new (fulfillment, stocked_line, dropped, picked, packed, shipped)
       WHERE old.fulfillment = new.fulfillment AND old.stocked_line = new.stocked_line
         AND (old.dropped, old.picked, old.packed, old.shipped) <> (new.dropped, new.picked, new.packed, new.shipped)`,
      [
        stocked.map(({ id }) => id),
        stocked.map(({ stockedLine }) => stockedLine),
        stocked.map(({ dropped }) => dropped),
        stocked.map(({ picked }) => picked),
        stocked.map(({ packed }) => packed),
        stocked.map(({ shipped }) => shipped),
      ],
    )
    await this.follow(fulfillments, steps)
  }

  async keepPlans(plans: readonly ShipmentPlan[]): Promise<void> {
    const latest = [...new Map(plans.map((plan) => [plan.fulfillment, plan])).values()].sort((a, b) => (a.fulfillment < b.fulfillment ? -1 : 1))
    await this.tx.query(
      'keep-shipment-plans',
      `INSERT INTO shipment_plans (fulfillment, order_id, refused, ship_on, transit_days, cut_off_at, service)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::boolean[], $4::date[], $5::int[], $6::timestamptz[], $7::text[])
       ON CONFLICT (fulfillment) DO UPDATE
       SET refused = excluded.refused, ship_on = excluded.ship_on, transit_days = excluded.transit_days, cut_off_at = excluded.cut_off_at, service = excluded.service`,
      [
        latest.map(({ fulfillment }) => fulfillment),
        latest.map(({ order }) => order),
        latest.map(({ refused }) => refused),
        latest.map(({ shipOn }) => shipOn),
        latest.map(({ transitDays }) => transitDays),
        latest.map(({ cutOffAt }) => cutOffAt),
        latest.map(({ service }) => service),
      ],
    )
  }

  async plans(ids: readonly FulfillmentId[]): Promise<ReadonlyMap<FulfillmentId, ShipmentPlan>> {
    const rows = await this.tx.query<PlanRow>('shipment-plans', 'SELECT * FROM shipment_plans WHERE fulfillment = ANY ($1::uuid[])', [ids])
    return new Map(
      rows.map((row) => [
        asId<FulfillmentId>(row.fulfillment),
        {
          fulfillment: asId<FulfillmentId>(row.fulfillment),
          order: asId<OrderId>(row.order_id),
          refused: row.refused,
          shipOn: row.ship_on as BusinessDate | null,
          transitDays: row.transit_days,
          cutOffAt: row.cut_off_at,
          service: row.service,
        },
      ]),
    )
  }

  async applyHolds(holds: readonly { readonly order: OrderId; readonly hold: string; readonly blocks: readonly BlockedStep[] }[]): Promise<void> {
    const latest = [...new Map(holds.map((hold) => [`${hold.order}\n${hold.hold}`, hold])).values()]
    await this.tx.query(
      'apply-holds',
      `INSERT INTO order_holds (order_id, hold, blocks)
       SELECT order_id, hold, string_to_array(blocks, ',') FROM unnest($1::uuid[], $2::text[], $3::text[]) AS new (order_id, hold, blocks) ORDER BY order_id, hold
       ON CONFLICT (order_id, hold) DO UPDATE SET blocks = excluded.blocks`,
      [latest.map(({ order }) => order), latest.map(({ hold }) => hold), latest.map(({ blocks }) => blocks.join(','))],
    )
  }

  async liftHolds(holds: readonly { readonly order: OrderId; readonly hold: string }[]): Promise<void> {
    await this.tx.query('lift-holds', 'DELETE FROM order_holds WHERE (order_id, hold) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))', [
      holds.map(({ order }) => order),
      holds.map(({ hold }) => hold),
    ])
  }

  async blockedSteps(orders: readonly OrderId[]): Promise<ReadonlyMap<OrderId, ReadonlySet<BlockedStep>>> {
    const rows = await this.tx.query<{ order_id: string; blocks: BlockedStep[] }>('holds-of-orders', 'SELECT order_id, blocks FROM order_holds WHERE order_id = ANY ($1::uuid[])', [orders])
    const blocked = new Map<OrderId, Set<BlockedStep>>()
    for (const row of rows) {
      const order = asId<OrderId>(row.order_id)
      blocked.set(order, new Set([...(blocked.get(order) ?? []), ...row.blocks]))
    }
    return blocked
  }

  /** History, and the clock that asks a person to look when nothing moves. */
  private async follow(fulfillments: readonly Fulfillment[], steps: readonly FulfillmentStep[]): Promise<void> {
    await writeHistory(this.tx, 'fulfillment_history', steps)
    const moved = new Map(steps.map((step) => [step.subject, step]))
    for (const { id, order, status, overdue } of fulfillments) {
      const step = moved.get(id)
      if (!step) continue
      if (overdue) this.tx.closeTask('fulfillment-rests', id, `it is ${status} now`, step.cause)
      const rest = restMax[status]
      if (rest === null) this.tx.cancelTimer('fulfillment-rests', id)
      else this.tx.schedule({ kind: 'fulfillment-rests', subject: id, dueAt: new Date(this.tx.now.getTime() + rest), correlationId: order })
    }
  }

  private async withLines(rows: readonly FulfillmentRow[]): Promise<Fulfillment[]> {
    if (rows.length === 0) return []
    const stocked = await this.tx.query<StockedRow>(
      'lines-of-fulfillments',
      `SELECT stocked_lines.*, fulfillment_lines.unit_numbers FROM stocked_lines JOIN fulfillment_lines USING (fulfillment, line)
       WHERE fulfillment = ANY ($1::uuid[]) ORDER BY line, stocked_line COLLATE "C"`,
      [rows.map(({ id }) => id)],
    )
    const linesOf = new Map<string, Map<number, FulfillmentLine & { stocked: StockedLine[] }>>()
    for (const row of stocked) {
      const lines = linesOf.get(row.fulfillment) ?? new Map<number, FulfillmentLine & { stocked: StockedLine[] }>()
      const line = lines.get(row.line) ?? { line: row.line, unitNumbers: row.unit_numbers, stocked: [] }
      line.stocked.push(stockedLineOf(row))
      lines.set(row.line, line)
      linesOf.set(row.fulfillment, lines)
    }
    return rows.map((row) => fulfillmentOf(row, [...(linesOf.get(row.id)?.values() ?? [])]))
  }
}

const stockedLineOf = ({ stocked_line, product, units, per_unit, dropped, picked, packed, shipped }: StockedRow): StockedLine => ({
  stockedLine: stocked_line,
  product: asId<ProductId>(product),
  units,
  perUnit: per_unit,
  dropped,
  picked,
  packed,
  shipped,
})

const fulfillmentOf = (row: FulfillmentRow, lines: readonly FulfillmentLine[]): Fulfillment => ({
  id: asId<FulfillmentId>(row.id),
  order: asId<OrderId>(row.order_id),
  location: asId<LocationId>(row.location),
  status: row.status,
  heldFrom: row.held_from,
  accepted: row.accepted,
  priority: row.priority,
  requestedAt: row.requested_at,
  statusSince: row.status_since,
  overdue: row.overdue,
  packer: row.packer,
  lines,
})
