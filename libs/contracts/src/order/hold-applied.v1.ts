import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Instant, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Named steps of the order must wait until this hold is lifted. */
export const HoldApplied = event({
  topic: topics.order,
  fact: 'hold-applied',
  version: 1,
  meaning: 'Named steps of the order must wait until this hold is lifted.',
  payload: Type.Object({
    order: Uuid,
    hold: Type.Union([Type.Literal('payment')]),
    blocks: Type.Array(Type.Union([Type.Literal('request-fulfillment'), Type.Literal('hand-over')])),
    why: Words,
    dueAt: Instant,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    hold: 'payment',
    blocks: ['request-fulfillment', 'hand-over'],
    why: 'capture failed 5 times',
    dueAt: '2026-11-30T10:00:00Z',
  },
})
export type HoldApplied = PayloadOf<typeof HoldApplied>
