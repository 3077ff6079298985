import { decimal, roundToMinor } from '@waybill/kernel'
import { addMoney, moneyOfUnits, noMoney } from '../orders/unit-money.js'
import type { OrderTerms } from '../orders/order-terms.js'
import { allUnits, countUnits, intersection, minus, union, type UnitSet } from '../orders/unit-set.js'
import type { PaymentStep } from './payment-facts.js'
import { and, call, unchanged, withEntry, withFact, type PaymentContext } from './payment-step.js'
import { openOperations, type Payment, type Refund } from './payment.js'

/** A deduction: the larger of a fixed amount and a percentage of the net, at most the net. Zero fields: none. */
export interface RefundFee {
  readonly fixedMinor: bigint
  readonly percent: number
}

/** What a return asks back. Source: oms.after-sales.v1 RefundRequested. */
export interface RefundRequest {
  readonly returnId: string | null
  readonly lines: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]
  readonly fees: readonly RefundFee[]
  readonly refundShipping: boolean
}

/**
 * Gives the frozen money of the named units back: net and tax, the share of shipping by the flag, less the fees.
 * A unit is refunded at most once, and all refunds together give back no more than was captured. Source: domain D12.
 */
export function refund(payment: Payment, request: RefundRequest, terms: OrderTerms, context: PaymentContext): PaymentStep {
  const id = context.newId()
  const units = freshUnits(payment, request, terms)
  if (units.length === 0) {
    return withFact(unchanged(payment), {
      kind: 'refund-failed',
      refund: id,
      returnId: request.returnId,
      amountMinor: 0n,
      reason: 'already-refunded',
    })
  }
  const { dueMinor, feesMinor } = refundDue(units, request, terms)
  const asked: Refund = {
    id,
    returnId: request.returnId,
    units,
    dueMinor,
    feesMinor,
    amountMinor: 0n,
    refundedMinor: 0n,
    status: 'waiting',
  }
  const kept: Payment = {
    ...payment,
    refunds: [...payment.refunds, asked],
    refundedUnits: terms.orderedLines.flatMap(({ line }) => {
      const all = union(unitsOf(payment.refundedUnits, line), unitsOf(units, line))
      return countUnits(all) > 0 ? [{ line, unitNumbers: all }] : []
    }),
  }
  return startRefunds(unchanged(kept), context)
}

/** Starts the refunds that wait, once their units have left and no capture is open: only then is known what can be given back. */
export function startRefunds(step: PaymentStep, context: PaymentContext): PaymentStep {
  if (openOperations(step.payment).some(({ kind }) => kind === 'capture')) return step
  return step.payment.refunds
    .filter(({ status }) => status === 'waiting')
    .reduce((done, each) => {
      const when = context.refundable(each.units)
      return when === 'later' ? done : and(done, (payment) => (when === 'now' ? start(payment, each, context) : refuse(payment, each)))
    }, step)
}

/** Nothing was charged for units that never left. */
const refuse = (payment: Payment, refund: Refund): PaymentStep =>
  withFact(unchanged(replaceRefund(payment, { ...refund, status: 'failed' })), { kind: 'refund-failed', refund: refund.id, returnId: refund.returnId, amountMinor: 0n, reason: 'not-shipped' })

/** A person wants a failed refund tried again. */
export const retryRefund = (payment: Payment, id: string, context: PaymentContext): PaymentStep =>
  startRefunds(
    unchanged({ ...payment, refunds: payment.refunds.map((each) => (each.id === id && each.status === 'failed' ? { ...each, status: 'waiting' } : each)) }),
    context,
  )

