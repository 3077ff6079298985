import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** All of the order is called off; what was reserved and authorized is given back. */
export const OrderCancelled = event({
  topic: topics.order,
  fact: 'order-cancelled',
  version: 1,
  meaning: 'All of the order is called off; what was reserved and authorized is given back.',
  payload: Type.Object({
    order: Uuid,
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    why: 'no location can send to this country',
  },
})
export type OrderCancelled = PayloadOf<typeof OrderCancelled>
