import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The order cannot be served at all, now or later. */
export const ReservationRefused = event({
  topic: topics.reservation,
  fact: 'reservation-refused',
  version: 1,
  meaning: 'The order cannot be served at all, now or later.',
  payload: Type.Object({
    order: Uuid,
    why: Words,
    lines: Type.Array(Type.Object({ line: Line, product: Code, why: Words })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    why: 'no-lane',
    lines: [{ line: 1, product: 'P-100', why: 'no location sends to this country' }],
  },
})
export type ReservationRefused = PayloadOf<typeof ReservationRefused>
