import { Injectable } from '@nestjs/common'
import { MirrorStore, type MirroredLocation } from '../care/mirror.store.js'

/** Keeps the zones of locations: the day of delivery is the day there. */
@Injectable()
export class KeepLocations {
  constructor(private readonly mirrors: MirrorStore) {}

  run(locations: readonly MirroredLocation[]): Promise<void> {
    return this.mirrors.keepLocations(locations)
  }
}
