import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { aBin } from '../../test/samples.js'
import { sShape } from './path.js'

const bins = fc
  .uniqueArray(fc.record({ aisle: fc.constantFrom('A', 'B', 'C', ''), bay: fc.integer({ min: 1, max: 9 }), level: fc.integer({ min: 1, max: 3 }) }), { selector: ({ aisle, bay, level }) => `${aisle}${bay}${level}`, maxLength: 30 })
  .map((places) => places.map(({ aisle, bay, level }) => aBin(`${aisle}-${bay}-${level}`, { aisle, bay, level, walkPosition: aisle === '' ? 1e6 : aisle.charCodeAt(0) * 100 + bay })))

describe('the walk', () => {
  it('visits every bin once and every aisle once, turns at each aisle, and ends where no aisle is', () => {
    fc.assert(fc.property(bins, (places) => {
      const walk = sShape(places)
      expect(walk.map(({ code }) => code).sort()).toEqual(places.map(({ code }) => code).sort())
      const aisles = walk.map(({ aisle }) => aisle).filter((aisle, index, all) => aisle !== all[index - 1])
      expect(new Set(aisles).size).toBe(aisles.length)
      expect(aisles.filter((aisle) => aisle !== '')).toEqual(aisles.filter((aisle) => aisle !== '').sort())
      if (aisles.includes('')) expect(aisles.at(-1)).toBe('')
      for (const [index, aisle] of aisles.entries()) {
        const bays = walk.filter((bin) => bin.aisle === aisle).map(({ bay }) => bay)
        expect(bays).toEqual([...bays].sort((a, b) => (index % 2 === 0 ? a - b : b - a)))
      }
    }))
  })

  it('goes up one aisle and down the next', () => {
    const at = (aisle: string, bay: number) => aBin(`${aisle}${bay}`, { aisle, bay, walkPosition: aisle.charCodeAt(0) * 100 + bay })
    expect(sShape([at('B', 1), at('A', 2), at('B', 9), at('A', 1)]).map(({ code }) => code)).toEqual(['A1', 'A2', 'B9', 'B1'])
  })
})
