import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Currency, LineUnits, Minor, Reference, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The channel took the money and must give this part back to its customer. */
export const ChannelRefundDue = event({
  topic: topics.channelReplies,
  fact: 'channel-refund-due',
  version: 1,
  meaning: 'The channel took the money and must give this part back to its customer.',
  payload: Type.Object({
    channel: Code,
    reference: Reference,
    order: Uuid,
    refund: Uuid,
    return: Type.Union([Uuid, Type.Null()]),
    amountMinor: Minor,
    currency: Currency,
    units: Type.Array(LineUnits),
  }),
  example: {
    channel: 'market',
    reference: 'M-7',
    order: '01938b1e-7c00-7000-8000-000000000001',
    refund: '01938b1e-7c00-7000-8000-000000000006',
    return: '01938b1e-7c00-7000-8000-000000000005',
    amountMinor: 967,
    currency: 'EUR',
    units: [{ line: 1, unitNumbers: [{ from: 3, to: 3 }] }],
  },
})
export type ChannelRefundDue = PayloadOf<typeof ChannelRefundDue>
