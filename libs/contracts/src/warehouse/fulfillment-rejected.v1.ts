import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The location cannot pick this at all. */
export const FulfillmentRejected = event({
  topic: topics.warehouse,
  fact: 'fulfillment-rejected',
  version: 1,
  meaning: 'The location cannot pick this at all.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    why: 'location-closed',
  },
})
export type FulfillmentRejected = PayloadOf<typeof FulfillmentRejected>
