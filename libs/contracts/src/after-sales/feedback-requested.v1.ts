import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Instant, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The customer is asked how it went. */
export const FeedbackRequested = event({
  topic: topics.afterSales,
  fact: 'feedback-requested',
  version: 1,
  meaning: 'The customer is asked how it went.',
  payload: Type.Object({
    order: Uuid,
    feedback: Uuid,
    shipment: Uuid,
    answerUntil: Instant,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    feedback: '01938b1e-7c00-7000-8000-000000000006',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    answerUntil: '2026-11-30T10:00:00Z',
  },
})
export type FeedbackRequested = PayloadOf<typeof FeedbackRequested>
