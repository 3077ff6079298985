import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, StockedLine, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** These units have left the house with their fulfillment. */
export const StockConsumed = event({
  topic: topics.reservation,
  fact: 'stock-consumed',
  version: 1,
  meaning: 'These units have left the house with their fulfillment.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    lines: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, units: Units })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 2 }],
  },
})
export type StockConsumed = PayloadOf<typeof StockConsumed>
