import { expect, test } from '@jest/globals'
import { priceAt } from './price.js'
import { shippingCharge, type ShippingRule } from './shipping-charge.js'

const prices = [
  { priceMinor: 1_000n, effectiveFrom: new Date('2026-01-01T00:00:00Z') },
  { priceMinor: 1_200n, effectiveFrom: new Date('2026-12-01T00:00:00Z') },
]

test('a new price holds from its moment on, to the millisecond', () => {
  expect(priceAt(prices, new Date('2025-12-31T23:59:59Z'))).toBeUndefined()
  expect(priceAt(prices, new Date('2026-11-30T23:59:59.999Z'))).toBe(1_000n)
  expect(priceAt(prices, new Date('2026-12-01T00:00:00Z'))).toBe(1_200n)
})

test('shipping is free from the threshold on, and where a currency has no charge', () => {
  const rule: ShippingRule = { kind: 'flat', taxCategory: 'standard', charges: [{ currency: 'EUR', chargeMinor: 490n, freeFromMinor: 5_000n }] }
  expect(shippingCharge(rule, 'EUR', 4_999n, null)).toBe(490n)
  expect(shippingCharge(rule, 'EUR', 5_000n, null)).toBe(0n)
  expect(shippingCharge(rule, 'USD', 1n, null)).toBe(0n)
  expect(shippingCharge({ kind: 'given', taxCategory: 'standard' }, 'EUR', 1n, 777n)).toBe(777n)
  expect(shippingCharge({ kind: 'none' }, 'EUR', 1n, 777n)).toBe(0n)
})
