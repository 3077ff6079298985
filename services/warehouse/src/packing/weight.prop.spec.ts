import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { checkWeight, toleranceGrams } from './weight.js'

const grams = fc.integer({ min: 1, max: 30_000 })

describe('the scale', () => {
  it('lets pass what is off by 50 g, 3 %, or half of the lightest piece, whatever is most', () => {
    expect(toleranceGrams(1_000, 20)).toBe(50)
    expect(toleranceGrams(10_000, 20)).toBe(300)
    expect(toleranceGrams(1_000, 500)).toBe(250)
    expect(checkWeight(1_050, 1_000, 20)).toBe('pass')
    expect(checkWeight(1_051, 1_000, 60)).toBe('mismatch')
    expect(checkWeight(1_061, 1_000, 60)).toBe('rescan')
  })

  it('never lets a missing piece pass that weighs more than the tolerance, and judges too light as too heavy', () => {
    fc.assert(fc.property(grams, grams, grams, (expected, lightest, off) => {
      const verdict = checkWeight(expected + off, expected, lightest)
      expect(checkWeight(expected - off, expected, lightest)).toBe(verdict)
      expect(verdict === 'pass').toBe(off <= toleranceGrams(expected, lightest))
      if (verdict === 'rescan') expect(off).toBeGreaterThan(lightest)
    }))
  })
})
