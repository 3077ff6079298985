import type { PaymentStep } from './payment-facts.js'
import { become, call, unchanged, withFact, type PaymentContext } from './payment-step.js'
import { openOperations, restOf, type Payment } from './payment.js'

/** Asks once for the whole order. Without any means of payment the customer has to give one. */
export function authorize(payment: Payment, context: PaymentContext): PaymentStep {
  if (payment.token === null) return withFact(unchanged(payment), { kind: 'payment-declined', reason: 'payment-required', isFinal: false })
  return call(unchanged(payment), { kind: 'authorize', amountMinor: payment.dueMinor, token: payment.token }, context)
}

/** What no authorization covers of what is still to be captured. */
const uncoveredMinor = (payment: Payment): bigint => payment.dueMinor - payment.capturedMinor

/** Asks again for what has not been captured, before the old authorization runs out. Does nothing while a call is open. */
export function renew(payment: Payment, context: PaymentContext): PaymentStep {
  const amountMinor = uncoveredMinor(payment)
  if (payment.kind === 'channel' || amountMinor <= 0n || openOperations(payment).length > 0) return unchanged(payment)
  return call(unchanged(payment), { kind: 'renew', amountMinor, token: payment.token }, context)
}

/** The customer gave another means of payment. */
export const payAnotherWay = (payment: Payment, token: string, context: PaymentContext): PaymentStep => {
  const given = { ...payment, token }
  return given.authorizations.length === 0 ? authorize(given, context) : renew(given, context)
}

/** Gives back what is authorized and not captured; an order that ended before anything was authorized needs no payment any more. */
export function giveBack(payment: Payment, context: PaymentContext): PaymentStep {
  if (payment.kind === 'channel') return unchanged(payment)
  const isAsked = openOperations(payment).some(({ kind }) => kind === 'authorize' || kind === 'void')
  if (payment.authorizations.length === 0) {
    const isOver = isAsked || (payment.status !== 'CREATED' && payment.status !== 'REQUIRES_ACTION')
    return unchanged(isOver ? payment : become(payment, 'not-needed', 'VOIDED'))
  }
  if (isAsked) return unchanged(payment)
  return payment.authorizations.reduce((step, authorization) => {
    const amountMinor = restOf(authorization)
    return amountMinor > 0n ? call(step, { kind: 'void', amountMinor, authorization: authorization.reference }, context) : step
  }, unchanged(payment))
}
