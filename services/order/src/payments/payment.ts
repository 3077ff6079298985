import type { OrderId, PaymentId, TransitionTable } from '@waybill/kernel'
import type { UnitSet } from '../orders/unit-set.js'

/** Where the money of an order is. */
export type PaymentStatus =
  | 'CREATED'
  | 'REQUIRES_ACTION'
  | 'AUTHORIZED'
  | 'PARTIALLY_CAPTURED'
  | 'AUTHORIZATION_EXPIRED'
  | 'CAPTURED'
  | 'VOIDED'
  | 'DECLINED'

export type PaymentTrigger =
  | 'authorized'
  | 'declined'
  | 'declined-for-good'
  | 'not-needed'
  | 'captured-in-part'
  | 'captured-in-full'
  | 'rest-given-back'
  | 'given-back'
  | 'expired'
  | 'renewed'

/** The life of a payment. Source: domain section 4. */
export const paymentTransitions: TransitionTable<PaymentStatus, PaymentTrigger> = {
  CREATED: {
    authorized: 'AUTHORIZED',
    declined: 'REQUIRES_ACTION',
    'declined-for-good': 'DECLINED',
    'not-needed': 'VOIDED',
  },
  REQUIRES_ACTION: {
    authorized: 'AUTHORIZED',
    declined: 'REQUIRES_ACTION',
    'declined-for-good': 'DECLINED',
    'not-needed': 'VOIDED',
  },
  AUTHORIZED: {
    'captured-in-part': 'PARTIALLY_CAPTURED',
    'captured-in-full': 'CAPTURED',
    'given-back': 'VOIDED',
    expired: 'AUTHORIZATION_EXPIRED',
    renewed: 'AUTHORIZED',
  },
  PARTIALLY_CAPTURED: {
    'captured-in-part': 'PARTIALLY_CAPTURED',
    'captured-in-full': 'CAPTURED',
    'rest-given-back': 'CAPTURED',
    expired: 'AUTHORIZATION_EXPIRED',
    renewed: 'PARTIALLY_CAPTURED',
  },
  AUTHORIZATION_EXPIRED: {
    renewed: ['AUTHORIZED', 'PARTIALLY_CAPTURED'],
    'captured-in-part': 'PARTIALLY_CAPTURED',
    'captured-in-full': 'CAPTURED',
    'rest-given-back': 'CAPTURED',
    'given-back': 'VOIDED',
  },
  CAPTURED: {},
  VOIDED: {},
  DECLINED: {},
}

/** An amount the provider keeps for us under its own reference. Unit: minor units. */
export interface Authorization {
  readonly reference: string
  readonly amountMinor: bigint
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  readonly expiresAt: Date | null
  /** Given back, run out or replaced: nothing more can be captured. Refunds still go by it. */
  readonly isClosed: boolean
}

/** A call that was promised to the provider: the row is there before the call, and its id is the idempotency key. */
export interface Operation {
  readonly id: string
  readonly kind: 'authorize' | 'renew' | 'capture' | 'void' | 'refund'
  readonly amountMinor: bigint
  /** Provider's reference of the authorization it works on. */
  readonly authorization: string | null
  readonly token: string | null
  readonly fulfillment: string | null
  readonly refund: string | null
  /** Which try of the same thing this is, from 1. A refused try is followed by another one with a key of its own. */
  readonly attempt: number
  /** intent: may not have been called yet; unknown: called, no answer. Both are open. */
  readonly status: 'intent' | 'unknown' | 'succeeded' | 'failed'
  /** How often the provider was called or asked about it. */
  readonly calls: number
  readonly createdAt: Date
  /** Why it failed, or is not known. */
  readonly reason: string | null
}

/** Money that goes back for named units. */
export interface Refund {
  readonly id: string
  readonly returnId: string | null
  readonly units: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]
  /** Before the cap at what was captured. Unit: minor units. */
  readonly dueMinor: bigint
  readonly feesMinor: bigint
  readonly refundedMinor: bigint
  /** waiting: its units have not left, or a capture is still on its way; open: with the provider. */
  readonly status: 'waiting' | 'open' | 'succeeded' | 'failed'
  /** Amount that was finally asked for. */
  readonly amountMinor: bigint
}

/** The money of one order, at the payment provider or at the channel that took it. Unit: minor units. */
export interface Payment {
  readonly id: PaymentId
  readonly order: OrderId
  readonly kind: 'provider' | 'channel'
  readonly status: PaymentStatus
  readonly currency: string
  /** What the order costs. */
  readonly dueMinor: bigint
  readonly authorizedMinor: bigint
  readonly capturedMinor: bigint
  readonly refundedMinor: bigint
  /** The means of payment given last. */
  readonly token: string | null
  readonly authorizations: readonly Authorization[]
  /** Units that were refunded, or are being: none is refunded twice. */
  readonly refundedUnits: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]
  /** Calls that have no outcome yet. */
  readonly operations: readonly Operation[]
  /** Refunds that have no outcome yet, and failed ones that a person may ask for again. */
  readonly refunds: readonly Refund[]
  /** Number of status changes so far. */
  readonly steps: number
}

export const openOperations = (payment: Payment): readonly Operation[] =>
  payment.operations.filter(({ status }) => status === 'intent' || status === 'unknown')

/** Of an authorization: what may still be captured. */
export const restOf = ({ amountMinor, capturedMinor, isClosed }: Authorization): bigint => (isClosed ? 0n : amountMinor - capturedMinor)

/** When the first authorization with something left runs out. */
export function expiresAt(payment: Payment): Date | null {
  const dates = payment.authorizations.flatMap((each) => (restOf(each) > 0n && each.expiresAt ? [each.expiresAt] : []))
  return dates.reduce<Date | null>((first, date) => (first === null || date < first ? date : first), null)
}
