import type { Cause } from '@waybill/kernel'

/** A location, as far as after-sales needs it: whose clock decides the day of delivery. */
export interface MirroredLocation {
  readonly cause: Cause
  readonly location: string
  readonly version: number
  readonly zone: string
}

/** The copy of other services' master data. */
export abstract class MirrorStore {
  /** Keeps the newest version of each. */
  abstract keepLocations(locations: readonly MirroredLocation[]): Promise<void>
}
