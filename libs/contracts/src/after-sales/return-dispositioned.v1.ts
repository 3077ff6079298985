import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableCode, UnitRanges, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Inspection decided what becomes of the units; only this moves stock. */
export const ReturnDispositioned = event({
  topic: topics.afterSales,
  fact: 'return-dispositioned',
  version: 1,
  meaning: 'Inspection decided what becomes of the units; only this moves stock.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    location: Code,
    lines: Type.Array(Type.Object({ line: Line, unitNumbers: UnitRanges, disposition: Type.Union([Type.Literal('restock'), Type.Literal('block'), Type.Literal('scrap'), Type.Literal('refurbish'), Type.Literal('vendor')]), stocked: Type.Array(Type.Object({ product: Code, units: Units, lot: NullableCode })) })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    location: 'BER',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }], disposition: 'restock', stocked: [{ product: 'P-100', units: 1, lot: null }] }],
  },
})
export type ReturnDispositioned = PayloadOf<typeof ReturnDispositioned>
