import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The customer's details must be forgotten by every holder. */
export const DeliveryDetailsErased = event({
  topic: topics.delivery,
  fact: 'delivery-details-erased',
  version: 1,
  meaning: 'The customer\'s details must be forgotten by every holder.',
  payload: Type.Object({
    order: Uuid,
    reason: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    reason: 'asked by the customer',
  },
})
export type DeliveryDetailsErased = PayloadOf<typeof DeliveryDetailsErased>
