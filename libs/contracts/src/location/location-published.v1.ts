import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { BusinessDate, Code, Country, Handling, UnitsOrNone, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** A site that ships: where it is, when it works, what it can handle; the latest version. */
export const LocationPublished = event({
  topic: topics.location,
  fact: 'location-published',
  version: 1,
  meaning: 'A site that ships: where it is, when it works, what it can handle; the latest version.',
  payload: Type.Object({
    location: Code,
    version: Type.Integer({ minimum: 1 }),
    name: Words,
    zone: Type.String(),
    country: Country,
    postalCode: Type.String({ maxLength: 16 }),
    city: Words,
    ships: Type.Boolean(),
    handling: Type.Array(Handling),
    handlingDays: UnitsOrNone,
    calendar: Type.Object({ workdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })), opens: Type.String(), closes: Type.String(), holidays: Type.Array(BusinessDate) }),
  }),
  example: {
    location: 'BER',
    version: 1,
    name: 'Berlin',
    zone: 'Europe/Berlin',
    country: 'DE',
    postalCode: '12529',
    city: 'Schönefeld',
    ships: true,
    handling: ['standard', 'fragile', 'liquid', 'chilled', 'frozen', 'dangerous', 'high-value'],
    handlingDays: 0,
    calendar: { workdays: [1, 2, 3, 4, 5], opens: '08:00', closes: '18:00', holidays: ['2026-12-25'] },
  },
})
export type LocationPublished = PayloadOf<typeof LocationPublished>
