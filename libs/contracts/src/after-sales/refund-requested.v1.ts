import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, LineUnits, Minor, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The money of these units is due back, less the named fees. */
export const RefundRequested = event({
  topic: topics.afterSales,
  fact: 'refund-requested',
  version: 1,
  meaning: 'The money of these units is due back, less the named fees.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    lines: Type.Array(LineUnits),
    fees: Type.Array(Type.Object({ kind: Code, fixedMinor: Minor, percent: Type.Number({ minimum: 0, maximum: 100 }) })),
    refundShipping: Type.Boolean(),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }],
    fees: [],
    refundShipping: false,
  },
})
export type RefundRequested = PayloadOf<typeof RefundRequested>
