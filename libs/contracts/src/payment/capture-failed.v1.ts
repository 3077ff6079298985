import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Minor, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The provider would not give what the shipped units cost, however often it was asked. */
export const CaptureFailed = event({
  topic: topics.payment,
  fact: 'capture-failed',
  version: 1,
  meaning: 'The provider would not give what the shipped units cost, however often it was asked.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    operation: Uuid,
    fulfillment: Type.Union([Uuid, Type.Null()]),
    amountMinor: Minor,
    currency: Currency,
    reason: Words,
    tries: Type.Integer({ minimum: 1 }),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    operation: '01938b1e-7c00-7000-8000-000000000006',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    amountMinor: 2302,
    currency: 'EUR',
    reason: 'card-blocked',
    tries: 5,
  },
})
export type CaptureFailed = PayloadOf<typeof CaptureFailed>
