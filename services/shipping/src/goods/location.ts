import type { LocationId } from '@waybill/kernel'

/** A site that ships, as far as a carrier's collection needs it: a copy of what inventory last published. */
export interface Location {
  readonly location: LocationId
  readonly version: number
  readonly name: string
  /** IANA zone: the site's days and hours are in it. */
  readonly zone: string
  readonly country: string
  readonly postalCode: string
  readonly city: string
  /** Working days between the request and the hand-over. */
  readonly handlingDays: number
  readonly calendar: WorkCalendar
}

/** When a site works. */
export interface WorkCalendar {
  /** ISO weekdays, 1 Monday to 7 Sunday. */
  readonly workdays: readonly number[]
  readonly opens: string
  readonly closes: string
  readonly holidays: readonly string[]
}
