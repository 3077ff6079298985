import { invariant, mayBecome, type BusinessDate, type Cause, type FulfillmentId, type LocationId, type ProductId, type TransitionTable } from '@waybill/kernel'
import type { ContentKey } from '../bins/shelf.js'
import type { Step } from '../fulfillments/fulfillment.js'

export type PickTaskStatus = 'CREATED' | 'ASSIGNED' | 'SKIPPED' | 'PICKED' | 'SHORT' | 'DAMAGED' | 'CANCELLED'

type PickTaskTrigger = 'claim' | 'give-back' | 'skip' | 'return-to' | 'all-picked' | 'bin-empty' | 'all-damaged' | 'not-needed'

/** The life of a pick task. SKIPPED: the picker comes back to it at the end of the walk. */
export const pickTaskTransitions: TransitionTable<PickTaskStatus, PickTaskTrigger> = {
  CREATED: { claim: 'ASSIGNED', 'not-needed': ['CANCELLED', 'PICKED'] },
  ASSIGNED: { 'all-picked': 'PICKED', 'bin-empty': 'SHORT', 'all-damaged': 'DAMAGED', skip: 'SKIPPED', 'give-back': 'CREATED', 'not-needed': ['CANCELLED', 'PICKED'] },
  SKIPPED: { 'return-to': 'ASSIGNED', 'give-back': 'CREATED', 'not-needed': ['CANCELLED', 'PICKED'] },
  PICKED: {},
  SHORT: {},
  DAMAGED: {},
  CANCELLED: {},
}

/** Units of one lot that a picker takes from one bin for one stocked line. Unit: each. */
export interface PickTask {
  readonly id: string
  /** Null: it was not needed before anybody could walk it. */
  readonly list: string | null
  readonly wave: string
  readonly fulfillment: FulfillmentId
  readonly line: number
  readonly stockedLine: string
  readonly location: LocationId
  readonly product: ProductId
  readonly bin: string
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly units: number
  readonly picked: number
  /** Of the picked, those that are not in hand any more: carried back because the rest of their bundle was missing, or lost on the way. */
  readonly putBack: number
  readonly status: PickTaskStatus
  /** Place in the walk. */
  readonly position: number
  /** Which tote of the picker's cart the units go into; one tote per fulfillment, from 1. */
  readonly tote: number
}

export type PickTaskStep = Step<PickTaskStatus>

/** A stretch of picking: the tasks of a few fulfillments that one picker walks at one time. */
export interface PickList {
  readonly id: string
  readonly wave: string
  readonly location: LocationId
  readonly status: 'OPEN' | 'CLAIMED' | 'DONE'
  readonly picker: string | null
}

export const isOpen = ({ status }: PickTask): boolean => status === 'CREATED' || status === 'ASSIGNED' || status === 'SKIPPED'

export const leftToPick = ({ units, picked }: PickTask): number => units - picked

/** In the picker's tote for this task. */
export const inTote = ({ picked, putBack }: PickTask): number => picked - putBack

/** Where the task's units lie. */
export const contentOf = ({ location, product, bin, lot, expiresOn }: PickTask): ContentKey => ({ location, product, bin, lot, expiresOn, blocked: false })

/** The task in another status, and the step. Throws: InvariantBroken if its table does not know the way. */
export function taskBecomes(task: PickTask, to: PickTaskStatus, cause: Cause): { readonly task: PickTask; readonly step: PickTaskStep } {
  invariant(mayBecome(pickTaskTransitions, task.status, to), 'a pick task moves as its table says', { task: task.id, from: task.status, to })
  return { task: { ...task, status: to }, step: { subject: task.id, from: task.status, to, cause } }
}
