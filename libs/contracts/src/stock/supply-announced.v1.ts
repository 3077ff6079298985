import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { BusinessDate, Code, Units } from '../shapes.js'
import { topics } from '../topics.js'

/** Units are on their way to a location and can be promised from that day. */
export const SupplyAnnounced = event({
  topic: topics.stock,
  fact: 'supply-announced',
  version: 1,
  meaning: 'Units are on their way to a location and can be promised from that day.',
  payload: Type.Object({
    supply: Code,
    product: Code,
    location: Code,
    units: Units,
    availableOn: BusinessDate,
  }),
  example: {
    supply: 'PO-77',
    product: 'P-100',
    location: 'BER',
    units: 40,
    availableOn: '2026-12-10',
  },
})
export type SupplyAnnounced = PayloadOf<typeof SupplyAnnounced>
