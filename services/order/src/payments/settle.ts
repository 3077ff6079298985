import { nextStates } from '@waybill/kernel'
import type { ProviderAnswer } from './payment-provider.js'
import type { PaymentStep } from './payment-facts.js'
import { finishRefund, replaceRefund, startRefunds } from './refund.js'
import { become, call, pauseAfter, replaceOperation, unchanged, withEntry, withFact, type PaymentContext } from './payment-step.js'
import { paymentTransitions, restOf, type Authorization, type Operation, type Payment } from './payment.js'

type Succeeded = Extract<ProviderAnswer, { outcome: 'succeeded' }>
type Declined = Extract<ProviderAnswer, { outcome: 'declined' }>

/** Enters what the provider said of an operation. An operation that has its outcome keeps it. */
export function settle(payment: Payment, id: string, answer: ProviderAnswer, context: PaymentContext): PaymentStep {
  const operation = payment.operations.find((each) => each.id === id)
  if (!operation || (operation.status !== 'intent' && operation.status !== 'unknown')) return unchanged(payment)
  const calls = operation.calls + 1
  switch (answer.outcome) {
    case 'unknown': {
      const dueAt = new Date(context.now.getTime() + pauseAfter(calls, context.limits))
      const asked = replaceOperation(payment, { ...operation, calls, status: 'unknown', reason: answer.why })
      return { ...unchanged(asked), calls: [{ operation: id, dueAt }] }
    }
    case 'succeeded':
      return startRefunds(succeeded(replaceOperation(payment, { ...operation, calls, status: 'succeeded' }), operation, answer, context), context)
    case 'declined':
      return startRefunds(declined(replaceOperation(payment, { ...operation, calls, status: 'failed', reason: answer.code }), operation, answer, context), context)
    default:
      return answer satisfies never
  }
}

function succeeded(payment: Payment, operation: Operation, answer: Succeeded, context: PaymentContext): PaymentStep {
  switch (operation.kind) {
    case 'authorize':
      return authorized(payment, operation, answer)
    case 'renew':
      return renewed(payment, operation, answer, context)
    case 'capture':
      return captured(payment, operation)
    case 'void':
      return voided(payment, operation)
    case 'refund':
      return refunded(payment, operation)
    default:
      return operation.kind satisfies never
  }
}

function declined(payment: Payment, operation: Operation, answer: Declined, context: PaymentContext): PaymentStep {
  switch (operation.kind) {
    case 'authorize': {
      const next = answer.retryable ? become(payment, 'declined', 'REQUIRES_ACTION') : become(payment, 'declined-for-good', 'DECLINED')
      return withFact(unchanged(next), { kind: 'payment-declined', reason: answer.code, isFinal: !answer.retryable })
    }
    case 'renew':
      return withFact(unchanged(expiredBy(payment, context.now)), { kind: 'authorization-lost', reason: answer.code })
    case 'capture':
      if (operation.attempt < context.limits.tries) return again(payment, operation, context)
      return withFact(unchanged(payment), {
        kind: 'capture-failed',
        operation: operation.id,
        fulfillment: operation.fulfillment,
        amountMinor: operation.amountMinor,
        reason: answer.code,
        tries: operation.attempt,
      })
    case 'void':
      // nothing left to give back: it ran out, or was given back before; for our books that is the same
      return voided(payment, operation)
    case 'refund':
      if (operation.attempt < context.limits.tries) return again(payment, operation, context)
      return finishRefund(unchanged(payment), operation.refund ?? '')
    default:
      return operation.kind satisfies never
  }
}

/** A refused try is answered for good under its key: the next one has its own. */
const again = (payment: Payment, { kind, amountMinor, authorization, token, fulfillment, refund, attempt }: Operation, context: PaymentContext): PaymentStep =>
  call(
    unchanged(payment),
    { kind, amountMinor, authorization, token, fulfillment, refund, attempt: attempt + 1 },
    context,
    pauseAfter(attempt, context.limits),
  )

const opened = (operation: Operation, answer: Succeeded): Authorization => ({
  reference: answer.authorization,
  amountMinor: operation.amountMinor,
  capturedMinor: 0n,
  refundedMinor: 0n,
  expiresAt: answer.expiresAt,
  isClosed: false,
})

function authorized(payment: Payment, operation: Operation, answer: Succeeded): PaymentStep {
  const next = become(
    {
      ...payment,
      authorizedMinor: payment.authorizedMinor + operation.amountMinor,
      authorizations: [...payment.authorizations, opened(operation, answer)],
    },
    'authorized',
    'AUTHORIZED',
  )
  const step = withEntry(unchanged(next), { operation: operation.id, from: 'customer', to: 'authorized', amountMinor: operation.amountMinor })
  return withFact(step, { kind: 'payment-authorized', amountMinor: operation.amountMinor, expiresAt: answer.expiresAt })
}

