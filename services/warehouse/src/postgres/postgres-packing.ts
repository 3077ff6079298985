import { asId, crashPoint, type BusinessDate, type Cause, type FulfillmentId, type JsonObject, type LocationId, type ProductId } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { RowOutcome } from '../bins/bins.store.js'
import type { Handling } from '../catalogue/product.js'
import type { BoxSize, Material, MaterialKind, MaterialRule } from '../packing/material.js'
import type { MaterialNeed } from '../packing/materials-needed.js'
import type { Package, PackageContent, PackageStatus, PackageStep } from '../packing/package.js'
import type { MaterialSetup, Packing } from '../packing/packing.store.js'
import { causeText } from './cause-text.js'
import { writeHistory } from './write-history.js'

interface MaterialRow {
  material: string
  name: string
  kind: MaterialKind
  grams_per_unit: number
  box: BoxSize | null
}

interface RuleRow {
  handling: Handling
  position: number
  rule: object
  instruction: string
}

interface PackageRow {
  id: string
  fulfillment: string
  number: number
  status: PackageStatus
  carton: string
  length_mm: number
  width_mm: number
  height_mm: number
  expected_grams: number
  lightest_grams: number
  weight_grams: number | null
  sscc: string | null
  tracking_number: string | null
  materials: MaterialNeed[]
  instructions: string[]
  materials_taken: boolean
}

interface ContentRow {
  package: string
  line: number
  stocked_line: string
  product: string
  lot: string | null
  expires_on: string | null
  units: number
  packed: number
}

export class PostgresPacking implements Packing {
  constructor(private readonly tx: Tx) {}

  async materials(): Promise<ReadonlyMap<string, Material>> {
    const rows = await this.tx.query<MaterialRow>('materials', 'SELECT * FROM materials')
    return new Map(rows.map(({ material, name, kind, grams_per_unit, box }) => [material, { material, name, kind, gramsPerUnit: grams_per_unit, box }]))
  }

  async rules(): Promise<readonly MaterialRule[]> {
    const rows = await this.tx.query<RuleRow>('material-rules', 'SELECT * FROM material_rules ORDER BY handling, position')
    return rows.map(ruleOf)
  }

  async stock(location: LocationId): Promise<ReadonlyMap<string, number>> {
    const rows = await this.tx.query<{ material: string; units: number }>('material-stock', 'SELECT material, units FROM material_stock WHERE location = $1', [location])
    return new Map(rows.map(({ material, units }) => [material, units]))
  }

  async lockStock(location: LocationId, materials: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.tx.query<{ material: string; units: number }>(
      'lock-material-stock',
      'SELECT material, units FROM material_stock WHERE location = $1 AND material = ANY ($2::text[]) ORDER BY material FOR UPDATE',
      [location, materials],
    )
    return new Map(rows.map(({ material, units }) => [material, units]))
  }

  async take(location: LocationId, needs: readonly MaterialNeed[], reference: string, cause: Cause): Promise<void> {
    if (needs.length === 0) return
    await this.tx.query(
      'take-materials',
      `WITH taken AS (
         UPDATE material_stock SET units = material_stock.units - need.units
         FROM unnest($2::text[], $3::int[]) AS need (material, units)
         WHERE location = $1 AND material_stock.material = need.material
         RETURNING material_stock.material, need.units
       )
       INSERT INTO material_ledger (location, material, units, kind, reference, cause, at)
       SELECT $1, material, -units, 'used', $4, $5, $6 FROM taken`,
      [location, needs.map(({ material }) => material), needs.map(({ units }) => units), reference, causeText(cause), this.tx.now],
    )
  }

  async fulfillmentOfPackage(id: string): Promise<FulfillmentId | undefined> {
    const rows = await this.tx.query<{ fulfillment: string }>('fulfillment-of-package', 'SELECT fulfillment FROM packages WHERE id = $1', [id])
    return rows.map(({ fulfillment }) => asId<FulfillmentId>(fulfillment))[0]
  }

  async fulfillmentsOfSscc(ssccs: readonly string[]): Promise<ReadonlyMap<string, FulfillmentId>> {
    const rows = await this.tx.query<{ sscc: string; fulfillment: string }>('fulfillments-of-sscc', 'SELECT sscc, fulfillment FROM packages WHERE sscc = ANY ($1::text[])', [ssccs])
    return new Map(rows.map(({ sscc, fulfillment }) => [sscc, asId<FulfillmentId>(fulfillment)]))
  }

