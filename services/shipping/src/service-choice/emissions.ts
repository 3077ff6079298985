import type { BusinessDate } from '@waybill/kernel'
import type { LaneService, Mode } from '../lanes/lane.js'

/** What moves the goods, as emission tables divide it. */
export type Vehicle = 'air-short' | 'air-long' | 'van' | 'truck' | 'rail' | 'container-ship' | 'ro-ro'

/** CO2e of a vehicle from a day on, until a later row of the same vehicle. Unit: kg per tonne-km. */
export interface EmissionFactor {
  readonly vehicle: Vehicle
  readonly validFrom: BusinessDate
  readonly kgPerTonneKm: number
}

/** Below: short. Source: DEFRA's border between short-haul and long-haul, rounded. */
const SHORT_HAUL_KM = 3_700
/** The last leg of a town is driven by van. */
const VAN_KM = 100
/** A strait is crossed on wheels, an ocean in a container. */
const RO_RO_KM = 500

export function vehicleOf(mode: Mode, distanceKm: number): Vehicle {
  switch (mode) {
    case 'air':
      return distanceKm < SHORT_HAUL_KM ? 'air-short' : 'air-long'
    case 'road':
      return distanceKm < VAN_KM ? 'van' : 'truck'
    case 'rail':
      return 'rail'
    case 'water':
      return distanceKm < RO_RO_KM ? 'ro-ro' : 'container-ship'
    default:
      return mode satisfies never
  }
}

/** CO2e of moving a weight by a service on a day. Unit: kg. A vehicle without a factor on that day counts as the dirtiest known one. */
export function co2Of(service: Pick<LaneService, 'mode' | 'distanceKm'>, grams: number, factors: readonly EmissionFactor[], on: BusinessDate): number {
  const vehicle = vehicleOf(service.mode, service.distanceKm)
  const valid = factors.filter((factor) => factor.validFrom <= on)
  const latest = valid.filter((factor) => factor.vehicle === vehicle).sort((a, b) => (a.validFrom < b.validFrom ? 1 : -1))[0]
  const kgPerTonneKm = latest?.kgPerTonneKm ?? Math.max(0, ...valid.map((factor) => factor.kgPerTonneKm))
  return (grams / 1_000_000) * service.distanceKm * kgPerTonneKm
}
