import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Minor, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The provider would not give the money back, however often it was asked; a person must. */
export const RefundFailed = event({
  topic: topics.payment,
  fact: 'refund-failed',
  version: 1,
  meaning: 'The provider would not give the money back, however often it was asked; a person must.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    refund: Uuid,
    return: Type.Union([Uuid, Type.Null()]),
    amountMinor: Minor,
    currency: Currency,
    reason: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    refund: '01938b1e-7c00-7000-8000-000000000006',
    return: '01938b1e-7c00-7000-8000-000000000005',
    amountMinor: 1151,
    currency: 'EUR',
    reason: 'account-closed',
  },
})
export type RefundFailed = PayloadOf<typeof RefundFailed>
