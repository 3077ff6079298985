import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** A picker is on the way through the aisles for this fulfillment. */
export const PickingStarted = event({
  topic: topics.warehouse,
  fact: 'picking-started',
  version: 1,
  meaning: 'A picker is on the way through the aisles for this fulfillment.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    wave: Uuid,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    wave: '01938b1e-7c00-7000-8000-000000000006',
  },
})
export type PickingStarted = PayloadOf<typeof PickingStarted>
