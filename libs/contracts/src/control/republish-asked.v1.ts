import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code } from '../shapes.js'
import { topics } from '../topics.js'

/** A reader misses facts of a subject; the owner publishes them again. */
export const RepublishAsked = event({
  topic: topics.control,
  fact: 'republish-asked',
  version: 1,
  meaning: 'A reader misses facts of a subject; the owner publishes them again.',
  payload: Type.Object({
    service: Code,
    topic: Code,
    subject: Code,
    from: Type.Integer({ minimum: 1 }),
  }),
  example: {
    service: 'inventory',
    topic: 'oms.reservation.v1',
    subject: '01938b1e-7c00-7000-8000-000000000001',
    from: 3,
  },
})
export type RepublishAsked = PayloadOf<typeof RepublishAsked>
