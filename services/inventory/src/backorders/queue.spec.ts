import { describe, expect, it } from '@jest/globals'
import { anOrder, day, location, orderId, product, someCause, units, World } from '../../test/warehouse-world.js'
import { release } from '../stock/release.js'
import { reserve } from '../stock/reserve.js'
import { remindOfBackorder } from './remind.js'
import { announce, findSupply, moveSupply, receiveSupply, remindOfSupply } from './supplies.js'

const A = product('A')
const BER = location('BER')

const announced = (world: World, code: string, count: number, on: string) =>
  world.decide((book) => void announce(book, { id: code, code, product: A, location: BER, units: count, availableOn: day(on) }, someCause))
const moved = (world: World, code: string, change: { units?: number; on?: string }) =>
  world.decide((book) => {
    const supply = findSupply(book, code, A, BER)
    if (supply) moveSupply(book, supply, { units: change.units ?? supply.units, availableOn: day(change.on ?? supply.availableOn) }, someCause)
  })
const received = (world: World, count: number, code?: string) =>
  world.decide((book) =>
    receiveSupply(book, { product: A, location: BER, lot: null, expiresOn: null, bin: null, units: count }, code === undefined ? undefined : findSupply(book, code, A, BER), someCause),
  )
const placed = (world: World, number: number, count: number, priority = 5) =>
  world.decide((book) => reserve(book, anOrder(number, [units('A', count)], { priority }), 0, someCause))

describe('the date of a backorder', () => {
  it('is the first day on which nobody else was promised enough (the example of domain D2)', () => {
    const world = new World().with('A', 'BER', 10)
    announced(world, 'PO-1', 10, '2027-01-10')
    announced(world, 'PO-2', 10, '2027-01-20')
    expect(placed(world, 1, 20)).toMatchObject([{ fact: 'StockReserved', lines: [{ units: 10 }] }, { fact: 'StockBackordered', lines: [{ units: 10, availableOn: '2027-01-10', supply: 'PO-1' }] }])
    expect(placed(world, 2, 10)).toMatchObject([{ fact: 'StockBackordered', lines: [{ availableOn: '2027-01-20', supply: 'PO-2' }] }])
    expect(placed(world, 3, 1)).toMatchObject([{ fact: 'StockBackordered', lines: [{ availableOn: null, supply: null }] }])
  })

  it('leaves early supply to a small order when a large one has to wait for the late one anyway', () => {
    const world = new World()
    announced(world, 'PO-1', 10, '2027-01-10')
    announced(world, 'PO-2', 10, '2027-01-20')
    expect(placed(world, 1, 15)).toMatchObject([{ lines: [{ availableOn: '2027-01-20' }] }])
    expect(placed(world, 2, 5)).toMatchObject([{ lines: [{ availableOn: '2027-01-10' }] }])
  })

  it('is told again when it becomes known, when it moves, and when it is lost', () => {
    const world = new World()
    placed(world, 1, 5)
    expect(announced(world, 'PO-1', 5, '2027-01-10')).toMatchObject([
      { fact: 'SupplyAnnounced' },
      { fact: 'BackorderDateChanged', order: orderId(1), lines: [{ units: 5, old: null, new: '2027-01-10', reason: 'supply-announced' }] },
    ])
    expect(moved(world, 'PO-1', { on: '2027-01-12' })).toMatchObject([
      { fact: 'SupplyMoved', oldAvailableOn: '2027-01-10', availableOn: '2027-01-12' },
      { fact: 'BackorderDateChanged', lines: [{ old: '2027-01-10', new: '2027-01-12', reason: 'supply-moved' }] },
    ])
    expect(moved(world, 'PO-1', { units: 9 })).toMatchObject([{ fact: 'SupplyMoved', units: 9 }])
    expect(moved(world, 'PO-1', { units: 0 })).toMatchObject([{ fact: 'SupplyMoved' }, { fact: 'BackorderDateChanged', lines: [{ old: '2027-01-12', new: null }] }])
  })

  it('moves forward when somebody before it leaves the queue', () => {
    const world = new World()
    announced(world, 'PO-1', 5, '2027-01-10')
    announced(world, 'PO-2', 5, '2027-01-20')
    placed(world, 1, 5)
    placed(world, 2, 5)
    expect(world.decide((book) => release(book, orderId(1), 'order-cancelled', someCause))).toMatchObject([
      { fact: 'BackorderDateChanged', order: orderId(2), lines: [{ old: '2027-01-20', new: '2027-01-10', reason: 'order-cancelled' }] },
    ])
  })

  it('of a bundle is the day on which all of its parts are there', () => {
    const world = new World().with('A', 'BER', 4)
    world.decide((book) => void announce(book, { id: 'b', code: 'PO-B', product: product('B'), location: BER, units: 4, availableOn: day('2027-02-01') }, someCause))
    expect(world.decide((book) => reserve(book, anOrder(1, [{ sets: 2, parts: [['A', 1], ['B', 2]] }]), 0, someCause))).toMatchObject([
      { fact: 'StockBackordered', lines: [{ product: 'A', units: 2, availableOn: '2027-02-01', supply: 'PO-B' }, { product: 'B', units: 4, availableOn: '2027-02-01' }] },
    ])
  })

  it('of overdue supply is today at the earliest, and somebody is asked about the supply', () => {
    const world = new World()
    announced(world, 'PO-1', 5, '2026-11-20')
    expect(placed(world, 1, 5)).toMatchObject([{ lines: [{ availableOn: '2026-11-23' }] }])
    world.decide((book) => remindOfSupply(book, 'PO-1', someCause))
    expect(world.chores).toMatchObject([{ kind: 'supply-overdue', subject: 'PO-1', owner: 'receiver' }])
    // who closes the task without the goods is asked again
    expect(world.wakes.at(-1)).toEqual({ kind: 'supply-overdue', subject: 'PO-1', at: new Date('2026-11-26T12:00:00Z') })
    moved(world, 'PO-1', { units: 0 })
    expect(world.wakes).toContainEqual({ kind: 'supply-overdue', subject: 'PO-1', at: null })
    expect(world.chores).toContainEqual(expect.objectContaining({ kind: 'supply-overdue', subject: 'PO-1', why: null }))
  })
})

