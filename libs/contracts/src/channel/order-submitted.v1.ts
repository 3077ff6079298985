import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Country, Currency, Instant, Minor, Mode, Preference, Reference, Units } from '../shapes.js'
import { topics } from '../topics.js'

/** A channel hands in an order of its customer. The only fact that outsiders write. */
export const OrderSubmitted = event({
  topic: topics.channelOrders,
  fact: 'order-submitted',
  version: 1,
  meaning: 'A channel hands in an order of its customer. The only fact that outsiders write.',
  payload: Type.Object({
    channel: Code,
    reference: Reference,
    placedAt: Type.Optional(Instant),
    currency: Currency,
    customer: Type.Object({ name: Type.String({ minLength: 1, maxLength: 200 }), email: Type.String({ maxLength: 254 }), phone: Type.Optional(Type.String({ maxLength: 40 })), language: Type.Optional(Type.String({ maxLength: 10 })) }),
    deliveryAddress: Type.Object({ name: Type.Optional(Type.String({ maxLength: 200 })), street: Type.String({ minLength: 1, maxLength: 200 }), street2: Type.Optional(Type.String({ maxLength: 200 })), postalCode: Type.String({ maxLength: 16 }), city: Type.String({ minLength: 1, maxLength: 100 }), region: Type.Optional(Type.String({ maxLength: 100 })), country: Country }),
    delivery: Type.Optional(Type.Object({ preference: Type.Optional(Preference), forbiddenModes: Type.Optional(Type.Array(Mode)) })),
    lines: Type.Array(Type.Object({ product: Code, units: Units, options: Type.Optional(Type.Record(Type.String(), Type.String())), unitPriceMinor: Type.Optional(Minor), taxMinor: Type.Optional(Minor) }), { minItems: 1, maxItems: 500 }),
    discountMinor: Type.Optional(Minor),
    shippingMinor: Type.Optional(Minor),
    totalMinor: Type.Optional(Minor),
    payment: Type.Optional(Type.Object({ token: Type.Optional(Type.String({ maxLength: 200 })), capturedMinor: Type.Optional(Minor) })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
  }),
  example: {
    channel: 'web-eu',
    reference: 'W-1001',
    currency: 'EUR',
    customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
    deliveryAddress: { street: 'Hauptstr. 1', postalCode: '10115', city: 'Berlin', country: 'DE' },
    delivery: { preference: 'standard', forbiddenModes: ['air'] },
    lines: [{ product: 'P-100', units: 2 }],
    payment: { token: 'tok_ok' },
  },
})
export type OrderSubmitted = PayloadOf<typeof OrderSubmitted>