  async packagesOf(fulfillments: readonly FulfillmentId[]): Promise<readonly Package[]> {
    const rows = await this.tx.query<PackageRow>('lock-packages', 'SELECT * FROM packages WHERE fulfillment = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [fulfillments])
    const contents = await this.tx.query<ContentRow>(
      'package-contents',
      'SELECT * FROM package_contents WHERE package = ANY ($1::uuid[]) ORDER BY line, stocked_line COLLATE "C", lot',
      [rows.map(({ id }) => id)],
    )
    return rows
      .map((row) => packageOf(row, contents.filter((content) => content.package === row.id).map(packageContentOf)))
      .sort((a, b) => (a.fulfillment === b.fulfillment ? a.number - b.number : a.fulfillment < b.fulfillment ? -1 : 1))
  }

  async save(packages: readonly Package[], steps: readonly PackageStep[]): Promise<void> {
    if (packages.length === 0) return
    await this.tx.query(
      'save-packages',
      `INSERT INTO packages (id, fulfillment, number, status, carton, length_mm, width_mm, height_mm, expected_grams, lightest_grams, weight_grams, sscc, tracking_number,
                             materials, instructions, materials_taken)
       SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[], $11::int[], $12::text[], $13::text[],
                            $14::jsonb[], $15::jsonb[], $16::boolean[])
       ON CONFLICT (id) DO UPDATE
       SET status = excluded.status, weight_grams = excluded.weight_grams, sscc = excluded.sscc, tracking_number = excluded.tracking_number, materials_taken = excluded.materials_taken`,
      [
        packages.map((each) => each.id),
        packages.map((each) => each.fulfillment),
        packages.map((each) => each.number),
        packages.map((each) => each.status),
        packages.map((each) => each.carton),
        packages.map((each) => each.lengthMm),
        packages.map((each) => each.widthMm),
        packages.map((each) => each.heightMm),
        packages.map((each) => each.expectedGrams),
        packages.map((each) => each.lightestGrams),
        packages.map((each) => each.weightGrams),
        packages.map((each) => each.sscc),
        packages.map((each) => each.trackingNumber),
        packages.map((each) => JSON.stringify(each.materials)),
        packages.map((each) => JSON.stringify(each.instructions)),
        packages.map((each) => each.materialsTaken),
      ],
    )
    const contents = packages.flatMap((each) => each.contents.map((content) => ({ package: each.id, ...content })))
    await this.tx.query(
      'save-package-contents',
      `INSERT INTO package_contents (package, line, stocked_line, product, lot, expires_on, units, packed)
       SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::text[], $5::text[], $6::date[], $7::int[], $8::int[])
       ON CONFLICT (package, stocked_line, lot, expires_on) DO UPDATE SET packed = excluded.packed`,
      [
        contents.map((each) => each.package),
        contents.map((each) => each.line),
        contents.map((each) => each.stockedLine),
        contents.map((each) => each.product),
        contents.map((each) => each.lot),
        contents.map((each) => each.expiresOn),
        contents.map((each) => each.units),
        contents.map((each) => each.packed),
      ],
    )
    await writeHistory(this.tx, 'package_history', steps)
    if (steps.some(({ to }) => to === 'WEIGHED')) crashPoint('C29-pack-closed')
  }

  async scan(pack: string, scanId: string): Promise<JsonObject | undefined> {
    const rows = await this.tx.query<{ answer: JsonObject }>('pack-scan', 'SELECT answer FROM pack_scans WHERE package = $1 AND scan_id = $2', [pack, scanId])
    return rows[0]?.answer
  }

  async keepScan(pack: string, scanId: string, packer: string, answer: JsonObject): Promise<void> {
    await this.tx.query('keep-pack-scan', 'INSERT INTO pack_scans (package, scan_id, at, packer, answer) VALUES ($1, $2, $3, $4, $5)', [pack, scanId, this.tx.now, packer, answer])
  }

  async nextSsccSerials(count: number): Promise<readonly bigint[]> {
    const rows = await this.tx.query<{ serial: string }>('next-sscc-serials', `SELECT nextval('sscc_serials')::text AS serial FROM generate_series(1, $1)`, [count])
    return rows.map(({ serial }) => BigInt(serial))
  }

  async setUpMaterials(setups: readonly MaterialSetup[], cause: Cause): Promise<readonly RowOutcome['status'][]> {
    const before = new Map(await this.materials())
    const received = await this.receive(setups, cause)
    const statuses = setups.map(({ material }, row): RowOutcome['status'] => {
      const old = before.get(material.material)
      before.set(material.material, material)
      const isReceived = received.has(row)
      return old === undefined ? 'created' : isReceived || JSON.stringify(sorted(old)) !== JSON.stringify(sorted(material)) ? 'updated' : 'unchanged'
    })
    const latest = [...new Map(setups.map(({ material }) => [material.material, material])).values()]
    await this.tx.query(
      'set-up-materials',
      `INSERT INTO materials (material, name, kind, grams_per_unit, box)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::jsonb[])
       ON CONFLICT (material) DO UPDATE SET name = excluded.name, kind = excluded.kind, grams_per_unit = excluded.grams_per_unit, box = excluded.box`,
      [
        latest.map(({ material }) => material),
        latest.map(({ name }) => name),
        latest.map(({ kind }) => kind),
        latest.map(({ gramsPerUnit }) => gramsPerUnit),
        latest.map(({ box }) => (box === null ? null : JSON.stringify(box))),
      ],
    )
    return statuses
  }

  async setUpRules(rules: readonly MaterialRule[]): Promise<readonly RowOutcome['status'][]> {
    const keyOf = ({ handling, position }: MaterialRule): string => `${handling}\n${position}`
    const before = new Map((await this.rules()).map((rule) => [keyOf(rule), JSON.stringify(sorted(rule))]))
    const statuses = rules.map((rule): RowOutcome['status'] => {
      const old = before.get(keyOf(rule))
      const next = JSON.stringify(sorted(rule))
      before.set(keyOf(rule), next)
      return old === undefined ? 'created' : old === next ? 'unchanged' : 'updated'
    })
    const latest = [...new Map(rules.map((rule) => [keyOf(rule), rule])).values()]
    await this.tx.query(
      'set-up-material-rules',
      `INSERT INTO material_rules (handling, position, rule, instruction)
       SELECT * FROM unnest($1::text[], $2::int[], $3::jsonb[], $4::text[])
       ON CONFLICT (handling, position) DO UPDATE SET rule = excluded.rule, instruction = excluded.instruction`,
      [
        latest.map(({ handling }) => handling),
        latest.map(({ position }) => position),
        latest.map(({ handling: _handling, position: _position, instruction: _instruction, ...rule }) => JSON.stringify(rule)),
        latest.map(({ instruction }) => instruction),
      ],
    )
    return statuses
  }

  /** Counts each delivery once, by its number. Returns the rows that brought something. */
  private async receive(setups: readonly MaterialSetup[], cause: Cause): Promise<ReadonlySet<number>> {
    const receipts = setups.flatMap(({ material, receipt }, row) => (receipt ? [{ row, material: material.material, ...receipt }] : []))
    if (receipts.length === 0) return new Set()
    const rows = await this.tx.query<{ location: string; material: string; reference: string }>(
      'receive-materials',
      `WITH received AS (
         INSERT INTO material_ledger (location, material, units, reference, kind, cause, at)
         SELECT DISTINCT ON (location, material, reference) location, material, units, reference, 'received', $5, $6::timestamptz
         FROM unnest($1::text[], $2::text[], $3::int[], $4::text[]) WITH ORDINALITY AS new (location, material, units, reference, place)
         ORDER BY location, material, reference, place
         ON CONFLICT (location, material, reference) WHERE kind = 'received' DO NOTHING
         RETURNING location, material, units, reference
       ), counted AS (
         INSERT INTO material_stock (location, material, units)
         SELECT location, material, sum(units) FROM received GROUP BY location, material ORDER BY location, material
         ON CONFLICT (location, material) DO UPDATE SET units = material_stock.units + excluded.units
       )
       SELECT location, material, reference FROM received`,
      [
        receipts.map(({ location }) => location),
        receipts.map(({ material }) => material),
        receipts.map(({ units }) => units),
        receipts.map(({ number }) => number),
        causeText(cause),
        this.tx.now,
      ],
    )
    const keys = new Set(rows.map(({ location, material, reference }) => JSON.stringify([location, material, reference])))
    return new Set(receipts.filter(({ location, material, number }) => keys.has(JSON.stringify([location, material, number]))).map(({ row }) => row))
  }
}

/** A value with its members in one order, so that two can be compared as text: jsonb keeps its own. */
const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, each]) => [key, sorted(each)]))
    : value

const ruleOf = ({ handling, position, rule, instruction }: RuleRow): MaterialRule => ({ handling, position, instruction, ...rule }) as MaterialRule

const packageOf = (row: PackageRow, contents: readonly PackageContent[]): Package => ({
  id: row.id,
  fulfillment: asId<FulfillmentId>(row.fulfillment),
  number: row.number,
  status: row.status,
  carton: row.carton,
  lengthMm: row.length_mm,
  widthMm: row.width_mm,
  heightMm: row.height_mm,
  expectedGrams: row.expected_grams,
  lightestGrams: row.lightest_grams,
  weightGrams: row.weight_grams,
  sscc: row.sscc,
  trackingNumber: row.tracking_number,
  materials: row.materials,
  instructions: row.instructions,
  materialsTaken: row.materials_taken,
  contents,
})

const packageContentOf = (row: ContentRow): PackageContent => ({
  line: row.line,
  stockedLine: row.stocked_line,
  product: asId<ProductId>(row.product),
  lot: row.lot,
  expiresOn: row.expires_on as BusinessDate | null,
  units: row.units,
  packed: row.packed,
})
