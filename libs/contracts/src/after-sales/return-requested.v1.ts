import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, UnitRanges, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** A customer, or an agent for him, wants to send units back. */
export const ReturnRequested = event({
  topic: topics.afterSales,
  fact: 'return-requested',
  version: 1,
  meaning: 'A customer, or an agent for him, wants to send units back.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    by: Type.Union([Type.Literal('customer'), Type.Literal('agent')]),
    lines: Type.Array(Type.Object({ line: Line, unitNumbers: UnitRanges, reason: Code })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    by: 'customer',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }], reason: 'does-not-fit' }],
  },
})
export type ReturnRequested = PayloadOf<typeof ReturnRequested>
