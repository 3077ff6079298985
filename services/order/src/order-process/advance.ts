import type { OrderTerms } from '../orders/order-terms.js'
import { authorize, giveBack, payAnotherWay, renew } from '../payments/authorize.js'
import { capture } from '../payments/capture.js'
import type { LedgerEntry } from '../payments/ledger.js'
import type { PaymentFact, PaymentStep } from '../payments/payment-facts.js'
import { unchanged, type PaymentLimits } from '../payments/payment-step.js'
import type { Payment } from '../payments/payment.js'
import { refund, retryRefund, startRefunds } from '../payments/refund.js'
import { settle } from '../payments/settle.js'
import type { OrderFact, PaymentInput, ProcessFact, Step } from './facts.js'
import { haveLeft, type NamedUnits } from './fulfillment.js'
import { standingsOf } from './line-standing.js'
import type { OrderProcess, ProcessContext } from './order-process.js'
import { isFinal } from './order-status.js'
import { react } from './react.js'
import { settleTimers } from './waits.js'

/** One order with its money, as it is read under lock and written back. */
export interface OrderFile {
  readonly terms: OrderTerms
  readonly process: OrderProcess
  readonly payment: Payment
}

export type AdvanceContext = Omit<ProcessContext, 'terms' | 'payment'> & { readonly paymentLimits: PaymentLimits }

/** What has to be done besides keeping the file: in this order. */
export type Effect =
  | Extract<Step, { do: 'tell' | 'open-task' | 'close-task' | 'set-timer' | 'cancel-timer' }>
  | { readonly do: 'enter'; readonly entry: LedgerEntry }
  | { readonly do: 'call-provider'; readonly operation: string; readonly dueAt: Date }
  /** A status changed: one row of its history, numbered from 1. */
  | { readonly do: 'record'; readonly of: 'order' | 'payment'; readonly seq: number; readonly from: string; readonly to: string; readonly why: string }

export interface Advanced {
  readonly file: OrderFile
  readonly effects: readonly Effect[]
}

/**
 * Takes one fact all the way: process and payment answer each other until nothing more follows, then the timers are set to the waits.
 * The one entrance for everything that moves an order.
 */
export function advance(file: OrderFile, fact: OrderFact, context: AdvanceContext): Advanced {
  const effects: Effect[] = []
  let { process, payment } = file
  const facts: ProcessFact[] = []
  const contextNow = (): ProcessContext => ({ ...context, terms: file.terms, payment })
  const pay = (step: PaymentStep, why: string): void => {
    if (step.payment.status !== payment.status) {
      effects.push({ do: 'record', of: 'payment', seq: step.payment.steps, from: payment.status, to: step.payment.status, why })
    }
    payment = step.payment
    for (const entry of step.entries) effects.push({ do: 'enter', entry })
    for (const { operation, dueAt } of step.calls) effects.push({ do: 'call-provider', operation, dueAt })
    for (const each of step.facts) {
      // the refusal is told by the process, which knows how long the customer has
      if (each.kind !== 'payment-declined' && isTold(each)) effects.push({ do: 'tell', told: { tell: 'payment', fact: each } })
      facts.push(each)
    }
    facts.push({ kind: 'payment-changed' })
  }
  const refundable = (units: readonly NamedUnits[]): 'now' | 'later' | 'never' => {
    if (payment.kind === 'channel') return 'now'
    if (!haveLeft(process.fulfillments, units)) return isFinal(process.status) ? 'never' : 'later'
    return process.unpaid.length > 0 ? 'later' : 'now'
  }
  const paymentContext = { now: context.now, newId: context.newId, limits: context.paymentLimits, refundable }
  const takeIn = (fact: ProcessFact): void => {
    const reaction = react(process, fact, contextNow())
    if (reaction.process.status !== process.status) {
      effects.push({ do: 'record', of: 'order', seq: reaction.process.steps, from: process.status, to: reaction.process.status, why: fact.kind })
    }
    process = reaction.process
    for (const step of reaction.steps) {
      const paid = order(step, payment, paymentContext)
      if (paid) pay(paid, fact.kind)
      else if (isEffect(step)) effects.push(step)
    }
  }

  if (fact.kind === 'way-to-pay-given') facts.push({ kind: 'payment-asked' })
  if (isPaymentInput(fact)) pay(take(payment, fact, file.terms, paymentContext), fact.kind)
  else facts.push(fact)
  for (;;) {
    for (let next = facts.shift(); next !== undefined; next = facts.shift()) takeIn(next)
    // what has just left, or ended, may be what a refund waited for
    const step = startRefunds(unchanged(payment), paymentContext)
    if (step.payment === payment) break
    pay(step, 'refund-requested')
  }
  const timed = settleTimers(process, standingsOf(file.terms, process), contextNow())
  effects.push(...timed.steps.filter(isEffect))
  return { file: { ...file, process: timed.process, payment }, effects }
}

type PaymentDecisions = Parameters<typeof settle>[3]

/** What is asked of, or said to, the payment from outside. */
function take(payment: Payment, input: PaymentInput, terms: OrderTerms, context: PaymentDecisions): PaymentStep {
  switch (input.kind) {
    case 'provider-answered':
      return settle(payment, input.operation, input.answer, context)
    case 'way-to-pay-given':
      return payAnotherWay(payment, input.token, context)
    case 'refund-requested':
      return refund(payment, input.request, terms, context)
    default:
      return input satisfies never
  }
}

/** What the process orders from the payment; undefined: the step is none of its business. */
function order(step: Step, payment: Payment, context: PaymentDecisions): PaymentStep | undefined {
  switch (step.do) {
    case 'authorize':
      return authorize(payment, context)
    case 'renew':
      return renew(payment, context)
    case 'capture':
      return capture(payment, step.fulfillment, step.amountMinor, context)
    case 'give-back':
      return giveBack(payment, context)
    case 'retry-refund':
      return retryRefund(payment, step.refund, context)
    default:
      return undefined
  }
}

const isPaymentInput = (fact: OrderFact): fact is PaymentInput =>
  fact.kind === 'provider-answered' || fact.kind === 'way-to-pay-given' || fact.kind === 'refund-requested'

const isTold = ({ kind }: PaymentFact): boolean => kind !== 'authorization-lost'

const isEffect = (step: Step): step is Extract<Step, Effect> =>
  step.do === 'tell' || step.do === 'open-task' || step.do === 'close-task' || step.do === 'set-timer' || step.do === 'cancel-timer'

