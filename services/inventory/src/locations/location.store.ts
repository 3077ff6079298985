import type { EventCause, LocationId, ProductId, RequestCause } from '@waybill/kernel'
import type { Lane } from '../sourcing/atlas.js'
import type { Answered } from '../stock/stock.store.js'
import type { Location, LocationDetails, SavedLocation } from './location.js'

/** A product as its owner last published it. */
export interface PublishedProduct {
  readonly product: ProductId
  readonly version: number
  readonly handling: readonly string[]
  readonly lotTracked: boolean
  readonly active: boolean
}

export interface PublishedLane extends Lane {
  readonly version: number
}

/** Locations, and what others publish of products and lanes. An older version never replaces a newer one. */
export abstract class LocationStore {
  /** Creates or changes locations by their code, and publishes those that changed. One answer per location. */
  abstract save(locations: readonly LocationDetails[], cause: RequestCause): Promise<Answered<readonly SavedLocation[]>>
  /** Publishes every location again, as it is. Returns how many. */
  abstract tellAgain(cause: RequestCause): Promise<Answered<number>>
  abstract list(after: LocationId | undefined, limit: number): Promise<readonly Location[]>
  abstract find(location: LocationId): Promise<Location | undefined>
  abstract keepProducts(products: readonly { readonly cause: EventCause; readonly product: PublishedProduct }[]): Promise<void>
  abstract keepLanes(lanes: readonly { readonly cause: EventCause; readonly lane: PublishedLane }[]): Promise<void>
}
