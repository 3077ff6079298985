import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Country, Reference, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Who gets the parcels, and where. Read by shipping and notification alone. */
export const DeliveryDetailsSet = event({
  topic: topics.delivery,
  fact: 'delivery-details-set',
  version: 1,
  meaning: 'Who gets the parcels, and where. Read by shipping and notification alone.',
  payload: Type.Object({
    order: Uuid,
    channel: Code,
    reference: Reference,
    name: Type.String({ maxLength: 200 }),
    email: Type.String({ maxLength: 254 }),
    phone: Type.Union([Type.String({ maxLength: 40 }), Type.Null()]),
    language: Type.String({ maxLength: 10 }),
    street: Type.String({ maxLength: 200 }),
    street2: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
    postalCode: Type.String({ maxLength: 16 }),
    city: Type.String({ maxLength: 100 }),
    region: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
    country: Country,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    channel: 'web-eu',
    reference: 'W-1001',
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    phone: null,
    language: 'en',
    street: 'Hauptstr. 1',
    street2: null,
    postalCode: '10115',
    city: 'Berlin',
    region: null,
    country: 'DE',
  },
})
export type DeliveryDetailsSet = PayloadOf<typeof DeliveryDetailsSet>
