import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { BusinessDate, Code, Currency, Instant, Minor, Mode, TransitDays, Uuid, Window, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** How the fulfillment will travel, and why this way. */
export const ShipmentPlanned = event({
  topic: topics.shipping,
  fact: 'shipment-planned',
  version: 1,
  meaning: 'How the fulfillment will travel, and why this way.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    fulfillment: Uuid,
    location: Code,
    mode: Mode,
    carrier: Code,
    service: Code,
    transitDays: TransitDays,
    shipOn: BusinessDate,
    cutOffAt: Type.Union([Instant, Type.Null()]),
    expected: Window,
    priceMinor: Minor,
    currency: Currency,
    why: Words,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    mode: 'road',
    carrier: 'roadrunner',
    service: 'parcel',
    transitDays: { p50: 1, p90: 2, p95: 3 },
    shipOn: '2026-11-24',
    cutOffAt: '2026-11-30T10:00:00Z',
    expected: { from: '2026-11-25', to: '2026-11-26' },
    priceMinor: 590,
    currency: 'EUR',
    why: 'lowest score of 4 candidates; air forbidden by the customer',
  },
})
export type ShipmentPlanned = PayloadOf<typeof ShipmentPlanned>
