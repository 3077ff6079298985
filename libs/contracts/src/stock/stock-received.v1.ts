import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Balance, Code, NullableCode, NullableDate, Units, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Units came in and may be sold. */
export const StockReceived = event({
  topic: topics.stock,
  fact: 'stock-received',
  version: 1,
  meaning: 'Units came in and may be sold.',
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
    units: 40,
    reason: 'supply PO-77',
    balance: { onHand: 50, blocked: 0, reserved: 8 },
  },
})
export type StockReceived = PayloadOf<typeof StockReceived>
