import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { GrantedLine, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Supply came; these waiting units are now reserved. */
export const BackorderFilled = event({
  topic: topics.reservation,
  fact: 'backorder-filled',
  version: 1,
  meaning: 'Supply came; these waiting units are now reserved.',
  payload: Type.Object({
    order: Uuid,
    lines: Type.Array(GrantedLine),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 1, location: 'BER', grant: 2 }],
  },
})
export type BackorderFilled = PayloadOf<typeof BackorderFilled>
