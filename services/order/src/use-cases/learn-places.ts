import { Injectable } from '@nestjs/common'
import type { Lane, Location } from '../order-process/places.js'
import { PlacesStore, type Versioned } from '../order-process/places.store.js'

/** Keeps what inventory says of locations and shipping of lanes: promises are made from it. */
@Injectable()
export class LearnPlaces {
  constructor(private readonly places: PlacesStore) {}

  async locations(locations: readonly Versioned<Location>[]): Promise<void> {
    await this.places.learnLocations(locations)
  }

  async lanes(lanes: readonly Versioned<Lane>[]): Promise<void> {
    await this.places.learnLanes(lanes)
  }
}
