import { invariant, nextStates, type NewId } from '@waybill/kernel'
import type { LedgerEntry } from './ledger.js'
import type { PaymentFact, PaymentStep } from './payment-facts.js'
import { paymentTransitions, type Operation, type Payment, type PaymentStatus, type PaymentTrigger, type Refund } from './payment.js'

/** How patient we are with the provider. */
export interface PaymentLimits {
  /** A refused capture or refund is tried so often in all. */
  readonly tries: number
  /** Before the second try; doubles each time. */
  readonly retryAfterMs: number
}

export interface PaymentContext {
  readonly now: Date
  readonly newId: NewId
  readonly limits: PaymentLimits
  /** Whether money of these units can go back: only of what left, and was charged for. Later: it may still leave, or be charged. */
  readonly refundable: (units: Refund['units']) => 'now' | 'later' | 'never'
}

/** Longest pause between two tries or questions. */
const PAUSE_MS_MAX = 300_000

/** The pause after `times` tries. Unit: ms. */
export const pauseAfter = (times: number, { retryAfterMs }: PaymentLimits): number =>
  Math.min(PAUSE_MS_MAX, retryAfterMs * 2 ** Math.min(20, Math.max(0, times - 1)))

export const unchanged = (payment: Payment): PaymentStep => ({ payment, facts: [], entries: [], calls: [] })

export const and = (step: PaymentStep, next: (payment: Payment) => PaymentStep): PaymentStep => {
  const after = next(step.payment)
  return {
    payment: after.payment,
    facts: [...step.facts, ...after.facts],
    entries: [...step.entries, ...after.entries],
    calls: [...step.calls, ...after.calls],
  }
}

export const withFact = (step: PaymentStep, fact: PaymentFact): PaymentStep => ({ ...step, facts: [...step.facts, fact] })

export const withEntry = (step: PaymentStep, entry: LedgerEntry): PaymentStep =>
  entry.amountMinor === 0n ? step : { ...step, entries: [...step.entries, entry] }

type Asked = Pick<Operation, 'kind' | 'amountMinor'> & Partial<Pick<Operation, 'authorization' | 'token' | 'fulfillment' | 'refund' | 'attempt'>>

/** Writes down a call to the provider; it is made when the row is committed. */
export function call(step: PaymentStep, asked: Asked, context: PaymentContext, afterMs = 0): PaymentStep {
  const operation: Operation = {
    authorization: null,
    token: null,
    fulfillment: null,
    refund: null,
    attempt: 1,
    ...asked,
    id: context.newId(),
    status: 'intent',
    calls: 0,
    createdAt: context.now,
    reason: null,
  }
  return {
    ...step,
    payment: { ...step.payment, operations: [...step.payment.operations, operation] },
    calls: [...step.calls, { operation: operation.id, dueAt: new Date(context.now.getTime() + afterMs) }],
  }
}

/** Throws: InvariantBroken if the table does not know the step. */
export function become(payment: Payment, trigger: PaymentTrigger, to: PaymentStatus): Payment {
  invariant(nextStates(paymentTransitions, payment.status, trigger).includes(to), 'a payment moves by its table', {
    from: payment.status,
    trigger,
    to,
  })
  return payment.status === to ? payment : { ...payment, status: to, steps: payment.steps + 1 }
}

export const replaceOperation = (payment: Payment, operation: Operation): Payment => ({
  ...payment,
  operations: payment.operations.map((each) => (each.id === operation.id ? operation : each)),
})
