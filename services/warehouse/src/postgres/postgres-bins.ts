import { asId, type BusinessDate, type LocationId, type ProductId } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Bin, BinKind } from '../bins/bin.js'
import type { Bins, ProductPlace, RowOutcome } from '../bins/bins.store.js'
import { Shelf, type Content } from '../bins/shelf.js'
import { causeText } from './cause-text.js'

interface BinRow {
  location: string
  code: string
  kind: BinKind
  aisle: string
  bay: number
  level: number
  walk_position: number
}

interface ContentRow {
  location: string
  product: string
  bin: string
  lot: string | null
  expires_on: string | null
  blocked: boolean
  units: number
  assigned: number
  received_at: Date
}

export class PostgresBins implements Bins {
  constructor(private readonly tx: Tx) {}

  async bins(location: LocationId, codes: readonly string[]): Promise<ReadonlyMap<string, Bin>> {
    const rows = await this.tx.query<BinRow>('bins-by-code', 'SELECT * FROM bins WHERE location = $1 AND code = ANY ($2::text[])', [location, codes])
    return new Map(rows.map((row) => [row.code, binOf(row)]))
  }

  async locationsWithBin(code: string): Promise<readonly LocationId[]> {
    const rows = await this.tx.query<{ location: string }>('locations-with-bin', 'SELECT location FROM bins WHERE code = $1', [code])
    return rows.map(({ location }) => asId<LocationId>(location))
  }

  async setUp(bins: readonly Bin[]): Promise<readonly RowOutcome['status'][]> {
    const before = await this.tx.query<BinRow>(
      'bins-before-setup',
      `SELECT bins.* FROM bins JOIN unnest($1::text[], $2::text[]) AS wanted (location, code) USING (location, code) ORDER BY location, code FOR UPDATE OF bins`,
      [bins.map(({ location }) => location), bins.map(({ code }) => code)],
    )
    const known = new Map(before.map((row) => [`${row.location}\n${row.code}`, binOf(row)]))
    const statuses = bins.map((bin): RowOutcome['status'] => {
      const key = `${bin.location}\n${bin.code}`
      const old = known.get(key)
      // a file that names a bin twice changes it twice: the last row counts
      known.set(key, bin)
      return old === undefined ? 'created' : isSame(old, bin) ? 'unchanged' : 'updated'
    })
    await writeBins(
      this.tx,
      'set-up-bins',
      `ON CONFLICT (location, code) DO UPDATE
       SET kind = excluded.kind, aisle = excluded.aisle, bay = excluded.bay, level = excluded.level, walk_position = excluded.walk_position`,
      [...new Map(bins.map((bin) => [`${bin.location}\n${bin.code}`, bin])).values()],
    )
    return statuses
  }

  keep(bins: readonly Bin[]): Promise<void> {
    return keepBins(this.tx, bins)
  }

