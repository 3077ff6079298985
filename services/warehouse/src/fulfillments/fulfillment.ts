import { invariant, mayBecome, unitsIn, type Cause, type FulfillmentId, type LocationId, type OrderId, type ProductId, type TransitionTable, type UnitRange } from '@waybill/kernel'

export type FulfillmentStatus =
  | 'REQUESTED' | 'PLANNED' | 'IN_WAVE' | 'PICKING' | 'PICKED' | 'PACKING' | 'PACKED' | 'LABELLED' | 'HANDED_OVER'
  | 'SHORT' | 'REJECTED' | 'CANCELLED' | 'ON_HOLD'

type FulfillmentTrigger =
  | 'reject' | 'plan' | 'refuse-plan' | 'hold' | 'lift' | 'start-wave' | 'claim' | 'nothing-left' | 'all-picked'
  | 'claim-packing' | 'pack-again' | 'all-packed' | 'label' | 'hand-over'

/** The life of a fulfillment. ON_HOLD: what would come next is blocked by a hold on the order. SHORT: nothing was left of it. */
export const fulfillmentTransitions: TransitionTable<FulfillmentStatus, FulfillmentTrigger> = {
  REQUESTED: { plan: 'PLANNED', reject: 'REJECTED', 'refuse-plan': 'CANCELLED' },
  PLANNED: { 'start-wave': 'IN_WAVE', hold: 'ON_HOLD', 'nothing-left': 'SHORT', 'refuse-plan': 'CANCELLED' },
  IN_WAVE: { claim: 'PICKING', 'refuse-plan': 'CANCELLED' },
  PICKING: { 'all-picked': 'PICKED', 'nothing-left': 'SHORT', 'refuse-plan': 'CANCELLED' },
  PICKED: { 'claim-packing': 'PACKING', 'refuse-plan': 'CANCELLED' },
  PACKING: { 'all-packed': 'PACKED', 'pack-again': 'PICKED', 'nothing-left': 'SHORT', 'refuse-plan': 'CANCELLED' },
  PACKED: { label: 'LABELLED', 'refuse-plan': 'CANCELLED' },
  LABELLED: { 'hand-over': 'HANDED_OVER', hold: 'ON_HOLD' },
  ON_HOLD: { lift: ['PLANNED', 'LABELLED'], 'refuse-plan': 'CANCELLED' },
  HANDED_OVER: {},
  SHORT: {},
  REJECTED: {},
  CANCELLED: {},
}

/** What has to be picked of one product for one ordered line. Unit: each; `picked + dropped <= units`, `shipped <= packed <= picked`. */
export interface StockedLine {
  readonly stockedLine: string
  readonly product: ProductId
  readonly units: number
  /** Pieces of this product in one unit of the ordered line. */
  readonly perUnit: number
  readonly dropped: number
  readonly picked: number
  readonly packed: number
  readonly shipped: number
}

/** Units of an ordered line that this fulfillment still sends, by number. */
export interface FulfillmentLine {
  readonly line: number
  readonly unitNumbers: readonly UnitRange[]
  readonly stocked: readonly StockedLine[]
}

/** The part of an order that one location sends at one time. */
export interface Fulfillment {
  readonly id: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly status: FulfillmentStatus
  /** Where ON_HOLD goes back to. */
  readonly heldFrom: 'PLANNED' | 'LABELLED' | null
  /** The location said yes. */
  readonly accepted: boolean
  readonly priority: number
  readonly requestedAt: Date
  readonly statusSince: Date
  /** A person was asked to look why it does not move. */
  readonly overdue: boolean
  readonly packer: string | null
  readonly lines: readonly FulfillmentLine[]
}

/** One change of a status, for the append-only history. `from` null: it began. */
export interface Step<Status extends string> {
  readonly subject: string
  readonly from: Status | null
  readonly to: Status
  readonly cause: Cause
}

export type FulfillmentStep = Step<FulfillmentStatus>

/** A fulfillment with the steps that brought it here. */
export interface Moved {
  readonly fulfillment: Fulfillment
  readonly steps: readonly FulfillmentStep[]
}

/** The fulfillment in another status. Throws: InvariantBroken if its table does not know the way. */
export function become(fulfillment: Fulfillment, to: FulfillmentStatus, now: Date, cause: Cause): Moved {
  const { id, status } = fulfillment
  invariant(status !== to && mayBecome(fulfillmentTransitions, status, to), 'a fulfillment moves as its table says', { id, from: status, to })
  const heldFrom = to === 'ON_HOLD' && (status === 'PLANNED' || status === 'LABELLED') ? status : null
  return { fulfillment: { ...fulfillment, status: to, heldFrom, statusSince: now }, steps: [{ subject: id, from: status, to, cause }] }
}

export const stockedLinesOf = ({ lines }: Pick<Fulfillment, 'lines'>): readonly StockedLine[] => lines.flatMap(({ stocked }) => stocked)

/** Pieces still wanted of a stocked line. Unit: each. */
export const wanted = ({ units, dropped }: StockedLine): number => units - dropped

export const isEmpty = ({ lines }: Pick<Fulfillment, 'lines'>): boolean => lines.every(({ unitNumbers }) => unitsIn(unitNumbers) === 0)

/** Changes the counters of the stocked lines it names. */
export const withLines = (fulfillment: Fulfillment, change: (stocked: StockedLine) => StockedLine): Fulfillment => ({
  ...fulfillment,
  lines: fulfillment.lines.map((line) => ({ ...line, stocked: line.stocked.map(change) })),
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long a fulfillment may rest in a status before a person is asked to look; null: it is at its end. Unit: ms. */
export const restMax: Readonly<Record<FulfillmentStatus, number | null>> = {
  REQUESTED: HOUR,
  PLANNED: 4 * HOUR,
  IN_WAVE: 4 * HOUR,
  PICKING: 2 * HOUR,
  PICKED: 4 * HOUR,
  PACKING: 2 * HOUR,
  PACKED: 2 * HOUR,
  LABELLED: 24 * HOUR,
  ON_HOLD: 24 * HOUR,
  HANDED_OVER: null,
  SHORT: null,
  REJECTED: null,
  CANCELLED: null,
}
