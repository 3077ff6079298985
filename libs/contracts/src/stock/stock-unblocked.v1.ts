import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Balance, Code, NullableCode, NullableDate, Units, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Blocked units may be sold again. */
export const StockUnblocked = event({
  topic: topics.stock,
  fact: 'stock-unblocked',
  version: 1,
  meaning: 'Blocked units may be sold again.',
  payload: Type.Object({
    product: Code,
    location: Code,
    lot: NullableCode,
    expiresOn: NullableDate,
    bin: NullableCode,
    units: Units,
    reason: Words,
    balance: Balance,
  }),
  example: {
    product: 'P-100',
    location: 'BER',
    lot: 'L-1',
    expiresOn: '2027-05-01',
    bin: null,
    units: 1,
    reason: 'inspected',
    balance: { onHand: 49, blocked: 0, reserved: 8 },
  },
})
export type StockUnblocked = PayloadOf<typeof StockUnblocked>
