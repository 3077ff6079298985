import Type from 'typebox'
import { event, type PayloadOf } from '../event.js'
import { Balance, Code, NullableCode, NullableDate, Words } from '../shapes.js'
import { topics } from '../topics.js'

/** The count of what is there was corrected up or down. */
export const StockAdjusted = event({
  topic: topics.stock,
  fact: 'stock-adjusted',
  version: 1,
  meaning: 'The count of what is there was corrected up or down.',
  payload: Type.Object({
    product: Code,
    location: Code,
    lot: NullableCode,
    expiresOn: NullableDate,
    bin: NullableCode,
    units: Type.Integer({ minimum: -1000000, maximum: 1000000 }),
    reason: Words,
    filedByWarehouse: Type.Boolean(),
    balance: Balance,
  }),
  example: {
    product: 'P-100',
    location: 'BER',
    lot: 'L-1',
    expiresOn: '2027-05-01',
    bin: 'A-01-1',
    units: -1,
    reason: 'short-picked',
    filedByWarehouse: true,
    balance: { onHand: 49, blocked: 0, reserved: 8 },
  },
})
export type StockAdjusted = PayloadOf<typeof StockAdjusted>
