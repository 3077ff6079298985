import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableDate, StockedLine, Units, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The expected date of units that wait has moved. */
export const BackorderDateChanged = event({
  topic: topics.reservation,
  fact: 'backorder-date-changed',
  version: 1,
  meaning: 'The expected date of units that wait has moved.',
  payload: Type.Object({
    order: Uuid,
    lines: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, units: Units, old: NullableDate, new: NullableDate, reason: Words })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 1, old: '2026-12-10', new: '2026-12-17', reason: 'supply-moved' }],
  },
})
export type BackorderDateChanged = PayloadOf<typeof BackorderDateChanged>
