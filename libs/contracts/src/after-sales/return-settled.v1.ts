import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The return is over: goods decided on, money back. */
export const ReturnSettled = event({
  topic: topics.afterSales,
  fact: 'return-settled',
  version: 1,
  meaning: 'The return is over: goods decided on, money back.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    refundedMinor: Minor,
    currency: Currency,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    refundedMinor: 1151,
    currency: 'EUR',
  },
})
export type ReturnSettled = PayloadOf<typeof ReturnSettled>
