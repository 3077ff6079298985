import type { ShipmentId } from '@waybill/kernel'
import { decided, type Decision } from '../care/facts.js'
import type { OrderCare } from '../care/order-care.js'
import { daysLater } from '../returns/request-return.js'
import type { Feedback, FeedbackAnswer } from './feedback.js'

/** Days an answer is taken. */
const ANSWER_DAYS = 30

const replace = (care: OrderCare, changed: Feedback): OrderCare => ({ ...care, feedbacks: [...care.feedbacks.filter(({ id }) => id !== changed.id), changed] })

/** A shipment arrived: the customer is asked once how it went. */
export function askFeedback(care: OrderCare, { shipment, feedback }: { readonly shipment: ShipmentId; readonly feedback: string }, now: Date): Decision {
  if (care.feedbacks.some((each) => each.shipment === shipment)) return decided(care, null)
  const answerUntil = daysLater(now, ANSWER_DAYS)
  return decided(replace(care, { id: feedback, shipment, status: 'requested', answerUntil: answerUntil.toISOString(), answer: null }), null, {
    facts: [{ fact: 'feedback-requested', feedback, shipment, answerUntil }],
    wakes: [{ kind: 'feedback-closing', subject: feedback, dueAt: answerUntil }],
  })
}

export type FeedbackOutcome = { readonly status: 'received' } | { readonly status: 'refused'; readonly code: 'feedback-not-found' | 'feedback-closed' | 'feedback-already-received' }

/** The customer answers. One answer a question. */
export function answerFeedback(care: OrderCare, { feedback, answer }: { readonly feedback: string; readonly answer: FeedbackAnswer }): Decision<FeedbackOutcome> {
  const text = care.isForgotten ? '' : answer.text
  const asked = care.feedbacks.find(({ id }) => id === feedback)
  if (!asked) return decided(care, { status: 'refused', code: 'feedback-not-found' })
  if (asked.status !== 'requested') return decided(care, { status: 'refused', code: asked.status === 'closed' ? 'feedback-closed' : 'feedback-already-received' })
  return decided(replace(care, { ...asked, status: 'received', answer: { ...answer, text } }), { status: 'received' }, {
    facts: [
      {
        fact: 'feedback-received',
        feedback,
        shipment: asked.shipment,
        csat: answer.csat,
        nps: answer.nps,
        causes: answer.causes,
        carrier: shipmentOf(care, asked.shipment)?.carrier ?? 'unknown',
        products: productsOf(care, asked.shipment),
        withText: text !== '',
      },
    ],
    wakes: [{ kind: 'feedback-closing', subject: feedback, dueAt: null }],
  })
}

/** No answer came in time. */
export function closeFeedback(care: OrderCare, { feedback }: { readonly feedback: string }): Decision {
  const asked = care.feedbacks.find(({ id }) => id === feedback)
  return asked?.status === 'requested' ? decided(replace(care, { ...asked, status: 'closed' }), null) : decided(care, null)
}

const shipmentOf = (care: OrderCare, id: ShipmentId) => care.shipments.find(({ shipment }) => shipment === id)

/** The products of a shipment, as ordered, so that an answer can be joined to them. */
export const productsOf = (care: OrderCare, id: ShipmentId): string[] => [
  ...new Set((shipmentOf(care, id)?.lines ?? []).flatMap(({ line }) => care.placed?.lines.find((each) => each.line === line)?.product ?? [])),
]

/** The packages of a shipment. */
export const packagesOf = (care: OrderCare, id: ShipmentId): string[] => {
  const fulfillment = shipmentOf(care, id)?.fulfillment
  return care.packages.filter((each) => each.fulfillment === fulfillment).map(({ sscc }) => sscc)
}
