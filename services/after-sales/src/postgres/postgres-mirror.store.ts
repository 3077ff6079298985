import { Injectable } from '@nestjs/common'
import { UnitOfWork } from '@waybill/service-kit'
import { MirrorStore, type MirroredLocation } from '../care/mirror.store.js'

@Injectable()
export class PostgresMirrorStore extends MirrorStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async keepLocations(locations: readonly MirroredLocation[]): Promise<void> {
    await this.uow.change(locations, async (tx, fresh) => {
      await tx.query(
        'locations-keep',
        `INSERT INTO location_mirror (location, version, zone)
         SELECT DISTINCT ON (location) location, version, zone FROM unnest($1::text[], $2::int[], $3::text[]) AS n(location, version, zone) ORDER BY location, version DESC
         ON CONFLICT (location) DO UPDATE SET version = excluded.version, zone = excluded.zone WHERE location_mirror.version < excluded.version`,
        [fresh.map(({ location }) => location), fresh.map(({ version }) => version), fresh.map(({ zone }) => zone)],
      )
    })
  }
}
