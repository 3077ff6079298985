import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Currency, Minor, Reference, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The order is ours: priced, kept, and on its way. The same order sent again is answered with the same id. */
export const OrderAccepted = event({
  topic: topics.channelReplies,
  fact: 'order-accepted',
  version: 1,
  meaning: 'The order is ours: priced, kept, and on its way. The same order sent again is answered with the same id.',
  payload: Type.Object({
    channel: Code,
    reference: Reference,
    order: Uuid,
    totalMinor: Minor,
    currency: Currency,
    alreadyAccepted: Type.Boolean(),
  }),
  example: {
    channel: 'web-eu',
    reference: 'W-1001',
    order: '01938b1e-7c00-7000-8000-000000000001',
    totalMinor: 2900,
    currency: 'EUR',
    alreadyAccepted: false,
  },
})
export type OrderAccepted = PayloadOf<typeof OrderAccepted>
