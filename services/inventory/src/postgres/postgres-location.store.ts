import { Injectable } from '@nestjs/common'
import { topics } from '@waybill/contracts'
import type { Cause, EventCause, LocationId, RequestCause } from '@waybill/kernel'
import { TellsAgain, UnitOfWork, type Telling, type Tx } from '@waybill/service-kit'
import type { Location, LocationDetails, SavedLocation } from '../locations/location.js'
import { LocationStore, type PublishedLane, type PublishedProduct } from '../locations/location.store.js'
import { publishLocation } from '../published-events.js'
import type { Answered } from '../stock/stock.store.js'

const LOCATION = `location, version, name, zone, country, postal_code as "postalCode", city, street, ships, handling, handling_days as "handlingDays", calendar`

@Injectable()
export class PostgresLocationStore extends LocationStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async save(locations: readonly LocationDetails[], cause: RequestCause): Promise<Answered<readonly SavedLocation[]>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx): Promise<(readonly SavedLocation[])[]> => {
      const codes = locations.map(({ location }) => location)
      // the rows may not exist yet, so the codes themselves are locked, in one order
      await tx.query('inventory.location.lock', `select pg_advisory_xact_lock(hashtextextended('location ' || code, 0)) from (select unnest($1::text[]) as code order by 1) as codes`, [codes])
      const rows = await tx.query<Location>('inventory.location.named', `select ${LOCATION} from location where location = any($1)`, [codes])
      const known = new Map(rows.map((row) => [row.location, row]))
      const saved = locations.map((details) => {
        const next = saveOne(details, known.get(details.location))
        known.set(details.location, next.location)
        return next
      })
      const changed = new Map(saved.filter(({ did }) => did !== 'unchanged').map(({ location }) => [location.location, location]))
      await write(tx, [...changed.values()])
      for (const location of changed.values()) publishLocation(tx, location, cause)
      return [saved]
    })
    return outcome ?? { result: undefined, replayed: false }
  }

  async tellAgain(cause: RequestCause): Promise<Answered<number>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      const rows = await tx.query<Location>('inventory.location.all', `select ${LOCATION} from location order by location for share`)
      for (const location of rows) publishLocation(tx, location, cause)
      return [rows.length]
    })
    return outcome ?? { result: undefined, replayed: false }
  }

  @TellsAgain(topics.location)
  async tellPage(tx: Tx, cause: Cause, { after, only, limit }: Telling): Promise<readonly string[]> {
    const rows = await tx.query<Location>(
      'inventory.location.tell-again',
      `select ${LOCATION} from location where location > $1 and ($2::text is null or location = $2) order by location limit $3 for share`,
      [after, only, limit],
    )
    for (const location of rows) publishLocation(tx, location, cause)
    return rows.map(({ location }) => location)
  }

  list(after: LocationId | undefined, limit: number): Promise<Location[]> {
    return this.uow.query('inventory.location.list', `select ${LOCATION} from location where $1::text is null or location > $1 order by location limit $2`, [after ?? null, limit])
  }

  async find(location: LocationId): Promise<Location | undefined> {
    const [row] = await this.uow.query<Location>('inventory.location.one', `select ${LOCATION} from location where location = $1`, [location])
    return row
  }

  async keepProducts(inputs: readonly { readonly cause: EventCause; readonly product: PublishedProduct }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const rows = newest(fresh.map(({ product }) => product), ({ product }) => product)
      await tx.query(
        'inventory.product.keep',
        `insert into product (product, version, handling, lot_tracked, active)
         select * from unnest($1::text[], $2::int[], $3::jsonb[], $4::bool[], $5::bool[])
         on conflict (product) do update set version = excluded.version, handling = excluded.handling, lot_tracked = excluded.lot_tracked,
           active = excluded.active where product.version < excluded.version`,
        [
          rows.map((row) => row.product),
          rows.map((row) => row.version),
          rows.map((row) => JSON.stringify(row.handling)),
          rows.map((row) => row.lotTracked),
          rows.map((row) => row.active),
        ],
      )
    })
  }

  async keepLanes(inputs: readonly { readonly cause: EventCause; readonly lane: PublishedLane }[]): Promise<void> {
    await this.uow.change(inputs, async (tx, fresh) => {
      const rows = newest(fresh.map(({ lane }) => lane), ({ location, country }) => `${location}\n${country}`)
      await tx.query(
        'inventory.lane.keep',
        `insert into lane (location, country, version, services)
         select * from unnest($1::text[], $2::text[], $3::int[], $4::jsonb[])
         on conflict (location, country) do update set version = excluded.version, services = excluded.services where lane.version < excluded.version`,
        [rows.map((row) => row.location), rows.map((row) => row.country), rows.map((row) => row.version), rows.map((row) => JSON.stringify(row.services))],
      )
    })
  }
}

function saveOne(details: LocationDetails, known: Location | undefined): SavedLocation {
  if (!known) return { location: { ...details, version: 1 }, did: 'created' }
  const next: Location = { ...details, version: known.version }
  if (sameDetails(next, known)) return { location: known, did: 'unchanged' }
  return { location: { ...next, version: known.version + 1 }, did: 'updated' }
}

const sameDetails = (a: Location, b: Location): boolean => canonical(a) === canonical(b)

// jsonb does not keep the order of keys
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each) ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))) : each,
  )

/** One row per key, the highest version: a statement cannot write a row twice. */
function newest<T extends { readonly version: number }>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  const byKey = new Map<string, T>()
  for (const row of rows) if ((byKey.get(keyOf(row))?.version ?? 0) <= row.version) byKey.set(keyOf(row), row)
  return [...byKey].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row)
}

async function write(tx: Tx, rows: readonly Location[]): Promise<void> {
  if (rows.length === 0) return
  await tx.query(
    'inventory.location.write',
    `insert into location (location, version, name, zone, country, postal_code, city, street, ships, handling, handling_days, calendar, updated_at)
     select t.*, $13::timestamptz from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bool[], $10::jsonb[], $11::int[], $12::jsonb[]) as t
     on conflict (location) do update set version = excluded.version, name = excluded.name, zone = excluded.zone, country = excluded.country,
       postal_code = excluded.postal_code, city = excluded.city, street = excluded.street, ships = excluded.ships, handling = excluded.handling,
       handling_days = excluded.handling_days, calendar = excluded.calendar, updated_at = excluded.updated_at`,
    [
      rows.map((row) => row.location),
      rows.map((row) => row.version),
      rows.map((row) => row.name),
      rows.map((row) => row.zone),
      rows.map((row) => row.country),
      rows.map((row) => row.postalCode),
      rows.map((row) => row.city),
      rows.map((row) => row.street),
      rows.map((row) => row.ships),
      rows.map((row) => JSON.stringify(row.handling)),
      rows.map((row) => row.handlingDays),
      rows.map((row) => JSON.stringify(row.calendar)),
      tx.now,
    ],
  )
}
