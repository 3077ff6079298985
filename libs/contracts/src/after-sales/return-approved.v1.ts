import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { BusinessDate, Code, LineUnits, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** The policy allows the return. */
export const ReturnApproved = event({
  topic: topics.afterSales,
  fact: 'return-approved',
  version: 1,
  meaning: 'The policy allows the return.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    policy: Code,
    sendBackUntil: BusinessDate,
    location: Code,
    lines: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    policy: 'standard-30:1',
    sendBackUntil: '2026-12-30',
    location: 'BER',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }],
  },
})
export type ReturnApproved = PayloadOf<typeof ReturnApproved>
