import { asId, type LocationId, type ProductId } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import { systemBins } from '../bins/bin.js'
import type { Catalogue } from '../catalogue/catalogue.store.js'
import type { Location } from '../catalogue/location.js'
import { gtin14, type Handling, type Product } from '../catalogue/product.js'
import { keepBins } from './postgres-bins.js'

interface ProductRow {
  product: string
  version: number
  name: string
  gtin: string | null
  handling: Handling[]
  handling_instruction: string
  weight_grams: number
  length_mm: number
  width_mm: number
  height_mm: number
  lot_tracked: boolean
  minimum_remaining_days: number
  dangerous_group: string | null
  food: boolean
  ship_alone: boolean
}

interface LocationRow {
  location: string
  version: number
  name: string
  zone: string
  ships: boolean
}

export class PostgresCatalogue implements Catalogue {
  constructor(private readonly tx: Tx) {}

  async products(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, Product>> {
    const rows = await this.tx.query<ProductRow>('products-by-id', 'SELECT * FROM products WHERE product = ANY ($1::text[])', [ids])
    return new Map(rows.map((row) => [asId<ProductId>(row.product), productOf(row)]))
  }

  async locations(ids: readonly LocationId[]): Promise<ReadonlyMap<LocationId, Location>> {
    const rows = await this.tx.query<LocationRow>('locations-by-id', 'SELECT * FROM locations WHERE location = ANY ($1::text[])', [ids])
    return new Map(rows.map((row) => [asId<LocationId>(row.location), { ...row, location: asId<LocationId>(row.location) }]))
  }

  async productsByBarcode(barcode: string): Promise<readonly ProductId[]> {
    const rows = await this.tx.query<{ product: string }>('products-by-barcode', 'SELECT product FROM products WHERE product = $1 OR gtin14 = $1', [barcode])
    return rows.map(({ product }) => asId<ProductId>(product))
  }

  async keepProducts(products: readonly Product[]): Promise<void> {
    const latest = latestOf(products, ({ product }) => product)
    await this.tx.query(
      'keep-products',
      `INSERT INTO products (product, version, name, gtin, gtin14, handling, handling_instruction, weight_grams, length_mm, width_mm, height_mm,
                             lot_tracked, minimum_remaining_days, dangerous_group, food, ship_alone)
       SELECT product, version, name, gtin, gtin14, string_to_array(handling, ','), handling_instruction, weight_grams, length_mm, width_mm, height_mm,
              lot_tracked, minimum_remaining_days, dangerous_group, food, ship_alone
       FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[], $10::int[], $11::int[],
                   $12::boolean[], $13::int[], $14::text[], $15::boolean[], $16::boolean[])
            AS new (product, version, name, gtin, gtin14, handling, handling_instruction, weight_grams, length_mm, width_mm, height_mm,
                    lot_tracked, minimum_remaining_days, dangerous_group, food, ship_alone)
       ORDER BY product
       ON CONFLICT (product) DO UPDATE
       SET version = excluded.version, name = excluded.name, gtin = excluded.gtin, gtin14 = excluded.gtin14, handling = excluded.handling,
           handling_instruction = excluded.handling_instruction, weight_grams = excluded.weight_grams, length_mm = excluded.length_mm,
           width_mm = excluded.width_mm, height_mm = excluded.height_mm, lot_tracked = excluded.lot_tracked,
           minimum_remaining_days = excluded.minimum_remaining_days, dangerous_group = excluded.dangerous_group, food = excluded.food,
           ship_alone = excluded.ship_alone
       WHERE products.version < excluded.version`,
      [
        latest.map((each) => each.product),
        latest.map((each) => each.version),
        latest.map((each) => each.name),
        latest.map((each) => each.gtin),
        latest.map((each) => (each.gtin === null ? null : gtin14(each.gtin))),
        latest.map((each) => each.handling.join(',')),
        latest.map((each) => each.handlingInstruction),
        latest.map((each) => each.weightGrams),
        latest.map((each) => each.lengthMm),
        latest.map((each) => each.widthMm),
        latest.map((each) => each.heightMm),
        latest.map((each) => each.lotTracked),
        latest.map((each) => each.minimumRemainingDays),
        latest.map((each) => each.dangerousGroup),
        latest.map((each) => each.food),
        latest.map((each) => each.shipAlone),
      ],
    )
  }

  async keepLocations(locations: readonly Location[]): Promise<void> {
    const latest = latestOf(locations, ({ location }) => location)
    await this.tx.query(
      'keep-locations',
      `INSERT INTO locations (location, version, name, zone, ships)
       SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::boolean[]) AS new (location, version, name, zone, ships)
       ORDER BY location
       ON CONFLICT (location) DO UPDATE
       SET version = excluded.version, name = excluded.name, zone = excluded.zone, ships = excluded.ships
       WHERE locations.version < excluded.version`,
      [latest.map((each) => each.location), latest.map((each) => each.version), latest.map((each) => each.name), latest.map((each) => each.zone), latest.map((each) => each.ships)],
    )
    await keepBins(this.tx, latest.flatMap(({ location }) => systemBins(location)))
  }
}

const productOf = (row: ProductRow): Product => ({
  product: asId<ProductId>(row.product),
  version: row.version,
  name: row.name,
  gtin: row.gtin,
  handling: row.handling,
  handlingInstruction: row.handling_instruction,
  weightGrams: row.weight_grams,
  lengthMm: row.length_mm,
  widthMm: row.width_mm,
  heightMm: row.height_mm,
  lotTracked: row.lot_tracked,
  minimumRemainingDays: row.minimum_remaining_days,
  dangerousGroup: row.dangerous_group,
  food: row.food,
  shipAlone: row.ship_alone,
})

/** A statement may change a row only once: of several versions in one batch the newest counts. */
function latestOf<T extends { readonly version: number }>(items: readonly T[], idOf: (item: T) => string): readonly T[] {
  const latest = new Map<string, T>()
  for (const item of items) if ((latest.get(idOf(item))?.version ?? -1) < item.version) latest.set(idOf(item), item)
  return [...latest.values()]
}
