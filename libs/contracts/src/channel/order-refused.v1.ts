import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Reference, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The order is not taken; code and pointer say what to correct. Nothing was kept but the message and this answer. */
export const OrderRefused = event({
  topic: topics.channelReplies,
  fact: 'order-refused',
  version: 1,
  meaning: 'The order is not taken; code and pointer say what to correct. Nothing was kept but the message and this answer.',
  payload: Type.Object({
    channel: Code,
    reference: Reference,
    code: Code,
    pointer: Type.String(),
    detail: Words,
  }),
  example: {
    channel: 'web-eu',
    reference: 'W-1002',
    code: 'unknown-product',
    pointer: '/lines/0/product',
    detail: 'No such product is sold here.',
  },
})
export type OrderRefused = PayloadOf<typeof OrderRefused>
