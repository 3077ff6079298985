import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** No service can take this from there; each is named with what rules it out. */
export const ShipmentPlanRefused = event({
  topic: topics.shipping,
  fact: 'shipment-plan-refused',
  version: 1,
  meaning: 'No service can take this from there; each is named with what rules it out.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    constraints: Type.Array(Type.Object({ carrier: Code, service: Code, constraint: Code, detail: Words })),
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    constraints: [{ carrier: 'skyline', service: 'air-express', constraint: 'mode-forbidden', detail: 'the customer forbids air' }],
  },
})
export type ShipmentPlanRefused = PayloadOf<typeof ShipmentPlanRefused>
