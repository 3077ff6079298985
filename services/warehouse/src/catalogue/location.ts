import type { LocationId } from '@waybill/kernel'

/** A site that ships, as the floor needs to know it. */
export interface Location {
  readonly location: LocationId
  readonly version: number
  readonly name: string
  /** IANA zone whose midnight ends a lot's last day. */
  readonly zone: string
  readonly ships: boolean
}
