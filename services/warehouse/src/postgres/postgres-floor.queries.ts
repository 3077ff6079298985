import { Injectable } from '@nestjs/common'
import type { JsonObject } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import { FloorQueries, type BinRow, type FulfillmentRow, type FulfillmentView, type MaterialRow, type MishandlingBy, type MishandlingCount, type NextTask, type TaskView } from '../floor/floor.queries.js'
import type { PackageContentView, PackageView } from '../packing/package-view.js'

const utc = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const fulfillmentColumns = `
  f.id, f.order_id AS "order", f.location, f.status, f.priority, ${utc('f.requested_at')} AS "requestedAt", ${utc('f.status_since')} AS "statusSince",
  sums.units, sums.picked, sums.packed, sums.shipped, coalesce(boxes.packages, '[]') AS packages`

const fulfillmentJoins = `
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(units - dropped), 0)::int AS units, coalesce(sum(picked), 0)::int AS picked, coalesce(sum(packed), 0)::int AS packed, coalesce(sum(shipped), 0)::int AS shipped
    FROM stocked_lines WHERE fulfillment = f.id
  ) AS sums
  CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('sscc', sscc, 'status', status, 'trackingNumber', tracking_number) ORDER BY number) AS packages
    FROM packages WHERE fulfillment = f.id AND status <> 'CANCELLED'
  ) AS boxes`

const columnOf: Readonly<Record<MishandlingBy, string>> = { product: 'product', bin: `location || '/' || bin`, picker: 'picker' }

@Injectable()
export class PostgresFloorQueries extends FloorQueries {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async nextTask(list: string): Promise<NextTask | undefined> {
    const [row] = await this.uow.query<{ status: string; left: number }>(
      'list-left',
      `SELECT status, (SELECT count(*)::int FROM pick_tasks WHERE list = $1 AND status IN ('CREATED', 'ASSIGNED', 'SKIPPED')) AS left FROM pick_lists WHERE id = $1`,
      [list],
    )
    if (!row) return undefined
    const [task] = await this.uow.query<TaskView>(
      'next-task',
      `SELECT t.id, t.status, t.fulfillment, t.tote, t.bin, coalesce(b.aisle, '') AS aisle, coalesce(b.bay, 0) AS bay, coalesce(b.level, 0) AS level,
              t.product, coalesce(p.name, t.product) AS name, coalesce(p.gtin, t.product) AS barcode, t.units - t.picked AS units, t.picked, t.lot,
              t.expires_on AS "expiresOn", coalesce(p.handling, '{}') AS handling, coalesce(p.handling_instruction, '') AS "handlingInstruction"
       FROM pick_tasks AS t LEFT JOIN bins AS b ON b.location = t.location AND b.code = t.bin LEFT JOIN products AS p ON p.product = t.product
       WHERE t.list = $1 AND t.status IN ('ASSIGNED', 'SKIPPED') ORDER BY t.position, t.id LIMIT 1`,
      [list],
    )
    return { task: task ?? null, tasksLeft: row.left, status: row.status }
  }

  fulfillments(filter: { status: string | undefined; location: string | undefined; order: string | undefined }, after: string | null, limit: number): Promise<readonly FulfillmentRow[]> {
    return this.uow.query<FulfillmentRow>(
      'list-fulfillments',
      `SELECT ${fulfillmentColumns} FROM fulfillments AS f ${fulfillmentJoins}
       WHERE ($1::text IS NULL OR f.status = $1) AND ($2::text IS NULL OR f.location = $2) AND ($3::uuid IS NULL OR f.order_id = $3) AND ($4::uuid IS NULL OR f.id > $4)
       ORDER BY f.id LIMIT $5`,
      [filter.status ?? null, filter.location ?? null, filter.order ?? null, after, limit],
    )
  }

  async fulfillment(id: string): Promise<FulfillmentView | undefined> {
    const [row] = await this.uow.query<Omit<FulfillmentView, 'parcels'>>(
      'one-fulfillment',
      `SELECT ${fulfillmentColumns}, plan.service,
         (SELECT jsonb_agg(jsonb_build_object('line', l.line, 'unitNumbers', l.unit_numbers, 'stocked', (
            SELECT jsonb_agg(jsonb_build_object('stockedLine', s.stocked_line, 'product', s.product, 'name', coalesce(p.name, s.product), 'units', s.units, 'dropped', s.dropped,
                                                'picked', s.picked, 'packed', s.packed, 'shipped', s.shipped) ORDER BY s.stocked_line COLLATE "C")
            FROM stocked_lines AS s LEFT JOIN products AS p USING (product) WHERE s.fulfillment = l.fulfillment AND s.line = l.line)) ORDER BY l.line)
          FROM fulfillment_lines AS l WHERE l.fulfillment = f.id) AS lines,
         (SELECT jsonb_agg(jsonb_build_object('from', h.from_status, 'to', h.to_status, 'at', ${utc('h.at')}, 'cause', h.cause) ORDER BY h.seq)
          FROM fulfillment_history AS h WHERE h.subject = f.id) AS history
       FROM fulfillments AS f ${fulfillmentJoins} LEFT JOIN shipment_plans AS plan ON plan.fulfillment = f.id
       WHERE f.id = $1`,
      [id],
    )
    return row && { ...row, parcels: await this.parcels(id) }
  }

