import type { TransportMode } from '../orders/placed-order.js'

/** A site that ships, as inventory publishes it. Source: oms.location.v1. */
export interface Location {
  readonly location: string
  /** IANA zone of its calendar and clock. */
  readonly zone: string
  readonly ships: boolean
  /** Working days from the slot to hand-over. */
  readonly handlingDays: number
  readonly calendar: {
    /** ISO weekdays, 1 Monday to 7 Sunday. */
    readonly workdays: readonly number[]
    /** HH:mm, local. */
    readonly opens: string
    readonly closes: string
    readonly holidays: readonly string[]
  }
}

/** A carrier's service on a lane. */
export interface LaneService {
  readonly mode: TransportMode
  readonly transitDays: { readonly p50: number; readonly p90: number; readonly p95: number }
  /** HH:mm, local; what is ready later leaves the next day. */
  readonly cutOff: string
}

/** Which services go from a location to a country; `*` stands for any country without a lane of its own. Source: oms.lane.v1. */
export interface Lane {
  readonly location: string
  readonly country: string
  readonly services: readonly LaneService[]
}

/** The country of a default lane. */
export const ANY_COUNTRY = '*'

/** Locations and lanes as far as they are known here: both are facts of other services and can come late. */
export interface Places {
  readonly locations: ReadonlyMap<string, Location>
  readonly lanes: readonly Lane[]
}

/** The lane from a location to a country, or the default lane. */
export const laneTo = (places: Places, location: string, country: string): Lane | undefined =>
  places.lanes.find((lane) => lane.location === location && lane.country === country) ??
  places.lanes.find((lane) => lane.location === location && lane.country === ANY_COUNTRY)
