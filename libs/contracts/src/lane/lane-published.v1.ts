import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Handling, Mode, TransitDays } from '../shapes.js'
import { topics } from '../topics.js'

/** Which services go from a location to a country (`*`: any other), how long they take, and what they refuse; the latest version. */
export const LanePublished = event({
  topic: topics.lane,
  fact: 'lane-published',
  version: 1,
  meaning: 'Which services go from a location to a country (`*`: any other), how long they take, and what they refuse; the latest version.',
  payload: Type.Object({
    location: Code,
    country: Type.String({ pattern: '^([A-Z]{2}|\\*)$' }),
    version: Type.Integer({ minimum: 1 }),
    services: Type.Array(Type.Object({ carrier: Code, service: Code, mode: Mode, transitDays: TransitDays, refusedHandling: Type.Array(Handling), cutOff: Type.String() })),
  }),
  example: {
    location: 'BER',
    country: 'DE',
    version: 1,
    services: [{ carrier: 'roadrunner', service: 'parcel', mode: 'road', transitDays: { p50: 1, p90: 2, p95: 3 }, refusedHandling: ['frozen'], cutOff: '16:00' }],
  },
})
export type LanePublished = PayloadOf<typeof LanePublished>
