import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { GrantedLine, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** These units are no longer kept for the order at that location. */
export const StockReleased = event({
  topic: topics.reservation,
  fact: 'stock-released',
  version: 1,
  meaning: 'These units are no longer kept for the order at that location.',
  payload: Type.Object({
    order: Uuid,
    lines: Type.Array(GrantedLine),
    reason: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 2, location: 'BER', grant: 1 }],
    reason: 'order-expired',
  },
})
export type StockReleased = PayloadOf<typeof StockReleased>
