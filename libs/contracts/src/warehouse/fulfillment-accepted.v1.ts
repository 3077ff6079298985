import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The location will pick and pack this. */
export const FulfillmentAccepted = event({
  topic: topics.warehouse,
  fact: 'fulfillment-accepted',
  version: 1,
  meaning: 'The location will pick and pack this.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
  },
})
export type FulfillmentAccepted = PayloadOf<typeof FulfillmentAccepted>
