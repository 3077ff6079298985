import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anOrder, orderId, someCause, World, type AskedLine } from '../../test/warehouse-world.js'
import { release } from './release.js'
import { reserve } from './reserve.js'

const codes = ['A', 'B', 'C'] as const
const places = ['BER', 'HAM', 'MUC'] as const

const part = fc.tuple(fc.constantFrom(...codes), fc.integer({ min: 1, max: 3 }))
const askedLine: fc.Arbitrary<AskedLine> = fc.record({ sets: fc.integer({ min: 1, max: 4 }), parts: fc.array(part, { minLength: 1, maxLength: 3 }) })
const askedOrder = fc.array(askedLine, { minLength: 1, maxLength: 3 })
const stocked = fc.array(fc.tuple(fc.constantFrom(...codes), fc.constantFrom(...places), fc.integer({ min: 0, max: 12 })), { maxLength: 9 })

function aWorld(stock: readonly (readonly [string, string, number])[]): World {
  const world = new World([...places], [...codes])
  for (const [code, at, onHand] of stock) world.with(code, at, onHand)
  return world
}

const keptOf = (world: World) => [...world.levels.values()].map(({ reserved }) => reserved)

describe('reserve, whatever the orders', () => {
  it('never promises more than there is, and accounts for every unit asked', () => {
    fc.assert(
      fc.property(stocked, fc.array(askedOrder, { maxLength: 6 }), (stock, orders) => {
        const world = aWorld(stock)
        world.decide((book) => orders.forEach((lines, number) => reserve(book, anOrder(number, lines), 0, someCause)))
        expect(world.violations()).toEqual([])
        for (const line of world.lines.values()) expect(line.reserved + line.backordered).toBe(line.units)
      }),
    )
  })

  it('keeps bundles whole: at each location the parts of a line are kept in the same number of sets', () => {
    fc.assert(
      fc.property(stocked, askedOrder, (stock, lines) => {
        const world = aWorld(stock)
        world.decide((book) => reserve(book, anOrder(1, lines), 0, someCause))
        for (const at of places) {
          for (const number of new Set([...world.lines.values()].map(({ line }) => line))) {
            const group = [...world.lines.values()].filter(({ line }) => line === number)
            const sets = group.map(({ stockedLine, perParent }) => {
              const kept = [...world.grants.values()].filter((grant) => grant.stockedLine === stockedLine && grant.location === at)
              return kept.reduce((sum, grant) => sum + grant.units, 0) / perParent
            })
            expect(new Set(sets).size).toBe(1)
          }
        }
      }),
    )
  })

  it('leaves nothing behind that a waiting single line could have', () => {
    fc.assert(
      fc.property(stocked, fc.array(fc.tuple(fc.constantFrom(...codes), fc.integer({ min: 1, max: 9 })), { maxLength: 5 }), (stock, asked) => {
        const world = aWorld(stock)
        world.decide((book) => asked.forEach(([code, sets], number) => reserve(book, anOrder(number, [{ sets, parts: [[code, 1]] }]), 0, someCause)))
        for (const line of world.lines.values()) {
          if (line.backordered > 0) for (const at of places) expect(world.level(line.product, at).onHand - world.level(line.product, at).reserved).toBe(0)
        }
      }),
    )
  })

  it('is undone by releasing', () => {
    fc.assert(
      fc.property(stocked, fc.array(askedOrder, { minLength: 1, maxLength: 5 }), (stock, orders) => {
        const world = aWorld(stock)
        const before = keptOf(world)
        world.decide((book) => orders.forEach((lines, number) => reserve(book, anOrder(number, lines), 0, someCause)))
        world.decide((book) => orders.forEach((_, number) => release(book, orderId(number), 'order-expired', someCause)))
        expect(keptOf(world)).toEqual(before)
        expect(world.violations()).toEqual([])
      }),
    )
  })

  it('gives the same for a batch as for one order after another', () => {
    fc.assert(
      fc.property(stocked, fc.array(askedOrder, { maxLength: 5 }), (stock, orders) => {
        const [batch, single] = [aWorld(stock), aWorld(stock)]
        batch.decide((book) => orders.forEach((lines, number) => reserve(book, anOrder(number, lines), 0, someCause)))
        orders.forEach((lines, number) => single.decide((book) => reserve(book, anOrder(number, lines), 0, someCause)))
        expect([...batch.levels]).toEqual([...single.levels])
        expect([...batch.grants]).toEqual([...single.grants])
      }),
    )
  })
})
