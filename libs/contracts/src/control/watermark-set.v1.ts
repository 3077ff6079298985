import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code } from '../shapes.js'
import { topics } from '../topics.js'

/** How far a service has published: the last sequence, as it lies on its topic, of every subject told of since the watermark before. */
export const WatermarkSet = event({
  topic: topics.control,
  fact: 'watermark-set',
  version: 1,
  meaning: 'How far a service has published: the last sequence, as it lies on its topic, of every subject told of since the watermark before.',
  payload: Type.Object({
    service: Code,
    /** One for each topic with news; `last[i]` belongs to `subjects[i]`. */
    topics: Type.Array(Type.Object({ topic: Code, subjects: Type.Array(Type.String({ maxLength: 512 })), last: Type.Array(Type.Integer({ minimum: 1 })) })),
  }),
  example: {
    service: 'inventory',
    topics: [{ topic: 'oms.reservation.v1', subjects: ['01938b1e-7c00-7000-8000-000000000001'], last: [3] }],
  },
})
export type WatermarkSet = PayloadOf<typeof WatermarkSet>
