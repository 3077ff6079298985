import { describe, expect, it } from '@jest/globals'
import { businessDate } from '@waybill/kernel'
import fc from 'fast-check'
import { aBin, aShelf, BER, content, productId } from '../../test/samples.js'
import { chooseLots, isFresh, type Freshness } from './choose-lots.js'
import { freeUnits } from './shelf.js'

const codes = ['A1', 'A2', 'A3', 'B1', 'RECEIVING', 'BLOCKED']
const bins = new Map(codes.map((code, index) => [code, aBin(code, { walkPosition: index, kind: code === 'RECEIVING' ? 'receiving' : code === 'BLOCKED' ? 'blocked' : 'pick' })]))
const freshness: Freshness = { shipOn: businessDate('2026-11-24'), transitDays: 2, minimumRemainingDays: 10 }

const days = ['2026-11-25', '2026-12-05', '2026-12-06', '2027-01-01', null]
const contents = fc.uniqueArray(
  fc.record({ bin: fc.constantFrom(...codes), day: fc.constantFrom(...days), blocked: fc.boolean(), units: fc.integer({ min: 1, max: 9 }), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
  { selector: ({ bin, day, blocked }) => `${bin} ${day} ${blocked}`, maxLength: 12 },
)

describe('choosing lots', () => {
  it('gives exactly what it can, of eligible lots only, the earliest expiry first, and never the same units twice', () => {
    fc.assert(fc.property(contents, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }), (rows, needs) => {
      const given = rows.map(({ bin, day, blocked, units, part }) =>
        content(bin, units, { lot: day, expiresOn: day === null ? null : businessDate(day), blocked, assigned: blocked ? 0 : Math.floor(units * part) }))
      const isEligible = (each: (typeof given)[number]): boolean => !each.blocked && each.bin !== 'BLOCKED' && isFresh(each.expiresOn, freshness)
      const free = given.filter(isEligible).reduce((sum, each) => sum + freeUnits(each), 0)
      const shelf = aShelf(...given)
      let chosen = 0
      for (const units of needs) {
        const { choices, missing } = chooseLots(shelf, bins, { location: BER, product: productId('P'), units, freshness, zone: 'UTC', notFrom: new Set() })
        const got = choices.reduce((sum, choice) => sum + choice.units, 0)
        expect(got + missing).toBe(units)
        expect(choices.every((choice) => isEligible(choice.content) && choice.units > 0)).toBe(true)
        const expiries = choices.map((choice) => choice.content.expiresOn ?? '9999')
        expect(expiries).toEqual([...expiries].sort())
        chosen += got
      }
      expect(chosen).toBe(Math.min(free, needs.reduce((sum, units) => sum + units, 0)))
      for (const each of shelf.of(BER, productId('P'))) expect(each.assigned).toBeLessThanOrEqual(each.units)
    }))
  })
})
