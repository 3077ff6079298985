import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, LineUnits, Mode, Sscc, Uuid, Window } from '../shapes.js'
import { topics } from '../topics.js'

/** The shipment is with the carrier; these units are paid for now. */
export const ShipmentDispatched = event({
  topic: topics.shipping,
  fact: 'shipment-dispatched',
  version: 1,
  meaning: 'The shipment is with the carrier; these units are paid for now.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    fulfillment: Uuid,
    location: Code,
    mode: Mode,
    carrier: Code,
    service: Code,
    lines: Type.Array(LineUnits),
    packages: Type.Array(Type.Object({ sscc: Sscc, trackingNumber: Code })),
    expected: Window,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    mode: 'road',
    carrier: 'roadrunner',
    service: 'parcel',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }],
    packages: [{ sscc: '095287654321012346', trackingNumber: 'RR000000018DE' }],
    expected: { from: '2026-11-25', to: '2026-11-26' },
  },
})
export type ShipmentDispatched = PayloadOf<typeof ShipmentDispatched>
