import { Injectable } from '@nestjs/common'
import type { EventCause } from '@waybill/kernel'
import { LocationStore, type PublishedLane, type PublishedProduct } from '../locations/location.store.js'

/** Keeps what others own and the choice of location needs: products and lanes. */
@Injectable()
export class KeepMirrors {
  constructor(private readonly locations: LocationStore) {}

  products(inputs: readonly { readonly cause: EventCause; readonly product: PublishedProduct }[]): Promise<void> {
    return this.locations.keepProducts(inputs)
  }

  lanes(inputs: readonly { readonly cause: EventCause; readonly lane: PublishedLane }[]): Promise<void> {
    return this.locations.keepLanes(inputs)
  }
}
