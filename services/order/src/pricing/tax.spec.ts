import { describe, expect, test } from '@jest/globals'
import { taxOn, taxRateFor, taxWithin, type TaxRate } from './tax.js'

const rate = (country: string, region: string | null, ratePpm: number, from: string, category = 'standard'): TaxRate => ({ country, region, category, ratePpm, effectiveFrom: new Date(from) })
const rates = [
  rate('DE', null, 190_000, '2021-01-01'),
  rate('DE', null, 160_000, '2020-07-01'),
  rate('DE', null, 70_000, '2021-01-01', 'food'),
  rate('US', 'CA', 72_500, '2020-01-01'),
  rate('*', null, 10_000, '2020-01-01'),
]
const now = new Date('2026-11-23T00:00:00Z')

describe('a tax rate', () => {
  test('is the latest in force', () => {
    expect(taxRateFor(rates, { country: 'DE', region: null }, 'standard', now)).toBe(190_000)
    expect(taxRateFor(rates, { country: 'DE', region: 'BY' }, 'standard', new Date('2020-08-01'))).toBe(160_000)
  })
  test('of the region comes before that of the country, the country before the rest', () => {
    expect(taxRateFor(rates, { country: 'US', region: 'CA' }, 'standard', now)).toBe(72_500)
    expect(taxRateFor(rates, { country: 'US', region: 'OR' }, 'standard', now)).toBe(10_000)
    expect(taxRateFor(rates, { country: 'DE', region: null }, 'food', now)).toBe(70_000)
  })
  test('nobody declared is no tax', () => expect(taxRateFor(rates, { country: 'FR', region: null }, 'food', now)).toBe(0))
})

test('tax is rounded half up', () => {
  expect(taxOn(50n, 190_000)).toBe(10n)
  expect(taxOn(49n, 190_000)).toBe(9n)
  expect(taxWithin(1_190n, 190_000)).toBe(190n)
})
