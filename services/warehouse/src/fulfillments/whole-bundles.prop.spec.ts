import { describe, expect, it } from '@jest/globals'
import { unitsIn } from '@waybill/kernel'
import fc from 'fast-check'
import { aFulfillment } from '../../test/samples.js'
import { stockedLinesOf, wanted } from './fulfillment.js'
import { keepWholeBundles } from './whole-bundles.js'

const lines = fc.array(fc.record({ units: fc.integer({ min: 1, max: 6 }), pieces: fc.dictionary(fc.constantFrom('A', 'B', 'C'), fc.integer({ min: 1, max: 3 }), { minKeys: 1 }) }), { minLength: 1, maxLength: 3 })

describe('whole bundles', () => {
  it('are as many as can be made; what is dropped and what is left over add up', () => {
    fc.assert(fc.property(lines, fc.infiniteStream(fc.integer({ min: 0, max: 18 })), (wants, stream) => {
      const fulfillment = aFulfillment(wants)
      const available = new Map(stockedLinesOf(fulfillment).map((line) => [line.stockedLine, Math.min(line.units, stream.next().value as number)]))
      const { lines: kept, dropped, surplus } = keepWholeBundles(fulfillment.lines, available)
      for (const [index, line] of kept.entries()) {
        const before = fulfillment.lines[index]!
        const units = unitsIn(line.unitNumbers)
        const gone = dropped.find((each) => each.line === line.line)
        expect(units + unitsIn(gone?.unitNumbers ?? [])).toBe(unitsIn(before.unitNumbers))
        for (const each of line.stocked) {
          const have = available.get(each.stockedLine)!
          expect(wanted(each)).toBe(units * each.perUnit)
          expect(have - (surplus.get(each.stockedLine) ?? 0)).toBe(wanted(each))
          expect(gone?.stocked.find(({ stockedLine }) => stockedLine === each.stockedLine)?.missing ?? 0).toBe(gone ? Math.max(0, each.units - have) : 0)
        }
        // one more would not be possible
        if (gone) expect(line.stocked.some((each) => available.get(each.stockedLine)! < (units + 1) * each.perUnit)).toBe(true)
      }
    }))
  })
})
