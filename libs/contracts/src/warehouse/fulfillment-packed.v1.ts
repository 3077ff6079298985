import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, LineUnits, NullableCode, Sscc, StockedLine, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The packages are sealed and weighed, with the material that their products need. */
export const FulfillmentPacked = event({
  topic: topics.warehouse,
  fact: 'fulfillment-packed',
  version: 1,
  meaning: 'The packages are sealed and weighed, with the material that their products need.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    packages: Type.Array(Type.Object({ sscc: Sscc, carton: Code, lengthMm: Units, widthMm: Units, heightMm: Units, weightGrams: Units, materials: Type.Array(Type.Object({ material: Code, units: Units })), contents: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, lot: NullableCode, units: Units })) }), { minItems: 1 }),
    lines: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    packages: [{ sscc: '095287654321012346', carton: 'BOX-S', lengthMm: 300, widthMm: 200, heightMm: 150, weightGrams: 1350, materials: [{ material: 'BUBBLE-WRAP', units: 2 }], contents: [{ line: 1, stockedLine: '1.1', product: 'P-100', lot: 'L-1', units: 2 }] }],
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }],
  },
})
export type FulfillmentPacked = PayloadOf<typeof FulfillmentPacked>
