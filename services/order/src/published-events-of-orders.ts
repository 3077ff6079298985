import {
  CaptureFailed,
  ChannelRefundDue,
  FulfillmentRequested,
  HoldApplied,
  HoldLifted,
  OrderCancelled,
  OrderCompleted,
  OrderConfirmed,
  OrderExpired,
  OrderPlaced,
  PaymentAuthorized,
  PaymentCaptured,
  PaymentDeclined,
  PaymentRefunded,
  PaymentVoided,
  PromiseChanged,
  RefundFailed,
} from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { OrderFile } from './order-process/advance.js'
import type { Told } from './order-process/facts.js'
import type { OrderTerms } from './orders/order-terms.js'
import type { UnitSet } from './orders/unit-set.js'
import type { PaymentFact } from './payments/payment-facts.js'

/** Longest text of a message. */
const WORDS_MAX = 500
const words = (text: string): string => text.slice(0, WORDS_MAX)

const ranges = (units: UnitSet) => units.map(({ from, to }) => ({ from, to }))
const lineUnits = (lines: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]) => lines.map(({ line, unitNumbers }) => ({ line, unitNumbers: ranges(unitNumbers) }))

/** Everything frozen about a new order, without a word about the customer. */
export function publishPlaced(tx: Tx, terms: OrderTerms, paidBy: 'provider' | 'channel', cause: Cause): void {
  tx.publish(OrderPlaced, {
    ...about(terms, cause),
    payload: {
      order: terms.order,
      channel: terms.channel,
      reference: terms.reference,
      brand: terms.brand,
      placedAt: terms.placedAt.toISOString(),
      currency: terms.currency,
      ...destination(terms),
      priority: terms.priority,
      paidBy,
      orderedLines: terms.orderedLines.map(({ line, product, description, category, units, money }) => ({
        line,
        product,
        description: words(description),
        category,
        units,
        money: money.map((run) => ({ units: run.units, ...amounts(run) })),
      })),
      stockedLines: terms.stockedLines.map(({ line, stockedLine, product, units, perParent, valueMinor }) => ({
        line,
        stockedLine,
        product,
        units,
        perParent,
        valueMinor: Number(valueMinor),
      })),
      totals: { ...amounts(terms.totals), totalMinor: Number(terms.totals.totalMinor) },
    },
  })
}

const about = (terms: OrderTerms, cause: Cause) => ({ subject: terms.order, key: terms.order, cause, correlationId: terms.order })

const destination = ({ country, region, postalPrefix, preference, forbiddenModes }: OrderTerms) => ({
  country,
  region,
  postalPrefix,
  preference,
  forbiddenModes: [...forbiddenModes],
})

const amounts = (money: Omit<OrderTerms['totals'], 'totalMinor'>) => ({
  netMinor: Number(money.netMinor),
  taxMinor: Number(money.taxMinor),
  discountMinor: Number(money.discountMinor),
  shippingMinor: Number(money.shippingMinor),
  shippingTaxMinor: Number(money.shippingTaxMinor),
})

