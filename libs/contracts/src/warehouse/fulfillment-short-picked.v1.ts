import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableCode, NullableDate, StockedLine, UnitRanges, Units, UnitsOrNone, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Units of a line were not found in any bin of the walk; the rest goes on without them. */
export const FulfillmentShortPicked = event({
  topic: topics.warehouse,
  fact: 'fulfillment-short-picked',
  version: 1,
  meaning: 'Units of a line were not found in any bin of the walk; the rest goes on without them.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    reason: Words,
    remaining: Type.Boolean(),
    lines: Type.Array(Type.Object({ line: Line, unitNumbers: UnitRanges, stocked: Type.Array(Type.Object({ stockedLine: StockedLine, product: Code, units: Units, missing: UnitsOrNone })) })),
    writtenOff: Type.Array(Type.Object({ product: Code, lot: NullableCode, expiresOn: NullableDate, bin: Code, units: Units })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    reason: 'bin-empty',
    remaining: true,
    lines: [{ line: 1, unitNumbers: [{ from: 2, to: 2 }], stocked: [{ stockedLine: '1.1', product: 'P-100', units: 1, missing: 1 }] }],
    writtenOff: [{ product: 'P-100', lot: 'L-1', expiresOn: '2027-05-01', bin: 'A-01-1', units: 1 }],
  },
})
export type FulfillmentShortPicked = PayloadOf<typeof FulfillmentShortPicked>