  async lockShelf(places: readonly ProductPlace[]): Promise<Shelf> {
    const values = [places.map(({ location }) => location), places.map(({ product }) => product)]
    await this.tx.query(
      'open-shelf-products',
      `INSERT INTO shelf_products (location, product)
       SELECT DISTINCT location, product FROM unnest($1::text[], $2::text[]) AS place (location, product) ORDER BY location, product
       ON CONFLICT DO NOTHING`,
      values,
    )
    await this.tx.query(
      'lock-shelf-products',
      `SELECT 1 FROM shelf_products
       WHERE (location, product) IN (SELECT * FROM unnest($1::text[], $2::text[]))
       ORDER BY location, product FOR UPDATE`,
      values,
    )
    const rows = await this.tx.query<ContentRow>(
      'shelf-content',
      `SELECT * FROM bin_content WHERE (location, product) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
      values,
    )
    return new Shelf(rows.map(contentOf), this.tx.now)
  }

  async save(shelf: Shelf): Promise<void> {
    const { contents, ledger } = shelf.changes()
    if (contents.length === 0) return
    const kept = contents.filter(({ units, assigned }) => units !== 0 || assigned !== 0)
    const gone = contents.filter((content) => !kept.includes(content))
    if (kept.length > 0) {
      await this.tx.query(
        'write-bin-content',
        `INSERT INTO bin_content (location, product, bin, lot, expires_on, blocked, units, assigned, received_at)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::boolean[], $7::int[], $8::int[], $9::timestamptz[])
         ON CONFLICT (location, product, bin, lot, expires_on, blocked) DO UPDATE
         SET units = excluded.units, assigned = excluded.assigned, received_at = excluded.received_at`,
        [...keyColumns(kept), kept.map(({ units }) => units), kept.map(({ assigned }) => assigned), kept.map(({ receivedAt }) => receivedAt)],
      )
    }
    if (gone.length > 0) {
      await this.tx.query(
        'drop-empty-bin-content',
        `DELETE FROM bin_content AS content
         USING unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::boolean[]) AS gone (location, product, bin, lot, expires_on, blocked)
         WHERE content.location = gone.location AND content.product = gone.product AND content.bin = gone.bin AND content.blocked = gone.blocked
           AND content.lot IS NOT DISTINCT FROM gone.lot AND content.expires_on IS NOT DISTINCT FROM gone.expires_on`,
        keyColumns(gone),
      )
    }
    if (ledger.length === 0) return
    await this.tx.query(
      'append-bin-ledger',
      `INSERT INTO bin_ledger (location, product, bin, lot, expires_on, blocked, units, kind, reference, cause, at)
       SELECT *, $11::timestamptz FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::boolean[], $7::int[], $8::text[], $9::text[], $10::text[])`,
      [
        ...keyColumns(ledger),
        ledger.map(({ units }) => units),
        ledger.map(({ kind }) => kind),
        ledger.map(({ reference }) => reference),
        ledger.map(({ cause }) => causeText(cause)),
        this.tx.now,
      ],
    )
  }
}

/** Creates the bins that are not there; those that are stay as they were set up. */
export function keepBins(tx: Tx, bins: readonly Bin[]): Promise<void> {
  return writeBins(tx, 'keep-bins', 'ON CONFLICT (location, code) DO NOTHING', bins)
}

async function writeBins(tx: Tx, name: string, onConflict: string, bins: readonly Bin[]): Promise<void> {
  if (bins.length === 0) return
  await tx.query(
    name,
    `INSERT INTO bins (location, code, kind, aisle, bay, level, walk_position)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[]) AS bin (location, code, kind, aisle, bay, level, walk_position)
     ORDER BY location, code ${onConflict}`,
    [
      bins.map(({ location }) => location),
      bins.map(({ code }) => code),
      bins.map(({ kind }) => kind),
      bins.map(({ aisle }) => aisle),
      bins.map(({ bay }) => bay),
      bins.map(({ level }) => level),
      bins.map(({ walkPosition }) => walkPosition),
    ],
  )
}

const keyColumns = (keys: readonly Pick<Content, 'location' | 'product' | 'bin' | 'lot' | 'expiresOn' | 'blocked'>[]): unknown[] => [
  keys.map(({ location }) => location),
  keys.map(({ product }) => product),
  keys.map(({ bin }) => bin),
  keys.map(({ lot }) => lot),
  keys.map(({ expiresOn }) => expiresOn),
  keys.map(({ blocked }) => blocked),
]

const binOf = ({ location, walk_position, ...row }: BinRow): Bin => ({ ...row, location: asId<LocationId>(location), walkPosition: walk_position })

const contentOf = (row: ContentRow): Content => ({
  location: asId<LocationId>(row.location),
  product: asId<ProductId>(row.product),
  bin: row.bin,
  lot: row.lot,
  expiresOn: row.expires_on as BusinessDate | null,
  blocked: row.blocked,
  units: row.units,
  assigned: row.assigned,
  receivedAt: row.received_at,
})

const isSame = (a: Bin, b: Bin): boolean =>
  a.kind === b.kind && a.aisle === b.aisle && a.bay === b.bay && a.level === b.level && a.walkPosition === b.walkPosition
