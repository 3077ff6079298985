import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The customer answered; the words themselves stay in after-sales, because people write names. */
export const FeedbackReceived = event({
  topic: topics.afterSales,
  fact: 'feedback-received',
  version: 1,
  meaning: 'The customer answered; the words themselves stay in after-sales, because people write names.',
  payload: Type.Object({
    order: Uuid,
    feedback: Uuid,
    shipment: Uuid,
    csat: Type.Integer({ minimum: 1, maximum: 5 }),
    nps: Type.Union([Type.Integer({ minimum: 0, maximum: 10 }), Type.Null()]),
    causes: Type.Array(Code),
    carrier: Code,
    products: Type.Array(Code),
    withText: Type.Boolean(),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    feedback: '01938b1e-7c00-7000-8000-000000000006',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    csat: 4,
    nps: 9,
    causes: ['packaging'],
    carrier: 'roadrunner',
    products: ['P-100'],
    withText: true,
  },
})
export type FeedbackReceived = PayloadOf<typeof FeedbackReceived>
