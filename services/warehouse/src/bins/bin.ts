import type { LocationId } from '@waybill/kernel'

/** What a bin is for: to pick from, to lie in until put away, to settle differences of counts, to keep what may not be sold. */
export type BinKind = 'pick' | 'receiving' | 'discrepancy' | 'blocked'

/** A place inside a location. */
export interface Bin {
  readonly location: LocationId
  readonly code: string
  readonly kind: BinKind
  readonly aisle: string
  readonly bay: number
  readonly level: number
  /** Distance along the walk from the packing desk; the smaller, the nearer. */
  readonly walkPosition: number
}

/** Where stock lies that nobody has put away yet. */
export const RECEIVING = 'RECEIVING'
/** Where differences between facts and bins are kept until somebody counts. The only bin that may hold less than nothing. */
export const DISCREPANCY = 'DISCREPANCY'
/** Where what may not be sold lies apart. */
export const BLOCKED = 'BLOCKED'

/** Behind every bin that has been set up. */
export const WALK_END = 1_000_000

const place = (location: LocationId, code: string, kind: BinKind): Bin => ({ location, code, kind, aisle: '', bay: 0, level: 0, walkPosition: WALK_END })

/** The bins that every location has without being asked. */
export const systemBins = (location: LocationId): readonly Bin[] => [
  place(location, RECEIVING, 'receiving'),
  place(location, DISCREPANCY, 'discrepancy'),
  place(location, BLOCKED, 'blocked'),
]

/**
 * A bin that a stock fact named before anybody set it up: something to pick from, at the end of the walk. Its setup may
 * come later, so the result is the same in whatever order the two arrive.
 */
export const unknownBin = (location: LocationId, code: string): Bin =>
  systemBins(location).find((bin) => bin.code === code) ?? place(location, code, 'pick')

/** May a picker be sent there? Stock that is not put away yet can be picked where it lies. */
export const isPickable = ({ kind }: Bin): boolean => kind === 'pick' || kind === 'receiving'

const BAYS_MAX = 1_000

/** Walk position of a bin whose setup names none: aisle by aisle (A before B, 2 before 10), bay by bay. */
export function standardWalkPosition(aisle: string, bay: number): number {
  const rank = /^\d{1,3}$/.test(aisle)
    ? Number(aisle)
    : [...aisle.toUpperCase().slice(0, 2)].reduce((sum, letter) => sum * 27 + Math.max(0, Math.min(26, letter.charCodeAt(0) - 64)), 0)
  return rank * BAYS_MAX + Math.min(bay, BAYS_MAX - 1)
}