describe('the queue', () => {
  it('is served by priority, then promised date, then age; each gets what there is', () => {
    const world = new World()
    announced(world, 'PO-1', 4, '2027-01-10')
    placed(world, 1, 4)
    placed(world, 2, 4)
    placed(world, 3, 2, 9)
    expect(received(world, 5, 'PO-1')).toMatchObject([
      { fact: 'StockReceived', units: 5, reason: 'supply PO-1' },
      { fact: 'BackorderFilled', order: orderId(3), lines: [{ units: 2, grant: 1 }] },
      { fact: 'BackorderFilled', order: orderId(1), lines: [{ units: 3, grant: 1 }] },
      { fact: 'BackorderDateChanged', order: orderId(1), lines: [{ units: 1, old: '2027-01-10', new: null }] },
    ])
    expect(received(world, 9)).toMatchObject([
      { fact: 'StockReceived' },
      { fact: 'BackorderFilled', order: orderId(1), lines: [{ units: 1, grant: 2 }] },
      { fact: 'BackorderFilled', order: orderId(2), lines: [{ units: 4, grant: 1 }] },
    ])
    expect(world.violations()).toEqual([])
  })

  it('is before any later order', () => {
    const world = new World()
    placed(world, 1, 3)
    received(world, 2)
    expect(placed(world, 2, 1)).toMatchObject([{ fact: 'StockBackordered' }])
  })

  it('sends a line that waits past its day to a person, and takes the task back when it is served', () => {
    const world = new World()
    placed(world, 1, 3)
    world.decide((book) => remindOfBackorder(book, orderId(1), 1, someCause))
    expect(world.chores).toMatchObject([{ kind: 'backorder-overdue', subject: `${orderId(1)}/1`, order: orderId(1) }])
    expect(world.wakes.at(-1)).toEqual({ kind: 'backorder-due', subject: `${orderId(1)}/1`, at: new Date('2026-11-26T12:00:00Z') })
    received(world, 3)
    expect(world.chores.at(-1)).toMatchObject({ kind: 'backorder-overdue', subject: `${orderId(1)}/1`, why: null })
  })
})
