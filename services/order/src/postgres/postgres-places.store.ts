import { UnitOfWork } from '@waybill/service-kit'
import type { Lane, Location } from '../order-process/places.js'
import { PlacesStore, type Versioned } from '../order-process/places.store.js'
import { toJson } from './catalogue.row.js'

/** Locations and lanes as others publish them, the newest version of each. */
export class PostgresPlacesStore extends PlacesStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async learnLocations(locations: readonly Versioned<Location>[]): Promise<void> {
    await this.uow.change(locations, async (tx, fresh) => {
      const rows = newest(fresh, ({ location }) => location)
      await tx.query(
        'places.learn-locations',
        `INSERT INTO known_locations (location, version, known) SELECT * FROM unnest($1::text[], $2::integer[], $3::jsonb[])
         ON CONFLICT (location) DO UPDATE SET version = excluded.version, known = excluded.known WHERE known_locations.version <= excluded.version`,
        [rows.map(({ known }) => known.location), rows.map(({ version }) => version), rows.map(({ known }) => toJson(known))],
      )
    })
  }

  async learnLanes(lanes: readonly Versioned<Lane>[]): Promise<void> {
    await this.uow.change(lanes, async (tx, fresh) => {
      const rows = newest(fresh, ({ location, country }) => `${location}:${country}`)
      await tx.query(
        'places.learn-lanes',
        `INSERT INTO known_lanes (location, country, version, services) SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::jsonb[])
         ON CONFLICT (location, country) DO UPDATE SET version = excluded.version, services = excluded.services WHERE known_lanes.version <= excluded.version`,
        [
          rows.map(({ known }) => known.location),
          rows.map(({ known }) => known.country),
          rows.map(({ version }) => version),
          rows.map(({ known }) => toJson(known.services)),
        ],
      )
    })
  }
}

/** One row per key, sorted, so that one statement never meets a row twice and batches lock in one order. */
function newest<Known>(given: readonly Versioned<Known>[], keyOf: (known: Known) => string): Versioned<Known>[] {
  const byKey = new Map<string, Versioned<Known>>()
  for (const each of given) {
    const before = byKey.get(keyOf(each.known))
    if (!before || before.version <= each.version) byKey.set(keyOf(each.known), each)
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}
