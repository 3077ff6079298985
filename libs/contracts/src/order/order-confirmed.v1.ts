import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Currency, Line, Minor, NullableDate, Units, Uuid, Window, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Stock is promised and money is secured; each line has its dates. */
export const OrderConfirmed = event({
  topic: topics.order,
  fact: 'order-confirmed',
  version: 1,
  meaning: 'Stock is promised and money is secured; each line has its dates.',
  payload: Type.Object({
    order: Uuid,
    totalMinor: Minor,
    currency: Currency,
    lines: Type.Array(Type.Object({ line: Line, product: Code, description: Words, units: Units, promises: Type.Array(Type.Object({ units: Units, backordered: Type.Boolean(), availableOn: NullableDate, window: Window })) })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    totalMinor: 3451,
    currency: 'EUR',
    lines: [{ line: 1, product: 'P-100', description: 'Olive oil 500 ml', units: 3, promises: [{ units: 2, backordered: false, availableOn: null, window: { from: '2026-11-26', to: '2026-11-28' } }, { units: 1, backordered: true, availableOn: '2026-12-10', window: { from: '2026-12-13', to: '2026-12-15' } }] }],
  },
})
export type OrderConfirmed = PayloadOf<typeof OrderConfirmed>
