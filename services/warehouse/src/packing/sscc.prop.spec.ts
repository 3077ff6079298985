import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { checkDigitOf, hasRightCheckDigit } from '../picking/gs1.js'
import { ssccOf } from './sscc.js'

describe('an SSCC', () => {
  it('ends with the check digit of the standard', () => {
    expect(checkDigitOf('09528765432101234')).toBe(6)
    expect(ssccOf('09528765', 432_101_234n)).toBe('095287654321012346')
  })

  it('has 18 digits, a right check digit, and is another for every serial', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 999_999_999n }), fc.bigInt({ min: 0n, max: 999_999_999n }), (a, b) => {
      const [first, second] = [ssccOf('09528765', a), ssccOf('09528765', b)]
      expect(first).toMatch(/^\d{18}$/)
      expect(hasRightCheckDigit(first)).toBe(true)
      expect(first === second).toBe(a === b)
    }))
  })

  it('is not made when the prefix has no serials left', () => {
    expect(() => ssccOf('09528765', 1_000_000_000n)).toThrow('serials left')
    expect(() => ssccOf('09x', 1n)).toThrow('begins with')
  })
})
