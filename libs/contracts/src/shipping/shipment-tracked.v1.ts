import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Instant, Sscc, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The carrier saw a package. */
export const ShipmentTracked = event({
  topic: topics.shipping,
  fact: 'shipment-tracked',
  version: 1,
  meaning: 'The carrier saw a package.',
  payload: Type.Object({
    order: Uuid,
    shipment: Uuid,
    sscc: Sscc,
    trackingNumber: Code,
    status: Type.Union([Type.Literal('accepted'), Type.Literal('in-transit'), Type.Literal('out-for-delivery'), Type.Literal('delivered'), Type.Literal('delivery-failed'), Type.Literal('exception'), Type.Literal('returned'), Type.Literal('lost'), Type.Literal('damaged')]),
    reason: Type.Union([Words, Type.Null()]),
    at: Instant,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    shipment: '01938b1e-7c00-7000-8000-000000000003',
    sscc: '095287654321012346',
    trackingNumber: 'RR000000018DE',
    status: 'in-transit',
    reason: null,
    at: '2026-11-23T10:00:00Z',
  },
})
export type ShipmentTracked = PayloadOf<typeof ShipmentTracked>
