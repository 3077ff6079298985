import type { LocationId } from '@waybill/kernel'
import { serviceKey, type Lane, type LaneService } from './lane.js'

/** Why a lane cannot be kept as given. */
type LaneRefusal =
  | { readonly code: 'currency-mismatch'; readonly detail: string }
  | { readonly code: 'transit-days-not-ascending'; readonly detail: string }
  | { readonly code: 'too-many-services'; readonly detail: string }

/** A lane's services are all scored for every shipment; more than this is a data error. */
export const SERVICES_MAX = 100

export type LaneOutcome =
  | { readonly status: 'created' | 'updated' | 'unchanged'; readonly lane: Lane }
  | { readonly status: 'refused'; readonly refusal: LaneRefusal }

/** Replaces all services of a lane. The same services again: unchanged, with the same version. */
export function replaceServices(before: Lane | undefined, at: { location: LocationId; country: string }, currency: string, services: readonly LaneService[]): LaneOutcome {
  const refusal = faultOf(services)
  if (refusal) return { status: 'refused', refusal }
  const sorted = [...services].sort((a, b) => (serviceKey(a) < serviceKey(b) ? -1 : 1))
  if (before && before.currency === currency && same(before.services, sorted)) return { status: 'unchanged', lane: before }
  return { status: before ? 'updated' : 'created', lane: { ...at, currency, version: (before?.version ?? 0) + 1, services: sorted } }
}

/** Adds one service to a lane, or replaces the one of the same carrier and name. Refuses: a service priced in another currency than its neighbours. */
export function keepService(before: Lane | undefined, at: { location: LocationId; country: string }, currency: string, service: LaneService): LaneOutcome {
  const others = (before?.services ?? []).filter((other) => serviceKey(other) !== serviceKey(service))
  if (before && others.length > 0 && before.currency !== currency)
    return { status: 'refused', refusal: { code: 'currency-mismatch', detail: `the lane is priced in ${before.currency}, this service in ${currency}` } }
  return replaceServices(before, at, currency, [...others, service])
}

function faultOf(services: readonly LaneService[]): LaneRefusal | undefined {
  if (services.length > SERVICES_MAX) return { code: 'too-many-services', detail: `${services.length} services; at most ${SERVICES_MAX}` }
  const crossed = services.find(({ transitDays: { p50, p90, p95 } }) => p50 > p90 || p90 > p95)
  return crossed && { code: 'transit-days-not-ascending', detail: `${serviceKey(crossed)}: p50 <= p90 <= p95 is expected` }
}

const same = (a: readonly LaneService[], b: readonly LaneService[]): boolean => JSON.stringify(a.map(canonical)) === JSON.stringify(b.map(canonical))

const canonical = (service: LaneService): unknown =>
  Object.entries({ ...service, transitDays: Object.entries(service.transitDays).sort() }).sort(([a], [b]) => (a < b ? -1 : 1))
