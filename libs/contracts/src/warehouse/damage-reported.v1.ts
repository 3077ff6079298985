import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Code, NullableCode, NullableDate, Units, Uuid, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** A picker found units that may not be sold; they lie apart now. */
export const DamageReported = event({
  topic: topics.warehouse,
  fact: 'damage-reported',
  version: 1,
  meaning: 'A picker found units that may not be sold; they lie apart now.',
  payload: Type.Object({
    order: Uuid,
    fulfillment: Uuid,
    location: Code,
    product: Code,
    lot: NullableCode,
    expiresOn: NullableDate,
    bin: Code,
    units: Units,
    reason: Words,
    by: Code,
  }),
  example: {
    order: '01938b1e-7c00-7000-8000-000000000001',
    fulfillment: '01938b1e-7c00-7000-8000-000000000002',
    location: 'BER',
    product: 'P-100',
    lot: 'L-1',
    expiresOn: '2027-05-01',
    bin: 'A-01-1',
    units: 1,
    reason: 'broken',
    by: 'picker:pia',
  },
})
export type DamageReported = PayloadOf<typeof DamageReported>
