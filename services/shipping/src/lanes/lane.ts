import type { LocationId } from '@waybill/kernel'
import type { Handling } from '../goods/product.js'

export type Mode = 'road' | 'air' | 'water' | 'rail'
export const modes: readonly Mode[] = ['road', 'air', 'water', 'rail']

/** Days on the way: half, 90 % and 95 % of shipments are there by then. */
export interface TransitDays {
  readonly p50: number
  readonly p90: number
  readonly p95: number
}

/** One service of one carrier on a lane: what it takes, what it costs, how well it does. */
export interface LaneService {
  readonly carrier: string
  readonly service: string
  readonly mode: Mode
  readonly transitDays: TransitDays
  readonly refusedHandling: readonly Handling[]
  /** The heaviest single package. Unit: grams; null: no limit. */
  readonly maxWeightGrams: number | null
  /** The longest side of a package. Unit: mm; null: no limit. */
  readonly maxLengthMm: number | null
  /** The most that the goods may be worth. Unit: minor units of the lane's currency; null: no limit. */
  readonly valueCapMinor: number | null
  /** Wall clock of the location, HH:mm: what is handed over later travels the next day. */
  readonly cutOff: string
  /** Per package. Unit: minor units of the lane's currency. */
  readonly baseMinor: number
  /** Per kilogram of chargeable weight. Unit: minor units of the lane's currency. */
  readonly perKgMinor: number
  /** Volume that counts as one kilogram. Unit: cubic centimetres. */
  readonly divisor: number
  /** Chargeable weight is rounded up to it. Unit: grams. */
  readonly stepGrams: number
  /** Part of shipments that came in time, 0 to 1. */
  readonly onTimeRate: number
  /** Part of shipments that came damaged, 0 to 1. */
  readonly damageRate: number
  readonly distanceKm: number
}

/** What goes from a location to a country. One currency, so that its services can be compared. */
export interface Lane {
  readonly location: LocationId
  /** ISO 3166-1 alpha-2, or `*`: every country without a lane of its own. */
  readonly country: string
  readonly version: number
  readonly currency: string
  readonly services: readonly LaneService[]
}

export const laneKey = (location: string, country: string): string => `${location}:${country}`
export const serviceKey = (of: { readonly carrier: string; readonly service: string }): string => `${of.carrier}/${of.service}`
