import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { exponentOf, Money, splitByLargestRemainder } from './money.js'

describe('splitting an amount', () => {
  const split = fc.tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.array(fc.bigInt({ min: 0n, max: 10n ** 12n }), { minLength: 1, maxLength: 40 }))

  it('loses and makes no minor unit', () => {
    fc.assert(fc.property(split, ([amount, weights]) => splitByLargestRemainder(amount, weights).reduce((sum, part) => sum + part, 0n) === amount))
  })

  it('gives each part its exact share, to less than one minor unit', () => {
    fc.assert(
      fc.property(split, ([amount, weights]) => {
        const total = weights.reduce((sum, weight) => sum + weight, 0n)
        fc.pre(total > 0n)
        return splitByLargestRemainder(amount, weights).every((part, index) => {
          const off = part * total - amount * (weights[index] ?? 0n)
          return off < total && -off < total
        })
      }),
    )
  })

  it('gives a part of weight zero nothing while another has weight', () => {
    expect(splitByLargestRemainder(100n, [0n, 3n, 0n])).toEqual([0n, 100n, 0n])
  })

  it('takes 1.00 off three units of 10.00 as 9.67, 9.67 and 9.66', () => {
    const discounts = splitByLargestRemainder(100n, [1000n, 1000n, 1000n])
    expect(discounts).toEqual([34n, 33n, 33n])
    const taken = splitByLargestRemainder(2900n, [1n, 1n, 1n])
    expect(taken).toEqual([967n, 967n, 966n])
  })

  it('splits evenly where all weights are zero', () => expect(splitByLargestRemainder(5n, [0n, 0n])).toEqual([3n, 2n]))
})

describe('money', () => {
  it('knows the minor units of a currency', () => expect(['JPY', 'EUR', 'KWD'].map(exponentOf)).toEqual([0, 2, 3]))
  it('adds, takes away and multiplies exactly', () => {
    const price = Money.of(1999, 'EUR')
    expect(price.times(3).minus(price).plus(Money.of(1, 'EUR')).minor).toBe(3999n)
  })
  it('refuses to add two currencies', () => expect(() => Money.of(1, 'EUR').plus(Money.of(1, 'JPY'))).toThrow())
  it('refuses to become a number that would be rounded', () => expect(() => Money.of(9_000_000_000_000_001n, 'EUR').toMinorNumber()).toThrow('an amount fits a message'))
})
