import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableDate, Units, Uuid, Window, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The date promised for units of a line has moved; the customer is told. */
export const PromiseChanged = event({
  topic: topics.order,
  fact: 'promise-changed',
  version: 1,
  meaning: 'The date promised for units of a line has moved; the customer is told.',
  payload: Type.Object({
    order: Uuid,
    line: Line,
    product: Code,
    description: Words,
    units: Units,
    old: Window,
    new: Window,
    availableOn: NullableDate,
    reason: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    line: 1,
    product: 'P-100',
    description: 'Olive oil 500 ml',
    units: 1,
    old: { from: '2026-12-13', to: '2026-12-15' },
    new: { from: '2026-12-20', to: '2026-12-22' },
    availableOn: '2026-12-17',
    reason: 'supply-moved',
  },
})
export type PromiseChanged = PayloadOf<typeof PromiseChanged>
