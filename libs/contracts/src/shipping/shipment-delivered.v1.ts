import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Instant, LineUnits, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Every package of the shipment is at the customer's door. */
export const ShipmentDelivered = event({
  topic: topics.shipping,
  fact: 'shipment-delivered',
  version: 1,
  meaning: 'Every package of the shipment is at the customer\'s door.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    fulfillment: Uuid,
    carrier: Code,
    deliveredAt: Instant,
    proof: Words,
    lines: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    carrier: 'roadrunner',
    deliveredAt: '2026-11-23T10:00:00Z',
    proof: 'signed',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }],
  },
})
export type ShipmentDelivered = PayloadOf<typeof ShipmentDelivered>
