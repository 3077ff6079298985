import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableCode, StockedLine, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Everything that could be found is in the tote. */
export const FulfillmentPicked = event({
  topic: topics.warehouse,
  fact: 'fulfillment-picked',
  version: 1,
  meaning: 'Everything that could be found is in the tote.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    lines: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, lot: NullableCode, bin: Code, units: Units })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', lot: 'L-1', bin: 'A-01-1', units: 2 }],
  },
})
export type FulfillmentPicked = PayloadOf<typeof FulfillmentPicked>
