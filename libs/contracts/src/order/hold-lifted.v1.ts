import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The hold is over; the steps go on. */
export const HoldLifted = event({
  topic: topics.order,
  fact: 'hold-lifted',
  version: 1,
  meaning: 'The hold is over; the steps go on.',
  payload: Type.Object({
    order: Uuid,
    hold: Type.Union([Type.Literal('payment')]),
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    hold: 'payment',
    why: 'captured',
  },
})
export type HoldLifted = PayloadOf<typeof HoldLifted>
