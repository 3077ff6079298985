import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, LineUnits, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The shipment will not arrive. */
export const ShipmentFailed = event({
  topic: topics.shipping,
  fact: 'shipment-failed',
  version: 1,
  meaning: 'The shipment will not arrive.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    fulfillment: Uuid,
    carrier: Code,
    outcome: Type.Union([Type.Literal('lost'), Type.Literal('damaged'), Type.Literal('returned-to-sender')]),
    reason: Words,
    lines: Type.Array(LineUnits),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    carrier: 'roadrunner',
    outcome: 'lost',
    reason: 'no scan for 14 days',
    lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }],
  },
})
export type ShipmentFailed = PayloadOf<typeof ShipmentFailed>
