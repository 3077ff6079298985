import type { Cause } from '@waybill/kernel'
import type { Lane, Location } from './places.js'

/** A version of something that its owner publishes again and again. */
export interface Versioned<Known> {
  readonly cause: Cause
  readonly version: number
  readonly known: Known
}

/** What is known here of locations and lanes. An older version never replaces a newer one. */
export abstract class PlacesStore {
  abstract learnLocations(locations: readonly Versioned<Location>[]): Promise<void>
  abstract learnLanes(lanes: readonly Versioned<Lane>[]): Promise<void>
}