  bins(filter: { location: string | undefined; product: string | undefined }, after: readonly [string, string] | null, limit: number): Promise<readonly BinRow[]> {
    return this.uow.query<BinRow>(
      'list-bins',
      `SELECT b.location, b.code, b.kind, b.aisle, b.bay, b.level, b.walk_position AS "walkPosition",
              coalesce((SELECT jsonb_agg(jsonb_build_object('product', c.product, 'lot', c.lot, 'expiresOn', c.expires_on, 'blocked', c.blocked, 'units', c.units, 'assigned', c.assigned)
                                         ORDER BY c.product, c.expires_on, c.lot)
                        FROM bin_content AS c WHERE c.location = b.location AND c.bin = b.code AND ($2::text IS NULL OR c.product = $2)), '[]') AS contents
       FROM bins AS b
       WHERE ($1::text IS NULL OR b.location = $1)
         AND ($2::text IS NULL OR EXISTS (SELECT 1 FROM bin_content AS c WHERE c.location = b.location AND c.bin = b.code AND c.product = $2))
         AND ($3::text IS NULL OR (b.location, b.code) > ($3, $4))
       ORDER BY b.location, b.code LIMIT $5`,
      [filter.location ?? null, filter.product ?? null, after?.[0] ?? null, after?.[1] ?? null, limit],
    )
  }

  materials(after: string | null, limit: number): Promise<readonly MaterialRow[]> {
    return this.uow.query<MaterialRow>(
      'list-materials',
      `SELECT material, name, kind, grams_per_unit AS "gramsPerUnit", box,
              coalesce((SELECT jsonb_agg(jsonb_build_object('location', location, 'units', units) ORDER BY location) FROM material_stock AS s WHERE s.material = m.material), '[]') AS stock
       FROM materials AS m WHERE ($1::text IS NULL OR material > $1) ORDER BY material LIMIT $2`,
      [after, limit],
    )
  }

  async rules(): Promise<readonly JsonObject[]> {
    const rows = await this.uow.query<{ handling: string; position: number; instruction: string; rule: JsonObject }>('list-material-rules', 'SELECT * FROM material_rules ORDER BY handling, position')
    return rows.map(({ handling, position, instruction, rule }) => ({ handling, position, instruction, ...rule }))
  }

  mishandlings(by: MishandlingBy, filter: { location: string | undefined; from: Date | undefined; to: Date | undefined }, limit: number): Promise<readonly MishandlingCount[]> {
    const column = columnOf[by]
    return this.uow.query<MishandlingCount>(
      `count-mishandlings-by-${by}`,
      `SELECT kind, ${by === 'product' ? column : `''`} AS product, ${by === 'bin' ? column : `''`} AS bin, ${by === 'picker' ? column : `''`} AS picker,
              count(*)::int AS times, sum(units)::int AS units
       FROM mishandlings WHERE ($1::text IS NULL OR location = $1) AND ($2::timestamptz IS NULL OR at >= $2) AND ($4::timestamptz IS NULL OR at < $4)
       GROUP BY kind, ${column} ORDER BY count(*) DESC, ${column}, kind LIMIT $3`,
      [filter.location ?? null, filter.from ?? null, limit, filter.to ?? null],
    )
  }

  async countByStatus(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.uow.query<{ status: string; count: number }>('count-fulfillments', 'SELECT status, count(*)::int AS count FROM fulfillments GROUP BY status')
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]))
  }

  private async parcels(fulfillment: string): Promise<readonly PackageView[]> {
    const rows = await this.uow.query<PackageView>(
      'parcels-of-fulfillment',
      `SELECT k.id, k.number, k.status, k.carton, coalesce(box.name, 'its own packaging') AS "cartonName", k.expected_grams AS "expectedGrams", k.weight_grams AS "weightGrams", k.sscc,
              k.tracking_number AS "trackingNumber", k.instructions,
              (SELECT coalesce(jsonb_agg(need || jsonb_build_object('name', coalesce(m.name, need ->> 'material'))), '[]')
               FROM jsonb_array_elements(k.materials) AS need LEFT JOIN materials AS m ON m.material = need ->> 'material') AS materials
       FROM packages AS k LEFT JOIN materials AS box ON box.material = k.carton WHERE k.fulfillment = $1 ORDER BY k.number`,
      [fulfillment],
    )
    const contents = await this.uow.query<PackageContentView & { package: string }>(
      'contents-of-parcels',
      `SELECT c.package, c.line, c.stocked_line AS "stockedLine", c.product, coalesce(p.name, c.product) AS name, coalesce(p.gtin, c.product) AS barcode, c.lot, c.expires_on AS "expiresOn",
              c.units, c.packed, coalesce(p.handling, '{}') AS handling, coalesce(p.handling_instruction, '') AS "handlingInstruction"
       FROM package_contents AS c LEFT JOIN products AS p USING (product) WHERE c.package = ANY ($1::uuid[]) ORDER BY c.line, c.stocked_line COLLATE "C", c.lot`,
      [rows.map(({ id }) => id)],
    )
    return rows.map((row) => ({ ...row, contents: contents.flatMap(({ package: pack, ...content }) => (pack === row.id ? [content] : [])) }))
  }
}
