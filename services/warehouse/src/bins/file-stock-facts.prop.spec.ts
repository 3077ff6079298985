import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { aShelf, BER, cause, content, productId } from '../../test/samples.js'
import { DISCREPANCY } from './bin.js'
import { fileStockFacts, type StockFact } from './file-stock-facts.js'
import { moveUnits } from './move-units.js'
import { isRefusal } from '../catalogue/refusal.js'
import { unknownBin } from './bin.js'
import type { Content, LedgerEntry } from './shelf.js'

const P = productId('P')
const bin = fc.constantFrom(null, 'A1', 'A2', 'RECEIVING')
const lot = fc.constantFrom(null, 'L1', 'L2')
const fact = fc.record({ fact: fc.constantFrom<StockFact['fact']>('received', 'received-blocked', 'adjusted', 'blocked', 'unblocked'), bin, lot, units: fc.integer({ min: 1, max: 9 }), minus: fc.boolean() })
  .map(({ minus, units, ...rest }): StockFact => ({ ...rest, units: rest.fact === 'adjusted' && minus ? -units : units, location: BER, product: P, expiresOn: null, reason: 'test', cause }))

const onHand = ({ fact: kind, units }: StockFact): number => (kind === 'received' || kind === 'received-blocked' || kind === 'adjusted' ? units : 0)
const blocked = ({ fact: kind, units }: StockFact): number => (kind === 'received-blocked' || kind === 'blocked' ? units : kind === 'unblocked' ? -units : 0)
const sum = (rows: readonly { readonly units: number }[]): number => rows.reduce((total, { units }) => total + units, 0)

describe('bins', () => {
  it('hold in sum what the facts say, whatever is assigned; only DISCREPANCY may owe; the ledger tells every change', () => {
    fc.assert(fc.property(fc.array(fact, { maxLength: 20 }), fc.integer({ min: 0, max: 5 }), (facts, assigned) => {
      const start = content('A1', 5, { assigned })
      const shelf = aShelf(start)
      const differences = fileStockFacts(shelf, facts)
      const rows = shelf.of(BER, P)
      expect(sum(rows)).toBe(5 + facts.reduce((total, each) => total + onHand(each), 0))
      for (const row of rows.filter((each) => each.bin !== DISCREPANCY)) expect(row.units).toBeGreaterThanOrEqual(row.assigned)
      expect(rows.reduce((total, row) => total + row.assigned, 0)).toBe(assigned)
      // an adjustment may take blocked units when no others are left
      if (!facts.some(({ fact: kind, units }) => kind === 'adjusted' && units < 0)) expect(sum(rows.filter((row) => row.blocked))).toBe(facts.reduce((total, each) => total + blocked(each), 0))
      expect(differences.every(({ units }) => units > 0)).toBe(true)
      const keyOf = ({ bin: where, lot: which, blocked: is }: Content | LedgerEntry): string => `${where} ${which} ${is}`
      const told = new Map<string, number>([[keyOf(start), 5]])
      for (const entry of shelf.changes().ledger) told.set(keyOf(entry), (told.get(keyOf(entry)) ?? 0) + entry.units)
      for (const row of rows) expect(row.units).toBe(told.get(keyOf(row)) ?? 0)
    }))
  })

  it('get back what was owed before anything lies where nobody has put it', () => {
    const shelf = aShelf()
    const adjusted = (units: number): StockFact => ({ fact: 'adjusted', location: BER, product: P, lot: null, expiresOn: null, bin: null, units, reason: 'test', cause })
    fileStockFacts(shelf, [adjusted(-2), adjusted(3)])
    expect(shelf.at(content(DISCREPANCY, 0))?.units).toBe(0)
    expect(shelf.at(content('RECEIVING', 0))?.units).toBe(1)
  })

  it('hold the same in sum after any move, and a refused move changes nothing', () => {
    const codes = ['A1', 'A2', 'RECEIVING', DISCREPANCY]
    const known = new Map(codes.map((code) => [code, unknownBin(BER, code)]))
    fc.assert(fc.property(fc.constantFrom(...codes), fc.constantFrom(...codes, 'NOWHERE'), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 5 }), (from, to, units, assigned) => {
      const shelf = aShelf(content('A1', 5, { assigned }), content('RECEIVING', 3))
      const outcome = moveUnits(shelf, known, { location: BER, product: P, lot: null, expiresOn: null, from, to, units, by: 'receiver:rita', cause })
      expect(sum(shelf.of(BER, P))).toBe(8)
      if (isRefusal(outcome)) expect(shelf.changes().contents).toEqual([])
      else expect(shelf.at(content('A1', 0))?.units ?? 0).toBeGreaterThanOrEqual(assigned)
    }))
  })
})
