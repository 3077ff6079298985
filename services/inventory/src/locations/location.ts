import type { BusinessDate, LocationId } from '@waybill/kernel'

/** What a product may need of a location. */
export const handlingClasses = ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value'] as const
export type HandlingClass = (typeof handlingClasses)[number]

/** A site that ships: where it is, when it works, what it can handle. */
export interface Location {
  readonly location: LocationId
  /** Counts its changes, from 1. */
  readonly version: number
  readonly name: string
  /** IANA time zone: its business dates and expiry dates are days there. */
  readonly zone: string
  readonly country: string
  readonly postalCode: string
  readonly city: string
  readonly street: string | null
  readonly ships: boolean
  readonly handling: readonly HandlingClass[]
  /** Working days between request and hand-over. */
  readonly handlingDays: number
  readonly calendar: {
    /** ISO weekdays, 1 Monday to 7 Sunday. */
    readonly workdays: readonly number[]
    readonly opens: string
    readonly closes: string
    readonly holidays: readonly BusinessDate[]
  }
}

export type LocationDetails = Omit<Location, 'version'>

/** What saving a location did. */
export interface SavedLocation {
  readonly location: Location
  readonly did: 'created' | 'updated' | 'unchanged'
}
