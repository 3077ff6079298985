import type { BusinessDate, ReturnId, ShipmentId } from '@waybill/kernel'
import type { Fee } from '../policies/return-policy.js'
import type { Disposition, ReasonedUnits, ReturnBy } from '../returns/return.js'
import type { LineUnits } from './line-units.js'
import type { OrderCare } from './order-care.js'

/** What after-sales tells the others. */
export type Fact =
  | { readonly fact: 'feedback-requested'; readonly feedback: string; readonly shipment: ShipmentId; readonly answerUntil: Date }
  | {
      readonly fact: 'feedback-received'
      readonly feedback: string
      readonly shipment: ShipmentId
      readonly csat: number
      readonly nps: number | null
      readonly causes: readonly string[]
      readonly carrier: string
      readonly products: readonly string[]
      readonly withText: boolean
    }
  | { readonly fact: 'return-requested'; readonly return: ReturnId; readonly by: ReturnBy; readonly lines: readonly ReasonedUnits[] }
  | {
      readonly fact: 'return-approved'
      readonly return: ReturnId
      readonly policy: string
      readonly sendBackUntil: BusinessDate
      readonly location: string
      readonly lines: readonly LineUnits[]
    }
  | { readonly fact: 'return-rejected'; readonly return: ReturnId; readonly rule: string; readonly why: string }
  | { readonly fact: 'return-received'; readonly return: ReturnId; readonly location: string; readonly lines: readonly LineUnits[] }
  | { readonly fact: 'return-dispositioned'; readonly return: ReturnId; readonly location: string; readonly lines: readonly DispositionedLine[] }
  | { readonly fact: 'refund-requested'; readonly return: ReturnId; readonly lines: readonly LineUnits[]; readonly fees: readonly Fee[]; readonly refundShipping: boolean }
  | { readonly fact: 'return-settled'; readonly return: ReturnId; readonly refundedMinor: number; readonly currency: string }

export interface DispositionedLine extends LineUnits {
  readonly disposition: Disposition
  readonly stocked: readonly { readonly product: string; readonly units: number; readonly lot: string | null }[]
}

/** Wake up for a return or a feedback; `dueAt` null: no longer. */
export interface Wake {
  readonly kind: 'return-expiry' | 'return-inspection' | 'return-refund' | 'feedback-closing'
  readonly subject: string
  readonly dueAt: Date | null
}

/** Something for a person, or (`done` given) no longer. */
export interface PersonTask {
  readonly kind: 'return-decision' | 'return-inspection' | 'return-refund'
  readonly subject: string
  readonly why: string
  readonly owner: 'agent' | 'operator'
  readonly dueAt: Date
  readonly done?: string
}

/** What a decision did: the next state, what to tell, when to wake, what a person has to do, and the answer to who asked. */
export interface Decision<R = null> {
  readonly care: OrderCare
  readonly facts: readonly Fact[]
  readonly wakes: readonly Wake[]
  readonly tasks: readonly PersonTask[]
  readonly result: R
}

export const decided = <R>(care: OrderCare, result: R, rest: Partial<Omit<Decision, 'care' | 'result'>> = {}): Decision<R> => ({
  care,
  facts: [],
  wakes: [],
  tasks: [],
  ...rest,
  result,
})
