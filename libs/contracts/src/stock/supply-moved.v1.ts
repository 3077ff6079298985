import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { BusinessDate, Code, UnitsOrNone } from '../shapes.js'
import { topics } from '../topics.js'

/** Announced units come on another day, or in another number. */
export const SupplyMoved = event({
  topic: topics.stock,
  fact: 'supply-moved',
  version: 1,
  meaning: 'Announced units come on another day, or in another number.',
  payload: Type.Object({
    supply: Code,
    product: Code,
    location: Code,
    units: UnitsOrNone,
    oldAvailableOn: BusinessDate,
    availableOn: BusinessDate,
  }),
  example: {
    supply: 'PO-77',
    product: 'P-100',
    location: 'BER',
    units: 40,
    oldAvailableOn: '2026-12-10',
    availableOn: '2026-12-17',
  },
})
export type SupplyMoved = PayloadOf<typeof SupplyMoved>
