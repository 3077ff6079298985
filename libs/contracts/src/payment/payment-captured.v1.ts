import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The frozen money of the units that left was taken. */
export const PaymentCaptured = event({
  topic: topics.payment,
  fact: 'payment-captured',
  version: 1,
  meaning: 'The frozen money of the units that left was taken.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    operation: Uuid,
    fulfillment: Type.Union([Uuid, Type.Null()]),
    amountMinor: Minor,
    currency: Currency,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    operation: '01938b1e-7c00-7000-8000-000000000006',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    amountMinor: 2302,
    currency: 'EUR',
  },
})
export type PaymentCaptured = PayloadOf<typeof PaymentCaptured>