function start(payment: Payment, waiting: Refund, context: PaymentContext): PaymentStep {
  const promisedMinor = payment.refunds
    .filter(({ status }) => status === 'open')
    .reduce((sum, { amountMinor, refundedMinor }) => sum + amountMinor - refundedMinor, 0n)
  const leftMinor = payment.capturedMinor - payment.refundedMinor - promisedMinor
  const openMinor = min(waiting.dueMinor - waiting.refundedMinor, leftMinor)
  const amountMinor = waiting.refundedMinor + openMinor
  const refund: Refund = { ...waiting, amountMinor, status: 'open' }
  const begun = unchanged(replaceRefund(payment, refund))
  if (payment.kind === 'channel') {
    const paid = unchanged(replaceRefund({ ...payment, refundedMinor: payment.refundedMinor + openMinor }, { ...refund, refundedMinor: amountMinor, status: 'succeeded' }))
    return withFact(withEntry(paid, { operation: refund.id, from: 'captured', to: 'customer', amountMinor: openMinor }), {
      kind: 'channel-refund-due',
      refund: refund.id,
      returnId: refund.returnId,
      amountMinor,
      units: refund.units,
    })
  }
  if (openMinor === 0n) return finishRefund(begun, refund.id)
  let left = openMinor
  return payment.authorizations.reduce((step, authorization) => {
    const pending = openOperations(step.payment)
      .filter(({ kind, authorization: used }) => kind === 'refund' && used === authorization.reference)
      .reduce((sum, each) => sum + each.amountMinor, 0n)
    const part = min(left, authorization.capturedMinor - authorization.refundedMinor - pending)
    left -= part
    return part > 0n ? call(step, { kind: 'refund', amountMinor: part, authorization: authorization.reference, refund: refund.id }, context) : step
  }, begun)
}

/** Tells the refund's end once all its calls are answered. */
export function finishRefund(step: PaymentStep, id: string): PaymentStep {
  const refund = step.payment.refunds.find((each) => each.id === id)
  if (refund?.status !== 'open' || openOperations(step.payment).some((operation) => operation.refund === id)) return step
  const isWhole = refund.refundedMinor === refund.amountMinor
  const failed = step.payment.operations.findLast((operation) => operation.refund === id && operation.status === 'failed')
  const ended = { ...step, payment: replaceRefund(step.payment, { ...refund, status: isWhole ? 'succeeded' : 'failed' }) }
  return withFact(
    ended,
    isWhole
      ? { kind: 'payment-refunded', refund: id, returnId: refund.returnId, amountMinor: refund.amountMinor, units: refund.units }
      : {
          kind: 'refund-failed',
          refund: id,
          returnId: refund.returnId,
          amountMinor: refund.amountMinor - refund.refundedMinor,
          reason: failed?.reason ?? 'not refunded',
        },
  )
}

export const replaceRefund = (payment: Payment, refund: Refund): Payment => ({
  ...payment,
  refunds: payment.refunds.map((each) => (each.id === refund.id ? refund : each)),
})

const unitsOf = (named: Payment['refundedUnits'], line: number): UnitSet =>
  union(...named.filter((each) => each.line === line).map(({ unitNumbers }) => unitNumbers))

const freshUnits = (payment: Payment, request: RefundRequest, terms: OrderTerms): Refund['units'] =>
  terms.orderedLines.flatMap(({ line, units }) => {
    const asked = intersection(allUnits(units), unitsOf(request.lines, line))
    const fresh = minus(asked, unitsOf(payment.refundedUnits, line))
    return countUnits(fresh) > 0 ? [{ line, unitNumbers: fresh }] : []
  })

/** The amount before the cap, and what the fees took. Unit: minor units. */
export function refundDue(
  units: Refund['units'],
  { fees, refundShipping }: Pick<RefundRequest, 'fees' | 'refundShipping'>,
  terms: OrderTerms,
): { readonly dueMinor: bigint; readonly feesMinor: bigint } {
  const money = units.reduce((sum, { line, unitNumbers }) => {
    const ordered = terms.orderedLines.find((each) => each.line === line)
    return ordered ? addMoney(sum, moneyOfUnits(ordered, unitNumbers)) : sum
  }, noMoney)
  const feesMinor = fees.reduce((sum, fee) => min(money.netMinor, sum + feeOf(fee, money.netMinor)), 0n)
  const shippingMinor = refundShipping ? money.shippingMinor + money.shippingTaxMinor : 0n
  return { dueMinor: money.netMinor + money.taxMinor + shippingMinor - feesMinor, feesMinor }
}

/** min(net, max(fixed, percent x net)). Source: domain D12. */
const feeOf = ({ fixedMinor, percent }: RefundFee, netMinor: bigint): bigint => {
  const share = roundToMinor(decimal(percent).times(netMinor.toString()).div(100))
  return min(netMinor, share > fixedMinor ? share : fixedMinor)
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)
