import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** No payment came within the payment window; the order ended and its stock is given back. */
export const OrderExpired = event({
  topic: topics.order,
  fact: 'order-expired',
  version: 1,
  meaning: 'No payment came within the payment window; the order ended and its stock is given back.',
  payload: Type.Object({
    order: Uuid,
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    why: 'payment-window-ended',
  },
})
export type OrderExpired = PayloadOf<typeof OrderExpired>
