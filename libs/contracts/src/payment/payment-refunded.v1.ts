import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Currency, LineUnits, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Money went back to the customer. */
export const PaymentRefunded = event({
  topic: topics.payment,
  fact: 'payment-refunded',
  version: 1,
  meaning: 'Money went back to the customer.',
  payload: Type.Object({
    order: Uuid,
    payment: Uuid,
    refund: Uuid,
    return: Type.Union([Uuid, Type.Null()]),
    amountMinor: Minor,
    currency: Currency,
    units: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    payment: '01938b1e-7c00-7000-8000-000000000004',
    refund: '01938b1e-7c00-7000-8000-000000000006',
    return: '01938b1e-7c00-7000-8000-000000000005',
    amountMinor: 1151,
    currency: 'EUR',
    units: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }],
  },
})
export type PaymentRefunded = PayloadOf<typeof PaymentRefunded>
