import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Line, NullableCode, NullableDate, StockedLine, Units, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** These units are not there; they wait for supply, in the order of the queue. */
export const StockBackordered = event({
  topic: topics.reservation,
  fact: 'stock-backordered',
  version: 1,
  meaning: 'These units are not there; they wait for supply, in the order of the queue.',
  payload: Type.Object({
    order: Uuid,
    lines: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, units: Units, availableOn: NullableDate, confidence: Type.Union([Type.Literal('announced'), Type.Literal('unknown')]), supply: NullableCode })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    lines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 1, availableOn: '2026-12-10', confidence: 'announced', supply: 'PO-77' }],
  },
})
export type StockBackordered = PayloadOf<typeof StockBackordered>
