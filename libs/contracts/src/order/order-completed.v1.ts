import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { UnitsOrNone, Uuid } from '../shapes.js'
import { topics } from '../topics.js'

/** Every unit has arrived, or is accounted for; nothing is open. */
export const OrderCompleted = event({
  topic: topics.order,
  fact: 'order-completed',
  version: 1,
  meaning: 'Every unit has arrived, or is accounted for; nothing is open.',
  payload: Type.Object({
    order: Uuid,
    deliveredUnits: UnitsOrNone,
    cancelledUnits: UnitsOrNone,
    lostUnits: UnitsOrNone,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    deliveredUnits: 3,
    cancelledUnits: 0,
    lostUnits: 0,
  },
})
export type OrderCompleted = PayloadOf<typeof OrderCompleted>
