import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Balance, Code, NullableCode, NullableDate, Units, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** Units are there but may not be sold. */
export const StockBlocked = event({
  topic: topics.stock,
  fact: 'stock-blocked',
  version: 1,
  meaning: 'Units are there but may not be sold.',
  payload: Type.Object({
    product: Code,
    location: Code,
    lot: NullableCode,
    expiresOn: NullableDate,
    bin: NullableCode,
    units: Units,
    reason: Words,
    filedByWarehouse: Type.Boolean(),
    received: Type.Boolean(),
    balance: Balance,
  }),
  example: {
    product: 'P-100',
    location: 'BER',
    lot: 'L-1',
    expiresOn: '2027-05-01',
    bin: 'A-01-1',
    units: 1,
    reason: 'damaged',
    filedByWarehouse: true,
    received: false,
    balance: { onHand: 49, blocked: 1, reserved: 8 },
  },
})
export type StockBlocked = PayloadOf<typeof StockBlocked>
