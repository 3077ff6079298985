import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Instant, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The customer's way to pay was refused; another one can be given until the window ends. */
export const PaymentDeclined = event({
  topic: topics.payment,
  fact: 'payment-declined',
  version: 1,
  meaning: 'The customer\'s way to pay was refused; another one can be given until the window ends.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    reason: Words,
    until: Instant,
    final: Type.Boolean(),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    reason: 'insufficient-funds',
    until: '2026-11-30T10:00:00Z',
    final: false,
  },
})
export type PaymentDeclined = PayloadOf<typeof PaymentDeclined>
