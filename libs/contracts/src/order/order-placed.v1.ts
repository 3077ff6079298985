import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Country, Currency, Instant, Line, Minor, Mode, NullableCode, Preference, Reference, StockedLine, Units, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** A customer's order is accepted, priced and frozen; stock and money are asked for. */
export const OrderPlaced = event({
  topic: topics.order,
  fact: 'order-placed',
  version: 1,
  meaning: 'A customer\'s order is accepted, priced and frozen; stock and money are asked for.',
  payload: Type.Object({
    order: Uuid,
    channel: Code,
    reference: Reference,
    brand: NullableCode,
    placedAt: Instant,
    currency: Currency,
    country: Country,
    region: NullableCode,
    postalPrefix: Type.String({ maxLength: 3 }),
    preference: Preference,
    forbiddenModes: Type.Array(Mode),
    priority: Type.Integer({ minimum: 0, maximum: 9 }),
    paidBy: Type.Union([Type.Literal('provider'), Type.Literal('channel')]),
    orderedLines: Type.Array(Type.Object({ line: Line, product: Code, description: Words, category: NullableCode, units: Units, money: Type.Array(Type.Object({ units: Units, netMinor: Minor, taxMinor: Minor, discountMinor: Minor, shippingMinor: Minor, shippingTaxMinor: Minor })) })),
    stockedLines: Type.Array(Type.Object({ line: Line, stockedLine: StockedLine, product: Code, units: Units, perParent: Units, valueMinor: Minor })),
    totals: Type.Object({ netMinor: Minor, taxMinor: Minor, discountMinor: Minor, shippingMinor: Minor, shippingTaxMinor: Minor, totalMinor: Minor }),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    channel: 'web-eu',
    reference: 'W-1001',
    brand: null,
    placedAt: '2026-11-23T10:00:00Z',
    currency: 'EUR',
    country: 'DE',
    region: null,
    postalPrefix: '101',
    preference: 'standard',
    forbiddenModes: ['air'],
    priority: 5,
    paidBy: 'provider',
    orderedLines: [{ line: 1, product: 'P-100', description: 'Olive oil 500 ml', category: 'food', units: 3, money: [{ units: 2, netMinor: 967, taxMinor: 184, discountMinor: 33, shippingMinor: 0, shippingTaxMinor: 0 }, { units: 1, netMinor: 966, taxMinor: 183, discountMinor: 34, shippingMinor: 0, shippingTaxMinor: 0 }] }],
    stockedLines: [{ line: 1, stockedLine: '1.1', product: 'P-100', units: 3, perParent: 1, valueMinor: 2900 }],
    totals: { netMinor: 2900, taxMinor: 551, discountMinor: 100, shippingMinor: 0, shippingTaxMinor: 0, totalMinor: 3451 },
  },
})
export type OrderPlaced = PayloadOf<typeof OrderPlaced>
