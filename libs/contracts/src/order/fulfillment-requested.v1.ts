import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Country, Currency, Line, Minor, Mode, NullableCode, Preference, StockedLine, UnitRanges, Units, Uuid, Window } from '../shapes.js'
import { topics } from '../topics.js'

/** One location is asked to pick, pack and hand over these units of the order. */
export const FulfillmentRequested = event({
  topic: topics.order,
  fact: 'fulfillment-requested',
  version: 1,
  meaning: 'One location is asked to pick, pack and hand over these units of the order.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    country: Country,
    region: NullableCode,
    postalPrefix: Type.String({ maxLength: 3 }),
    preference: Preference,
    forbiddenModes: Type.Array(Mode),
    priority: Type.Integer({ minimum: 0, maximum: 9 }),
    currency: Currency,
    promise: Window,
    lines: Type.Array(Type.Object({ line: Line, unitNumbers: UnitRanges, stocked: Type.Array(Type.Object({ stockedLine: StockedLine, product: Code, units: Units, valueMinor: Minor })) })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    country: 'DE',
    region: null,
    postalPrefix: '101',
    preference: 'standard',
    forbiddenModes: ['air'],
    priority: 5,
    currency: 'EUR',
    promise: { from: '2026-11-26', to: '2026-11-28' },
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }], stocked: [{ stockedLine: '1.1', product: 'P-100', units: 2, valueMinor: 1934 }] }],
  },
})
export type FulfillmentRequested = PayloadOf<typeof FulfillmentRequested>
