import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { lowestUnits, quantity, unitNumbersOf, unitRanges, unitsIn, withoutUnits } from './quantity.js'

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 200 }))

describe('unit numbers', () => {
  it('come back from their runs as they went in', () => {
    fc.assert(fc.property(numbers, (some) => expect(unitNumbersOf(unitRanges(some))).toEqual([...some].sort((a, b) => a - b))))
  })
  it('are counted without being listed', () => {
    fc.assert(fc.property(numbers, (some) => unitsIn(unitRanges(some)) === some.length))
  })
  it('are taken away without touching the others', () => {
    fc.assert(
      fc.property(numbers, numbers, (all, gone) => {
        expect(unitNumbersOf(withoutUnits(unitRanges(all), unitRanges(gone)))).toEqual(all.filter((number) => !gone.includes(number)).sort((a, b) => a - b))
      }),
    )
  })
  it('are taken lowest first', () => expect(lowestUnits([{ from: 7, to: 9 }, { from: 2, to: 3 }], 3)).toEqual([{ from: 2, to: 3 }, { from: 7, to: 7 }]))
  it('cannot be taken where there are too few', () => expect(() => lowestUnits([{ from: 1, to: 1 }], 2)).toThrow('as many free units'))
})

describe('a quantity', () => {
  it.each([-1, 1.5, 1_000_001, NaN, Infinity])('is not %p', (units) => expect(() => quantity(units)).toThrow('a quantity is a whole number'))
  it.each([0, 1, 1_000_000])('may be %p', (units) => expect(quantity(units)).toBe(units))
})
