import { decimal, roundToMinor } from '@waybill/kernel'
import type { LaneService } from '../lanes/lane.js'
import type { Parcel } from './parcel.js'

/** The weight a carrier charges for one package: the heavier of scale and volume, rounded up to the carrier's step. Unit: grams. Source: domain D9. */
export function chargeableGrams(parcel: Parcel, service: Pick<LaneService, 'divisor' | 'stepGrams'>): number {
  // cubic mm per gram is the same number as cubic cm per kg
  const volumeGrams = (parcel.lengthMm * parcel.widthMm * parcel.heightMm) / service.divisor
  return Math.ceil(Math.max(parcel.weightGrams, volumeGrams) / service.stepGrams) * service.stepGrams
}

/** What the service costs for these packages. Unit: minor units of the lane's currency. */
export function priceOf(parcels: readonly Parcel[], service: LaneService): number {
  const total = parcels.reduce((sum, parcel) => {
    const perPiece = BigInt(service.baseMinor) + roundToMinor(decimal(service.perKgMinor).times(chargeableGrams(parcel, service)).div(1_000))
    return sum + perPiece * BigInt(parcel.pieces)
  }, 0n)
  return Number(total)
}

export const actualGrams = (parcels: readonly Parcel[]): number => parcels.reduce((sum, { weightGrams, pieces }) => sum + weightGrams * pieces, 0)
