import { daysBetween, type BusinessDate } from '@waybill/kernel'
import type { TransitDays } from '../lanes/lane.js'

/**
 * The chance that a shipment comes after its promised day, read off the percentiles of its transit time, straight lines between them.
 * Without a promise: the transit days of p95, so that sooner is still better. Source: research/01 D10.
 */
export function latenessOf(transit: TransitDays, shipOn: BusinessDate, promisedTo: BusinessDate | null): number {
  if (promisedTo === null) return transit.p95
  const days = daysBetween(shipOn, promisedTo)
  const { p50, p90, p95 } = transit
  if (days < 0) return 1
  if (days < p50) return 1 - 0.5 * (days / p50)
  if (days < p90) return 0.5 - 0.4 * ((days - p50) / (p90 - p50))
  if (days < p95) return 0.1 - 0.05 * ((days - p90) / (p95 - p90))
  // twice p95 and a day is taken as certain
  return 0.05 * Math.max(0, 1 - (days - p95) / (p95 + 1))
}
