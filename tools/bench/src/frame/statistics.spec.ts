import { describe, expect, it } from '@jest/globals'
import { fitScalability, median, percentile, predicted, ratios, spreadOf } from './statistics.js'

describe('statistics of a bench', () => {
  it('takes the middle, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 })
  })

  it('lays a percentile between its neighbours', () => {
    const hundred = Array.from({ length: 101 }, (_, index) => index)
    expect(percentile(hundred, 0.99)).toBe(99)
    expect(percentile([10, 20], 0.25)).toBe(12.5)
    expect(() => percentile([], 0.5)).toThrow('nothing')
  })

  it('compares rounds that ran beside each other', () => {
    expect(ratios([10, 20], [5, 4])).toEqual([2, 5])
  })

  it('finds the law that throughput follows', () => {
    const law = { lambda: 1_000, sigma: 0.3, kappa: 0.02 }
    const found = fitScalability([1, 2, 4, 8, 16].map((n) => ({ n, throughput: predicted(law, n) })))
    expect(found.sigma).toBeCloseTo(0.3, 1)
    expect(found.kappa).toBeCloseTo(0.02, 1)
    for (const n of [1, 4, 16]) expect(predicted(found, n) / predicted(law, n)).toBeCloseTo(1, 1)
  })
})
