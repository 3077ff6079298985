import { invariant } from '@waybill/kernel'
import type { PaymentStep } from './payment-facts.js'
import { call, unchanged, type PaymentContext } from './payment-step.js'
import { openOperations, restOf, type Authorization, type Payment } from './payment.js'

/** Takes the frozen money of the units that left with a fulfillment. The channel took its own; what costs nothing needs no call. */
export function capture(payment: Payment, fulfillment: string, amountMinor: bigint, context: PaymentContext): PaymentStep {
  if (payment.kind === 'channel' || amountMinor === 0n) return unchanged(payment)
  return call(unchanged(payment), { kind: 'capture', amountMinor, authorization: sourceFor(payment, amountMinor), fulfillment }, context)
}

/** The newest authorization with enough left; else the newest, and the provider says what it thinks of it. */
export function sourceFor(payment: Payment, amountMinor: bigint): string {
  const newestFirst = payment.authorizations.toReversed()
  const source = newestFirst.find((each) => freeOf(payment, each) >= amountMinor) ?? newestFirst[0]
  invariant(source !== undefined, 'what leaves was authorized', { payment: payment.id, amountMinor })
  return source.reference
}

const freeOf = (payment: Payment, authorization: Authorization): bigint =>
  openOperations(payment)
    .filter(({ kind, authorization: used }) => kind === 'capture' && used === authorization.reference)
    .reduce((left, { amountMinor }) => left - amountMinor, restOf(authorization))
