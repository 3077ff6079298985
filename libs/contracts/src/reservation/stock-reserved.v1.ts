import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { GrantedLine, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** These units are kept for the order, each at its location. */
export const StockReserved = event({
  topic: topics.reservation,
  fact: 'stock-reserved',
  version: 1,
  meaning: 'These units are kept for the order, each at its location.',
  payload: Type.Object({
    order: Uuid,
    lines: Type.Array(GrantedLine),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 2, location: 'BER', grant: 1 }],
  },
})
export type StockReserved = PayloadOf<typeof StockReserved>
