import { invariant, mayBecome, type BusinessDate, type Cause, type FulfillmentId, type ProductId, type TransitionTable } from '@waybill/kernel'
import type { Step } from '../fulfillments/fulfillment.js'
import type { MaterialNeed } from './materials-needed.js'

export type PackageStatus = 'OPEN' | 'SEALED' | 'WEIGHED' | 'LABELLED' | 'HANDED_OVER' | 'CANCELLED'
type PackageTrigger = 'seal' | 'weigh' | 'weight-mismatch' | 'label' | 'hand-over' | 'call-off'

/** The life of a package. A weight that is off by more than a piece opens it again. */
export const packageTransitions: TransitionTable<PackageStatus, PackageTrigger> = {
  OPEN: { seal: 'SEALED', 'call-off': 'CANCELLED' },
  SEALED: { weigh: 'WEIGHED', 'weight-mismatch': 'OPEN', 'call-off': 'CANCELLED' },
  WEIGHED: { label: 'LABELLED', 'call-off': 'CANCELLED' },
  LABELLED: { 'hand-over': 'HANDED_OVER' },
  HANDED_OVER: {},
  CANCELLED: {},
}

/** Units of one lot that go into a package. Unit: each. `packed`: scanned into it so far. */
export interface PackageContent {
  readonly line: number
  readonly stockedLine: string
  readonly product: ProductId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly units: number
  readonly packed: number
}

/** A box with what goes into it. Sizes are outer, in mm; weights in grams. */
export interface Package {
  readonly id: string
  readonly fulfillment: FulfillmentId
  /** Which of the fulfillment's packages, from 1; those given up keep theirs. */
  readonly number: number
  readonly status: PackageStatus
  /** The box's material, or AS-IS for a product that travels in its own packaging. */
  readonly carton: string
  readonly lengthMm: number
  readonly widthMm: number
  readonly heightMm: number
  readonly expectedGrams: number
  readonly lightestGrams: number
  readonly weightGrams: number | null
  readonly sscc: string | null
  readonly trackingNumber: string | null
  readonly materials: readonly MaterialNeed[]
  readonly instructions: readonly string[]
  /** The materials have left their stock. */
  readonly materialsTaken: boolean
  readonly contents: readonly PackageContent[]
}

export type PackageStep = Step<PackageStatus>

/** The package in another status, and the step. Throws: InvariantBroken if its table does not know the way. */
export function packageBecomes(pack: Package, to: PackageStatus, cause: Cause): { readonly pack: Package; readonly step: PackageStep } {
  invariant(mayBecome(packageTransitions, pack.status, to), 'a package moves as its table says', { package: pack.id, from: pack.status, to })
  return { pack: { ...pack, status: to }, step: { subject: pack.id, from: pack.status, to, cause } }
}

/** Packages that are, or will be, sent. */
export const inUse = (packages: readonly Package[]): readonly Package[] => packages.filter(({ status }) => status !== 'CANCELLED')

export const leftToPack = (pack: Package): readonly PackageContent[] => pack.contents.filter(({ units, packed }) => packed < units)
