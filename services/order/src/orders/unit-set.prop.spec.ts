import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { countUnits, intersection, lowest, minus, union, type UnitSet } from './unit-set.js'

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 25 })
const setOf = (given: readonly number[]): UnitSet => union(...given.map((number) => [{ from: number, to: number }]))
const listOf = (set: UnitSet): number[] => set.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, place) => from + place))
const ascending = (given: Iterable<number>): number[] => [...given].sort((a, b) => a - b)

test('runs of units behave as sets of numbers', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      expect(listOf(union(setOf(a), setOf(b)))).toEqual(ascending(new Set([...a, ...b])))
      expect(listOf(minus(setOf(a), setOf(b)))).toEqual(ascending(a.filter((each) => !b.includes(each))))
      expect(listOf(intersection(setOf(a), setOf(b)))).toEqual(ascending(a.filter((each) => b.includes(each))))
      expect(countUnits(setOf(a))).toBe(a.length)
    }),
  )
})

test('the lowest units are taken first', () => {
  fc.assert(
    fc.property(numbers, fc.nat(25), (given, units) => {
      const taken = Math.min(units, given.length)
      expect(listOf(lowest(setOf(given), taken))).toEqual(ascending(given).slice(0, taken))
    }),
  )
})

test('a million units are one run', () => {
  expect(minus([{ from: 1, to: 1_000_000 }], [{ from: 500_000, to: 500_000 }])).toEqual([
    { from: 1, to: 499_999 },
    { from: 500_001, to: 1_000_000 },
  ])
})
