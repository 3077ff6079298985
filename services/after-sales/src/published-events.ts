import {
  FeedbackReceived, FeedbackRequested, RefundRequested, ReturnApproved, ReturnDispositioned, ReturnReceived, ReturnRejected, ReturnRequested, ReturnSettled,
} from '@waybill/contracts'
import type { Cause, OrderId, UnitRange } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Fact } from './care/facts.js'

/** Everything after-sales tells the others: business fact to versioned message. */
export function publish(tx: Tx, order: OrderId, fact: Fact, cause: Cause): void {
  const about = (subject: string) => ({ subject, key: order, cause, correlationId: order })
  switch (fact.fact) {
    case 'feedback-requested':
      return tx.publish(FeedbackRequested, { ...about(fact.feedback), payload: { order, feedback: fact.feedback, shipment: fact.shipment, answerUntil: fact.answerUntil.toISOString() } })
    case 'feedback-received':
      return tx.publish(FeedbackReceived, {
        ...about(fact.feedback),
        payload: {
          order, feedback: fact.feedback, shipment: fact.shipment, csat: fact.csat, nps: fact.nps, causes: [...fact.causes], carrier: fact.carrier, products: [...fact.products], withText: fact.withText,
        },
      })
    case 'return-requested':
      return tx.publish(ReturnRequested, { ...about(fact.return), payload: { order, return: fact.return, by: fact.by, lines: fact.lines.map((line) => ({ ...units(line), reason: line.reason })) } })
    case 'return-approved':
      return tx.publish(ReturnApproved, {
        ...about(fact.return),
        payload: { order, return: fact.return, policy: fact.policy, sendBackUntil: fact.sendBackUntil, location: fact.location, lines: fact.lines.map(units) },
      })
    case 'return-rejected':
      return tx.publish(ReturnRejected, { ...about(fact.return), payload: { order, return: fact.return, rule: fact.rule, why: fact.why } })
    case 'return-received':
      return tx.publish(ReturnReceived, { ...about(fact.return), payload: { order, return: fact.return, location: fact.location, lines: fact.lines.map(units) } })
    case 'return-dispositioned':
      return tx.publish(ReturnDispositioned, {
        ...about(fact.return),
        payload: {
          order,
          return: fact.return,
          location: fact.location,
          lines: fact.lines.map((line) => ({ ...units(line), disposition: line.disposition, stocked: line.stocked.map((each) => ({ ...each })) })),
        },
      })
    case 'refund-requested':
      return tx.publish(RefundRequested, {
        ...about(fact.return),
        payload: { order, return: fact.return, lines: fact.lines.map(units), fees: fact.fees.map((fee) => ({ ...fee })), refundShipping: fact.refundShipping },
      })
    case 'return-settled':
      return tx.publish(ReturnSettled, { ...about(fact.return), payload: { order, return: fact.return, refundedMinor: fact.refundedMinor, currency: fact.currency } })
    default:
      fact satisfies never
  }
}

const units = ({ line, unitNumbers }: { readonly line: number; readonly unitNumbers: readonly UnitRange[] }) => ({ line, unitNumbers: unitNumbers.map((range) => ({ ...range })) })
