import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** What was authorized and not taken was given back. */
export const PaymentVoided = event({
  topic: topics.payment,
  fact: 'payment-voided',
  version: 1,
  meaning: 'What was authorized and not taken was given back.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    amountMinor: Minor,
    currency: Currency,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    amountMinor: 1149,
    currency: 'EUR',
  },
})
export type PaymentVoided = PayloadOf<typeof PaymentVoided>
