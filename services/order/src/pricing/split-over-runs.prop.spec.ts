import { describe, expect, test } from '@jest/globals'
import { splitByLargestRemainder } from '@waybill/kernel'
import fc from 'fast-check'
import { splitOverRuns } from './split-over-runs.js'

const runs = fc.array(fc.record({ units: fc.integer({ min: 1, max: 12 }), weight: fc.bigInt(0n, 2_000n) }), { minLength: 1, maxLength: 6 })

describe('an amount split over runs of units', () => {
  test('is split exactly as over the single units', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 100_000n), runs, (minor, weighed) => {
        const single = splitByLargestRemainder(minor, weighed.flatMap(({ units, weight }) => Array.from({ length: units }, () => weight)))
        const inRuns = splitOverRuns(minor, weighed).flat().flatMap((share) => Array.from({ length: share.units }, () => share.minor))
        expect(inRuns).toEqual(single)
      }),
    )
  })

  test('stays a handful of runs for a million units', () => {
    expect(splitOverRuns(1_000_001n, [{ units: 1_000_000, weight: 1n }])).toEqual([
      [
        { units: 1, minor: 2n },
        { units: 999_999, minor: 1n },
      ],
    ])
  })
})
