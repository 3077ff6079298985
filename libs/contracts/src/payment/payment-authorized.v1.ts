import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Instant, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The provider keeps this amount for us until it expires; the customer is not charged yet. */
export const PaymentAuthorized = event({
  topic: topics.payment,
  fact: 'payment-authorized',
  version: 1,
  meaning: 'The provider keeps this amount for us until it expires; the customer is not charged yet.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    amountMinor: Minor,
    currency: Currency,
    expiresAt: Type.Union([Instant, Type.Null()]),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    amountMinor: 3451,
    currency: 'EUR',
    expiresAt: '2026-11-30T10:00:00Z',
  },
})
export type PaymentAuthorized = PayloadOf<typeof PaymentAuthorized>
