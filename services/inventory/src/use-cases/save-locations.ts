import { Injectable } from '@nestjs/common'
import type { RequestCause } from '@waybill/kernel'
import type { LocationDetails, SavedLocation } from '../locations/location.js'
import { LocationStore } from '../locations/location.store.js'
import type { Answered } from '../stock/stock.store.js'

/** Creates and changes locations. */
@Injectable()
export class SaveLocations {
  constructor(private readonly locations: LocationStore) {}

  run(locations: readonly LocationDetails[], cause: RequestCause): Promise<Answered<readonly SavedLocation[]>> {
    return this.locations.save(locations, cause)
  }

  /** Publishes every location again, as it is. Returns how many. */
  tellAgain(cause: RequestCause): Promise<Answered<number>> {
    return this.locations.tellAgain(cause)
  }
}