/**
 * The new authorization stands for the rest of the old ones, which are given back. If all was captured or given back while the answer was on
 * its way, nobody needs the new one any more: it is given back itself.
 */
function renewed(payment: Payment, operation: Operation, answer: Succeeded, context: PaymentContext): PaymentStep {
  if (nextStates(paymentTransitions, payment.status, 'renewed').length === 0) {
    const late = { ...opened(operation, answer), isClosed: true }
    const known = unchanged({ ...payment, authorizations: [...payment.authorizations, late] })
    return call(known, { kind: 'void', amountMinor: late.amountMinor, authorization: late.reference }, context)
  }
  const replacedMinor = payment.authorizations.reduce((sum, each) => sum + restOf(each), 0n)
  const next = become(
    {
      ...payment,
      authorizedMinor: payment.authorizedMinor - replacedMinor + operation.amountMinor,
      authorizations: [...payment.authorizations.map((each) => ({ ...each, isClosed: true })), opened(operation, answer)],
    },
    'renewed',
    payment.capturedMinor > 0n ? 'PARTIALLY_CAPTURED' : 'AUTHORIZED',
  )
  let step = withEntry(unchanged(next), { operation: operation.id, from: 'authorized', to: 'customer', amountMinor: replacedMinor })
  step = withEntry(step, { operation: operation.id, from: 'customer', to: 'authorized', amountMinor: operation.amountMinor })
  for (const old of payment.authorizations) {
    const isRunning = restOf(old) > 0n && (old.expiresAt === null || old.expiresAt > context.now)
    if (isRunning) step = call(step, { kind: 'void', amountMinor: restOf(old), authorization: old.reference }, context)
  }
  return withFact(step, { kind: 'payment-authorized', amountMinor: operation.amountMinor, expiresAt: answer.expiresAt })
}

function captured(payment: Payment, operation: Operation): PaymentStep {
  const authorizations = payment.authorizations.map((each) =>
    each.reference === operation.authorization ? { ...each, capturedMinor: each.capturedMinor + operation.amountMinor } : each,
  )
  const taken = { ...payment, capturedMinor: payment.capturedMinor + operation.amountMinor, authorizations }
  const isFull = taken.capturedMinor === taken.authorizedMinor
  const next = isFull ? become(taken, 'captured-in-full', 'CAPTURED') : become(taken, 'captured-in-part', 'PARTIALLY_CAPTURED')
  const step = withEntry(unchanged(next), { operation: operation.id, from: 'authorized', to: 'captured', amountMinor: operation.amountMinor })
  return withFact(step, { kind: 'payment-captured', operation: operation.id, fulfillment: operation.fulfillment, amountMinor: operation.amountMinor })
}

function voided(payment: Payment, operation: Operation): PaymentStep {
  const authorization = payment.authorizations.find(({ reference }) => reference === operation.authorization)
  // replaced by a newer one: its rest left our books when that came
  if (!authorization || authorization.isClosed) return unchanged(payment)
  const restMinor = restOf(authorization)
  const closed = { ...payment, authorizations: payment.authorizations.map((each) => (each === authorization ? { ...each, isClosed: true } : each)) }
  const isLast = closed.authorizations.every(({ isClosed }) => isClosed)
  const next = !isLast ? closed : closed.capturedMinor > 0n ? become(closed, 'rest-given-back', 'CAPTURED') : become(closed, 'given-back', 'VOIDED')
  const step = withEntry(unchanged(next), { operation: operation.id, from: 'authorized', to: 'customer', amountMinor: restMinor })
  return withFact(step, { kind: 'payment-voided', amountMinor: restMinor })
}

function refunded(payment: Payment, operation: Operation): PaymentStep {
  const { amountMinor } = operation
  const refund = payment.refunds.find(({ id }) => id === operation.refund)
  const authorizations = payment.authorizations.map((each) =>
    each.reference === operation.authorization ? { ...each, refundedMinor: each.refundedMinor + amountMinor } : each,
  )
  const paid = { ...payment, refundedMinor: payment.refundedMinor + amountMinor, authorizations }
  const next = refund ? replaceRefund(paid, { ...refund, refundedMinor: refund.refundedMinor + amountMinor }) : paid
  const step = withEntry(unchanged(next), { operation: operation.id, from: 'captured', to: 'customer', amountMinor })
  return finishRefund(step, operation.refund ?? '')
}

const expiredBy = (payment: Payment, now: Date): Payment => {
  const isExpired = payment.authorizations.every(({ expiresAt, isClosed }) => isClosed || (expiresAt !== null && expiresAt <= now))
  const mayExpire = payment.status === 'AUTHORIZED' || payment.status === 'PARTIALLY_CAPTURED'
  return isExpired && mayExpire ? become(payment, 'expired', 'AUTHORIZATION_EXPIRED') : payment
}
