import type { UnitSet } from '../orders/unit-set.js'
import type { LedgerEntry } from './ledger.js'
import type { Payment } from './payment.js'

interface RefundedUnits {
  readonly line: number
  readonly unitNumbers: UnitSet
}

/** What happened to the money: the order process reacts to these, and the others are told. */
export type PaymentFact =
  | { readonly kind: 'payment-authorized'; readonly amountMinor: bigint; readonly expiresAt: Date | null }
  | { readonly kind: 'payment-declined'; readonly reason: string; readonly isFinal: boolean }
  | { readonly kind: 'payment-captured'; readonly operation: string; readonly fulfillment: string | null; readonly amountMinor: bigint }
  | {
      readonly kind: 'capture-failed'
      readonly operation: string
      readonly fulfillment: string | null
      readonly amountMinor: bigint
      readonly reason: string
      readonly tries: number
    }
  | { readonly kind: 'authorization-lost'; readonly reason: string }
  | { readonly kind: 'payment-voided'; readonly amountMinor: bigint }
  | {
      readonly kind: 'payment-refunded'
      readonly refund: string
      readonly returnId: string | null
      readonly amountMinor: bigint
      readonly units: readonly RefundedUnits[]
    }
  | {
      readonly kind: 'refund-failed'
      readonly refund: string
      readonly returnId: string | null
      readonly amountMinor: bigint
      readonly reason: string
    }
  | {
      readonly kind: 'channel-refund-due'
      readonly refund: string
      readonly returnId: string | null
      readonly amountMinor: bigint
      readonly units: readonly RefundedUnits[]
    }

/** The next payment with what has to be written and done besides. */
export interface PaymentStep {
  readonly payment: Payment
  readonly facts: readonly PaymentFact[]
  readonly entries: readonly LedgerEntry[]
  /** When the operations that are open have to be called. */
  readonly calls: readonly { readonly operation: string; readonly dueAt: Date }[]
}
