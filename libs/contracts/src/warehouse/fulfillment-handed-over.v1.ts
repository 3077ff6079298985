import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableCode, Sscc, StockedLine, UnitRanges, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The packages left the house with the carrier; these lots are gone. */
export const FulfillmentHandedOver = event({
  topic: topics.warehouse,
  fact: 'fulfillment-handed-over',
  version: 1,
  meaning: 'The packages left the house with the carrier; these lots are gone.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    packages: Type.Array(Sscc),
    lines: Type.Array(Type.Object({ line: Line, unitNumbers: UnitRanges, stocked: Type.Array(Type.Object({ stockedLine: StockedLine, product: Code, lots: Type.Array(Type.Object({ lot: NullableCode, units: Units })) })) })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    packages: ['095287654321012346'],
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }], stocked: [{ stockedLine: '1.1', product: 'P-100', lots: [{ lot: 'L-1', units: 2 }] }] }],
  },
})
export type FulfillmentHandedOver = PayloadOf<typeof FulfillmentHandedOver>