/** What an order's process tells the others. */
export function publishTold(tx: Tx, { terms, payment }: OrderFile, told: Told, cause: Cause): void {
  const order = terms.order
  const to = about(terms, cause)
  const productOf = (line: number) => {
    const ordered = terms.orderedLines.find((each) => each.line === line)
    return { product: ordered?.product ?? '', description: words(ordered?.description ?? '') }
  }
  switch (told.tell) {
    case 'order-confirmed': {
      const lines = told.lines.map(({ line, promises }) => ({
        line,
        ...productOf(line),
        units: terms.orderedLines.find((each) => each.line === line)?.units ?? 0,
        promises: promises.map(({ units, backordered, availableOn, window }) => ({ units, backordered, availableOn, window: { ...window } })),
      }))
      return tx.publish(OrderConfirmed, { ...to, payload: { order, totalMinor: Number(terms.totals.totalMinor), currency: terms.currency, lines } })
    }
    case 'fulfillment-requested': {
      const lines = told.lines.map(({ line, unitNumbers, stocked }) => ({
        line,
        unitNumbers: ranges(unitNumbers),
        stocked: stocked.map((each) => ({ ...each, valueMinor: Number(each.valueMinor) })),
      }))
      const { fulfillment, location, promise } = told
      const { priority, currency } = terms
      return tx.publish(FulfillmentRequested, {
        ...to,
        payload: { order, fulfillment, location, ...destination(terms), priority, currency, promise: { ...promise }, lines },
      })
    }
    case 'promise-changed': {
      const { line, units, old, new: next, availableOn, reason } = told.move
      return tx.publish(PromiseChanged, {
        ...to,
        payload: { order, line, ...productOf(line), units, old: { ...old }, new: { ...next }, availableOn, reason: words(reason) },
      })
    }
    case 'order-cancelled':
      return tx.publish(OrderCancelled, { ...to, payload: { order, why: words(told.why) } })
    case 'order-expired':
      return tx.publish(OrderExpired, { ...to, payload: { order, why: words(told.why) } })
    case 'order-completed': {
      const { deliveredUnits, cancelledUnits, lostUnits } = told
      return tx.publish(OrderCompleted, { ...to, payload: { order, deliveredUnits, cancelledUnits, lostUnits } })
    }
    case 'hold-applied':
      return tx.publish(HoldApplied, {
        ...to,
        payload: { order, hold: 'payment', blocks: ['request-fulfillment', 'hand-over'], why: words(told.why), dueAt: told.dueAt },
      })
    case 'hold-lifted':
      return tx.publish(HoldLifted, { ...to, payload: { order, hold: 'payment', why: words(told.why) } })
    case 'payment-declined': {
      const { reason, until, isFinal } = told
      return tx.publish(PaymentDeclined, { ...to, subject: payment.id, payload: { order, payment: payment.id, reason: words(reason), until, final: isFinal } })
    }
    case 'payment':
      return publishPayment(tx, { terms, payment }, told.fact, cause)
    default:
      return told satisfies never
  }
}

function publishPayment(tx: Tx, { terms, payment: { id: payment, currency } }: Pick<OrderFile, 'terms' | 'payment'>, fact: PaymentFact, cause: Cause): void {
  const { order } = terms
  const to = { ...about(terms, cause), subject: payment }
  switch (fact.kind) {
    case 'payment-authorized':
      return tx.publish(PaymentAuthorized, {
        ...to,
        payload: { order, payment, amountMinor: Number(fact.amountMinor), currency, expiresAt: fact.expiresAt?.toISOString() ?? null },
      })
    case 'payment-captured': {
      const { operation, fulfillment } = fact
      return tx.publish(PaymentCaptured, { ...to, payload: { order, payment, operation, fulfillment, amountMinor: Number(fact.amountMinor), currency } })
    }
    case 'capture-failed': {
      const { operation, fulfillment, tries } = fact
      return tx.publish(CaptureFailed, {
        ...to,
        payload: { order, payment, operation, fulfillment, amountMinor: Number(fact.amountMinor), currency, reason: words(fact.reason), tries },
      })
    }
    case 'payment-voided':
      return tx.publish(PaymentVoided, { ...to, payload: { order, payment, amountMinor: Number(fact.amountMinor), currency } })
    case 'payment-refunded': {
      const { refund, returnId, units } = fact
      return tx.publish(PaymentRefunded, {
        ...to,
        payload: { order, payment, refund, return: returnId, amountMinor: Number(fact.amountMinor), currency, units: lineUnits(units) },
      })
    }
    case 'refund-failed': {
      const { refund, returnId, reason } = fact
      return tx.publish(RefundFailed, {
        ...to,
        payload: { order, payment, refund, return: returnId, amountMinor: Number(fact.amountMinor), currency, reason: words(reason) },
      })
    }
    case 'channel-refund-due': {
      const { channel, reference } = terms
      const key = `${channel}:${reference}`
      const { refund, returnId, units } = fact
      return tx.publish(ChannelRefundDue, {
        ...to,
        subject: key,
        key,
        payload: { channel, reference, order, refund, return: returnId, amountMinor: Number(fact.amountMinor), currency, units: lineUnits(units) },
      })
    }
    // told by the process with what follows from them
    case 'payment-declined':
    case 'authorization-lost':
      return
    default:
      return fact satisfies never
  }
}
