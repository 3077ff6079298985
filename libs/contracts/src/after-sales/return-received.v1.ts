import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, LineUnits, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Units of a return are back at a location, not inspected yet. */
export const ReturnReceived = event({
  topic: topics.afterSales,
  fact: 'return-received',
  version: 1,
  meaning: 'Units of a return are back at a location, not inspected yet.',
  payload: Type.Object({
    order: Uuid,
    return: Uuid,
    location: Code,
    lines: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    return: '01938b1e-7c00-7000-8000-000000000005',
    location: 'BER',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 1 }] }],
  },
})
export type ReturnReceived = PayloadOf<typeof ReturnReceived>
