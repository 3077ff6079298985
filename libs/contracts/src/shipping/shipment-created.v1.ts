import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Mode, Sscc, Uuid, Window } from '../shapes.js'
import { topics } from '../topics.js'

/** The carrier's labels are bought; each package has its tracking number. */
export const ShipmentCreated = event({
  topic: topics.shipping,
  fact: 'shipment-created',
  version: 1,
  meaning: 'The carrier\'s labels are bought; each package has its tracking number.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    fulfillment: Uuid,
    mode: Mode,
    carrier: Code,
    service: Code,
    packages: Type.Array(Type.Object({ sscc: Sscc, trackingNumber: Code })),
    expected: Window,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    mode: 'road',
    carrier: 'roadrunner',
    service: 'parcel',
    packages: [{ sscc: '095287654321012346', trackingNumber: 'RR000000018DE' }],
    expected: { from: '2026-11-25', to: '2026-11-26' },
  },
})
export type ShipmentCreated = PayloadOf<typeof ShipmentCreated>
