import { describe, expect, it } from '@jest/globals'
import { anOrder, orderId, someCause, units, World } from '../../test/warehouse-world.js'
import { answer, reserve, type PlacedOrder } from './reserve.js'

const WAIT_MS = 60_000
const place = (world: World, order: PlacedOrder) => world.decide((book) => reserve(book, order, WAIT_MS, someCause))

describe('reserve', () => {
  it('keeps everything at one location if one has it, the first by id among equals', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 5).with('B', 'BER', 5).with('B', 'MUC', 5)
    const [fact] = place(world, anOrder(1, [units('A', 2), units('B', 1)]))
    expect(fact).toEqual({
      fact: 'StockReserved',
      order: orderId(1),
      lines: [
        { line: 1, stockedLine: '1.1', product: 'A', units: 2, location: 'MUC', grant: 1 },
        { line: 2, stockedLine: '2.1', product: 'B', units: 1, location: 'MUC', grant: 1 },
      ],
    })
    expect(world.level('A', 'MUC').reserved).toBe(2)
  })

  it('splits over the fewest locations if none has all, and numbers the grants of a line', () => {
    const world = new World().with('A', 'BER', 2).with('A', 'MUC', 3)
    const [fact] = place(world, anOrder(1, [units('A', 4)]))
    expect(fact).toMatchObject({ lines: [{ location: 'BER', units: 2, grant: 1 }, { location: 'MUC', units: 2, grant: 2 }] })
  })

  it('backorders what is not there, without a date where no supply is announced', () => {
    const world = new World().with('A', 'BER', 2)
    const facts = place(world, anOrder(1, [units('A', 3)]))
    expect(facts).toMatchObject([
      { fact: 'StockReserved', lines: [{ units: 2 }] },
      { fact: 'StockBackordered', lines: [{ stockedLine: '1.1', units: 1, availableOn: null, supply: null }] },
    ])
    expect(world.wakes).toContainEqual({ kind: 'backorder-due', subject: `${orderId(1)}/1`, at: new Date('2026-12-23T12:00:00Z') })
  })

  it('sums the demand of lines and bundles for one product before it checks', () => {
    const world = new World().with('A', 'BER', 3).with('B', 'BER', 9)
    const facts = place(world, anOrder(1, [units('A', 2), { sets: 2, parts: [['A', 1], ['B', 1]] }]))
    const kept = facts.flatMap((fact) => (fact.fact === 'StockReserved' ? fact.lines : []))
    expect(kept.filter(({ product }) => product === 'A').reduce((sum, line) => sum + line.units, 0)).toBe(3)
    expect(world.violations()).toEqual([])
  })

  it('keeps bundles whole, all parts of one unit at one location', () => {
    const world = new World().with('A', 'BER', 5).with('B', 'MUC', 5)
    const facts = place(world, anOrder(1, [{ sets: 1, parts: [['A', 1], ['B', 1]] }]))
    expect(facts).toMatchObject([{ fact: 'StockBackordered', lines: [{ product: 'A', units: 1 }, { product: 'B', units: 1 }] }])
  })

  it('sees a product that a bundle names twice once', () => {
    const world = new World().with('A', 'BER', 3)
    const facts = place(world, anOrder(1, [{ sets: 2, parts: [['A', 1], ['A', 1]] }]))
    expect(facts).toMatchObject([{ fact: 'StockReserved', lines: [{ units: 1 }, { units: 1 }] }, { fact: 'StockBackordered' }])
    expect(world.violations()).toEqual([])
  })

  it('leaves the safety stock alone', () => {
    const world = new World().with('A', 'BER', 5, { safety: 3 })
    expect(place(world, anOrder(1, [units('A', 4)]))).toMatchObject([{ lines: [{ units: 2 }] }, { lines: [{ units: 2 }] }])
  })

  it('refuses an order to where no location sends', () => {
    const world = new World(['BER']).with('A', 'BER', 5)
    world.lanes.delete('BER\n*')
    world.lanes.set('BER\nFR', [{ mode: 'road', refusedHandling: [] }])
    expect(place(world, anOrder(1, [units('A', 1)]))).toEqual([
      { fact: 'ReservationRefused', order: orderId(1), why: 'no-lane', lines: [{ line: 1, product: 'A', why: 'no-lane' }] },
    ])
    expect(world.violations()).toEqual([])
  })

  it('refuses what no location or service may handle', () => {
    const world = new World().with('A', 'BER', 5)
    world.products.set('A', { handling: ['dangerous'], lotTracked: false })
    expect(place(world, anOrder(1, [units('A', 1)]))).toMatchObject([{ fact: 'ReservationRefused', why: 'handling-not-accepted' }])
  })

  it('goes only where a mode is left that the customer allows', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
    world.lanes.set('BER\nDE', [{ mode: 'air', refusedHandling: [] }])
    const [fact] = place(world, anOrder(1, [units('A', 1)], { forbiddenModes: ['air'] }))
    expect(fact).toMatchObject({ lines: [{ location: 'MUC' }] })
  })

  it('waits for a product or a lane that is not known yet, and answers when it is', () => {
    const world = new World().with('D', 'BER', 5)
    expect(place(world, anOrder(1, [units('D', 1)]))).toEqual([])
    expect(world.wakes).toEqual([{ kind: 'waiting-order', subject: orderId(1), at: new Date('2026-11-23T12:00:01Z') }])
    world.products.set('D', { handling: ['standard'], lotTracked: false })
    expect(world.decide((book) => answer(book, orderId(1), WAIT_MS, someCause))).toMatchObject([{ fact: 'StockReserved' }])
  })

  it('refuses when what it waited for never came', () => {
    const world = new World()
    place(world, anOrder(1, [units('D', 1)]))
    world.now = new Date('2026-11-23T12:01:00Z')
    expect(world.decide((book) => answer(book, orderId(1), WAIT_MS, someCause))).toMatchObject([{ fact: 'ReservationRefused', why: 'unknown-product' }])
  })

  it('does nothing for an order it has already', () => {
    const world = new World().with('A', 'BER', 5)
    place(world, anOrder(1, [units('A', 1)]))
    expect(place(world, anOrder(1, [units('A', 1)]))).toEqual([])
    expect(world.level('A', 'BER').reserved).toBe(1)
  })
})
