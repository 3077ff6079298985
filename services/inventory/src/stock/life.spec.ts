import { describe, expect, it } from '@jest/globals'
import { anOrder, day, fulfillmentId, location, orderId, product, someCause, units, World } from '../../test/warehouse-world.js'
import { adjust } from './adjust.js'
import { block, blockFound, expire, unblock } from './block.js'
import { handOver } from './hand-over.js'
import { firm, release } from './release.js'
import { request } from './request.js'
import { reserve } from './reserve.js'
import { receive as takeIn } from './receive.js'
import { planRefused, reject, shortPick } from './resource.js'
import { takeBack } from './returned.js'
import type { AskedLine } from '../../test/warehouse-world.js'

const BER = location('BER')
const F1 = fulfillmentId(1)

function place(world: World, number: number, lines: readonly AskedLine[]): void {
  world.decide((book) => reserve(book, anOrder(number, lines), 0, someCause))
}
function confirm(world: World, number: number): void {
  world.decide((book) => firm(book, orderId(number), someCause))
}
function ask(world: World, number: number, count: number, fulfillment = F1, at = BER): void {
  world.decide((book) => request(book, { order: orderId(number), fulfillment, location: at, lines: [{ stockedLine: '1.1', units: count }] }, someCause))
}
const handedOver = (world: World, count: number, fulfillment = F1, number = 1) =>
  world.decide((book) =>
    handOver(book, { order: orderId(number), fulfillment, location: BER, lines: [{ stockedLine: '1.1', lots: [{ lot: null, units: count }] }] }, someCause),
  )
const damage = (world: World, count: number) =>
  world.decide((book) => blockFound(book, { product: product('A'), location: BER, lot: null, bin: 'A-1', units: count, reason: 'damaged', filedByWarehouse: true }, someCause))
const receive = (world: World, count: number, at = BER) =>
  world.decide((book) => takeIn(book, { product: product('A'), location: at, lot: null, expiresOn: null, bin: null, units: count, from: 'supplier', reason: 'received' }, someCause))
const dropped = (count: number) => [{ stockedLine: '1.1', units: count }]
const gone = (count: number) => [{ product: product('A'), lot: null, expiresOn: null, bin: 'A-1', units: count }]

describe('the life of a reservation', () => {
  it('is held, firm, and consumed when its units leave', () => {
    const world = new World().with('A', 'BER', 5)
    place(world, 1, [units('A', 2)])
    expect([...world.grants.values()]).toMatchObject([{ status: 'HELD' }])
    confirm(world, 1)
    expect([...world.grants.values()]).toMatchObject([{ status: 'FIRM' }])
    ask(world, 1, 2)
    expect(handedOver(world, 2)).toEqual([
      { fact: 'StockConsumed', order: orderId(1), fulfillment: F1, location: 'BER', lines: [{ line: 1, stockedLine: '1.1', product: 'A', units: 2 }] },
    ])
    expect([...world.grants.values()]).toMatchObject([{ status: 'CONSUMED', consumed: 2 }])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 3, reserved: 0 })
  })

  it('counts a hand-over once', () => {
    const world = new World().with('A', 'BER', 5)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    handedOver(world, 2)
    expect(handedOver(world, 2)).toEqual([])
    expect(world.level('A', 'BER').onHand).toBe(3)
  })

  it('is consumed the same if the hand-over is heard of before the request and the confirmation', () => {
    const world = new World().with('A', 'BER', 5)
    place(world, 1, [units('A', 2)])
    handedOver(world, 2)
    confirm(world, 1)
    ask(world, 1, 2)
    expect(world.line(orderId(1), '1.1')).toMatchObject({ consumed: 2, reserved: 0 })
    expect(world.violations()).toEqual([])
  })

  it('serves again what was asked for and did not leave', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
    place(world, 1, [units('A', 3)])
    confirm(world, 1)
    ask(world, 1, 3)
    expect(handedOver(world, 2)).toMatchObject([{ fact: 'StockConsumed' }, { fact: 'StockReleased', reason: 'not-shipped' }, { fact: 'StockReserved', lines: [{ location: 'MUC', units: 1, grant: 2 }] }])
  })

  it('is given back when the order ends, and the queue gets the units at once', () => {
    const world = new World().with('A', 'BER', 2)
    place(world, 1, [units('A', 2)])
    place(world, 2, [units('A', 2)])
    const facts = world.decide((book) => release(book, orderId(1), 'order-expired', someCause))
    expect(facts).toMatchObject([
      { fact: 'StockReleased', order: orderId(1), reason: 'order-expired', lines: [{ units: 2, location: 'BER', grant: 1 }] },
      { fact: 'BackorderFilled', order: orderId(2), lines: [{ units: 2, location: 'BER', grant: 1 }] },
    ])
    expect([...world.grants.values()].map(({ status }) => status)).toEqual(['RELEASED', 'HELD'])
  })
})

describe('a fact that takes stock away', () => {
  it('moves the youngest promises to another location: held before firm, firm before requested', () => {
    const world = new World().with('A', 'BER', 3)
    for (const number of [1, 2, 3]) {
      place(world, number, [units('A', 1)])
      world.now = new Date(world.now.getTime() + 60_000)
    }
    confirm(world, 3)
    ask(world, 3, 1)
    confirm(world, 2)
    world.with('A', 'MUC', 5)
    const movedOrder = () => world.facts.findLast((fact) => fact.fact === 'StockReserved')
    const facts = damage(world, 1)
    expect(facts).toMatchObject([
      { fact: 'StockBlocked', units: 1, filedByWarehouse: true },
      { fact: 'StockReleased', order: orderId(1), reason: 'damaged' },
      { fact: 'StockReserved', order: orderId(1), lines: [{ location: 'MUC', grant: 2 }] },
    ])
    damage(world, 1)
    expect(movedOrder()).toMatchObject({ order: orderId(2) })
    damage(world, 1)
    expect(movedOrder()).toMatchObject({ order: orderId(3) })
    expect(world.violations()).toEqual([])
  })

  it('moves whole bundles, and what they give back serves others', () => {
    const world = new World().with('A', 'BER', 1).with('B', 'BER', 1)
    place(world, 1, [{ sets: 1, parts: [['A', 1], ['B', 1]] }])
    place(world, 2, [units('B', 1)])
    expect(damage(world, 1)).toMatchObject([
      { fact: 'StockBlocked' },
      { fact: 'StockReleased', order: orderId(1), lines: [{ product: 'A' }, { product: 'B' }] },
      { fact: 'BackorderFilled', order: orderId(2), lines: [{ product: 'B' }] },
      { fact: 'StockBackordered', order: orderId(1), lines: [{ product: 'A' }, { product: 'B' }] },
    ])
  })

  it('does not move twice what a short pick reports after it was moved', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 1)])
    confirm(world, 1)
    ask(world, 1, 1)
    damage(world, 1)
    expect(world.level('A', 'MUC').reserved).toBe(1)
    const facts = world.decide((book) => shortPick(book, { order: orderId(1), fulfillment: F1, location: BER, reason: 'damaged', dropped: dropped(1), writtenOff: [] }, someCause))
    expect(facts).toEqual([])
    expect(world.line(orderId(1), '1.1')).toMatchObject({ reserved: 1, backordered: 0 })
  })

  it('takes back from elsewhere what the floor shipped although it was moved', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 1)])
    confirm(world, 1)
    ask(world, 1, 1)
    world.decide((book) => block(book, { product: product('A'), location: BER, lot: null, bin: null, units: 1, reason: 'recall', filedByWarehouse: false }, someCause))
    expect(handedOver(world, 1)).toMatchObject([
      { fact: 'StockReleased', lines: [{ location: 'MUC' }], reason: 'shipped-from-elsewhere' },
      { fact: 'StockReserved', lines: [{ location: 'BER', grant: 3 }] },
      { fact: 'StockConsumed' },
    ])
    expect(world.line(orderId(1), '1.1')).toMatchObject({ consumed: 1, reserved: 0 })
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 0, blocked: 0, reserved: 0 })
    expect(world.level('A', 'MUC').reserved).toBe(0)
  })

  it('tells only the units that wait since now, and the date of those that waited before if it moves', () => {
    const world = new World().with('A', 'BER', 2)
    const supply = { product: product('A'), location: BER, units: 3, received: 0 }
    world.supplies.set('s', { ...supply, id: 's', code: 'PO-1', availableOn: day('2027-01-10') })
    world.supplies.set('t', { ...supply, id: 't', code: 'PO-2', availableOn: day('2027-01-20') })
    place(world, 1, [units('A', 4)])
    expect(world.facts.at(-1)).toMatchObject({ fact: 'StockBackordered', lines: [{ units: 2, availableOn: '2027-01-10' }] })
    expect(damage(world, 2)).toMatchObject([
      { fact: 'StockBlocked' },
      { fact: 'StockReleased', lines: [{ units: 2 }] },
      { fact: 'StockBackordered', lines: [{ units: 2, availableOn: '2027-01-20' }] },
      { fact: 'BackorderDateChanged', lines: [{ units: 2, old: '2027-01-10', new: '2027-01-20', reason: 'damaged' }] },
    ])
  })

  it('takes from the queue what the floor shipped although it was backordered', () => {
    const world = new World().with('A', 'BER', 1)
    place(world, 1, [units('A', 1)])
    confirm(world, 1)
    ask(world, 1, 1)
    damage(world, 1)
    expect(handedOver(world, 1)).toMatchObject([{ fact: 'BackorderFilled', lines: [{ location: 'BER', grant: 2 }] }, { fact: 'StockConsumed' }])
    expect(world.line(orderId(1), '1.1')).toMatchObject({ consumed: 1, backordered: 0, promisedOn: null })
    expect(world.violations()).toEqual([])
  })

  it('notes as displaced what another location was asked for, when it is taken back from there', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 1)])
    confirm(world, 1)
    ask(world, 1, 1)
    damage(world, 1)
    ask(world, 1, 1, fulfillmentId(2), location('MUC'))
    handedOver(world, 1)
    expect([...world.shares.values()].find(({ fulfillment }) => fulfillment === fulfillmentId(2))).toMatchObject({ units: 1, displaced: 1 })
    expect(world.violations()).toEqual([])
  })

  it('keeps apart what was moved and came back to the same location', () => {
    const cameBack = () => {
      const world = new World().with('A', 'BER', 1)
      place(world, 1, [units('A', 1)])
      confirm(world, 1)
      ask(world, 1, 1)
      damage(world, 1)
      expect(receive(world, 1)).toMatchObject([{ fact: 'StockReceived' }, { fact: 'BackorderFilled', lines: [{ location: 'BER', grant: 2 }] }])
      return world
    }
    const short = cameBack()
    expect(short.decide((book) => shortPick(book, { order: orderId(1), fulfillment: F1, location: BER, reason: 'damaged', dropped: dropped(1), writtenOff: [] }, someCause))).toEqual([])
    expect(short.line(orderId(1), '1.1')).toMatchObject({ reserved: 1 })
    // shipped all the same: the second grant is told as given back, because the order may ask for it
    expect(handedOver(cameBack(), 1)).toMatchObject([
      { fact: 'StockReleased', lines: [{ grant: 2 }] },
      { fact: 'StockReserved', lines: [{ grant: 3 }] },
      { fact: 'StockConsumed' },
    ])
  })

  it('notes what moved away while the request for it was on its way', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 1)])
    confirm(world, 1)
    damage(world, 1)
    ask(world, 1, 1)
    expect([...world.shares.values()]).toMatchObject([{ units: 1, displaced: 1 }])
    world.decide((book) => shortPick(book, { order: orderId(1), fulfillment: F1, location: BER, reason: 'damaged', dropped: dropped(1), writtenOff: [] }, someCause))
    expect(world.level('A', 'MUC').reserved).toBe(1)
    expect(world.violations()).toEqual([])
  })
})

describe('a short pick', () => {
  const short = (world: World, writtenOff = gone(1)) =>
    world.decide((book) => shortPick(book, { order: orderId(1), fulfillment: F1, location: BER, reason: 'bin-empty', dropped: dropped(1), writtenOff }, someCause))

  it('writes the units off and serves the order from another location with its next grant', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    expect(short(world)).toMatchObject([
      { fact: 'StockAdjusted', units: -1, bin: 'A-1', filedByWarehouse: true, reason: 'bin-empty' },
      { fact: 'StockReleased', reason: 'short-picked', lines: [{ location: 'BER', units: 1, grant: 1 }] },
      { fact: 'StockReserved', lines: [{ location: 'MUC', units: 1, grant: 2 }] },
    ])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 4, reserved: 1 })
  })

  it('does not go back to the location that could not give it, until stock comes in there', () => {
    const world = new World().with('A', 'BER', 5)
    place(world, 1, [units('A', 1)])
    ask(world, 1, 1)
    expect(short(world, [])).toMatchObject([{ fact: 'StockReleased' }, { fact: 'StockBackordered', lines: [{ units: 1 }] }])
    expect(world.line(orderId(1), '1.1')).toMatchObject({ backordered: 1, avoid: ['BER'] })
    expect(receive(world, 1)).toMatchObject([{ fact: 'StockReceived' }, { fact: 'BackorderFilled', lines: [{ location: 'BER', grant: 2 }] }])
  })

  it('beside another in one batch: who was never told to wait hears of a reservation, not of a fill', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 1)])
    place(world, 2, [units('A', 1)])
    const one = { order: orderId(1), fulfillment: F1, location: BER, reason: 'bin-empty', dropped: dropped(1), writtenOff: gone(1) }
    const two = { order: orderId(2), fulfillment: fulfillmentId(2), location: location('MUC'), reason: 'not-mine', dropped: dropped(1), writtenOff: [] }
    expect(world.decide((book) => [one, two].forEach((each) => shortPick(book, each, someCause)))).toMatchObject([
      { fact: 'StockAdjusted' },
      { fact: 'StockReleased', order: orderId(1) },
      { fact: 'StockReleased', order: orderId(2) },
      { fact: 'StockReserved', order: orderId(1), lines: [{ location: 'MUC', grant: 2 }] },
      { fact: 'StockBackordered', order: orderId(2), lines: [{ units: 1 }] },
    ])
  })

  it('beside another of the same line in one batch: all that waits is told', () => {
    const world = new World().with('A', 'BER', 1).with('A', 'MUC', 1)
    place(world, 1, [units('A', 2)])
    const at = (where: string, number: number) => ({ order: orderId(1), fulfillment: fulfillmentId(number), location: location(where), reason: 'bin-empty', dropped: dropped(1), writtenOff: gone(1) })
    const facts = world.decide((book) => [at('BER', 1), at('MUC', 2)].forEach((each) => shortPick(book, each, someCause)))
    expect(facts.at(-1)).toMatchObject({ fact: 'StockBackordered', lines: [{ units: 2 }] })
  })

  it('may be heard of before its request', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
    place(world, 1, [units('A', 2)])
    short(world)
    ask(world, 1, 2)
    expect(world.line(orderId(1), '1.1')).toMatchObject({ reserved: 2 })
    expect(world.level('A', 'MUC').reserved).toBe(1)
    handedOver(world, 1)
    expect(world.line(orderId(1), '1.1')).toMatchObject({ reserved: 1, consumed: 1 })
    expect(world.violations()).toEqual([])
  })
})

describe('a fulfillment that cannot be', () => {
  it('is served from elsewhere when the location rejects it, also if that is heard of first', () => {
    for (const isRejectedFirst of [false, true]) {
      const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
      place(world, 1, [units('A', 2)])
      const no = () => world.decide((book) => reject(book, { order: orderId(1), fulfillment: F1, location: BER }, someCause))
      if (isRejectedFirst) no()
      ask(world, 1, 2)
      if (!isRejectedFirst) no()
      expect(world.facts.slice(-2)).toMatchObject([
        { fact: 'StockReleased', reason: 'fulfillment-rejected', lines: [{ location: 'BER', units: 2 }] },
        { fact: 'StockReserved', lines: [{ location: 'MUC', units: 2 }] },
      ])
      expect(world.violations()).toEqual([])
    }
  })

  it('moves once as a whole when no carrier takes it; then people decide', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 5)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    const refuse = (fulfillment = F1, at = BER) => world.decide((book) => planRefused(book, { order: orderId(1), fulfillment, location: at }, someCause))
    expect(refuse()).toMatchObject([{ fact: 'StockReleased', reason: 'no-carrier-service' }, { fact: 'StockReserved', lines: [{ location: 'MUC' }] }])
    ask(world, 1, 2, fulfillmentId(2), location('MUC'))
    expect(refuse(fulfillmentId(2), location('MUC'))).toEqual([])
    expect(world.chores).toMatchObject([{ kind: 'plan-refused', subject: fulfillmentId(2), owner: 'operator' }])
    expect(world.level('A', 'MUC').reserved).toBe(2)
  })

  it('stays where it is when no other location has all of it', () => {
    const world = new World().with('A', 'BER', 5).with('A', 'MUC', 1)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    expect(world.decide((book) => planRefused(book, { order: orderId(1), fulfillment: F1, location: BER }, someCause))).toEqual([])
    expect(world.chores).toMatchObject([{ kind: 'plan-refused' }])
    expect(world.level('A', 'BER').reserved).toBe(2)
  })
})

describe('counts', () => {
  const at = { product: product('A'), location: BER, bin: null, reason: 'count', filedByWarehouse: false, expiresOn: null }

  it('go up and down, never below nothing', () => {
    const world = new World().with('A', 'BER', 2)
    world.decide((book) => expect(adjust(book, { ...at, lot: undefined, units: -3 }, someCause)).toEqual({ refused: 'not-enough-on-hand', onHand: 2 }))
    expect(world.decide((book) => void adjust(book, { ...at, lot: null, units: 3 }, someCause))).toMatchObject([{ fact: 'StockAdjusted', units: 3, balance: { onHand: 5 } }])
    expect(world.decide((book) => void adjust(book, { ...at, lot: undefined, units: -5 }, someCause))).toMatchObject([{ fact: 'StockAdjusted', units: -5, balance: { onHand: 0 } }])
  })

  it('throw blocked units away first when they are scrapped', () => {
    const world = new World().with('A', 'BER', 5, { blocked: 2 })
    world.decide((book) => void adjust(book, { ...at, lot: undefined, units: -2, reason: 'scrapped' }, someCause))
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 3, blocked: 0 })
  })

  it('are corrected, and a count is asked for, when more is shipped than the books have', () => {
    const world = new World().with('A', 'BER', 2)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    const facts = world.decide((book) =>
      handOver(book, { order: orderId(1), fulfillment: F1, location: BER, lines: [{ stockedLine: '1.1', lots: [{ lot: 'L-9', units: 2 }] }] }, someCause),
    )
    // the lot is not known here; the units are
    expect(facts).toMatchObject([{ fact: 'StockConsumed' }])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 0, reserved: 0 })
    // the floor owes them since the books lost them: it hears that they are back
    expect(handedOver(world, 1, fulfillmentId(2))).toContainEqual(expect.objectContaining({ fact: 'StockAdjusted', units: 1, reason: 'shipped-but-not-on-the-books', filedByWarehouse: false }))
    expect(world.chores).toContainEqual(expect.objectContaining({ kind: 'count', subject: 'A@BER' }))
    expect(world.violations()).toEqual([])
  })
})

describe('units that the floor misses and the books had given up before', () => {
  it('are found again first, so that bins and books lose the same', () => {
    const world = new World().with('A', 'BER', 2)
    place(world, 1, [units('A', 2)])
    ask(world, 1, 2)
    world.decide((book) => void adjust(book, { product: product('A'), location: BER, lot: null, expiresOn: null, bin: null, units: -1, reason: 'count', filedByWarehouse: false }, someCause))
    const facts = world.decide((book) => shortPick(book, { order: orderId(1), fulfillment: F1, location: BER, reason: 'bin-empty', dropped: dropped(2), writtenOff: gone(2) }, someCause))
    const adjusted = facts.flatMap((each) => (each.fact === 'StockAdjusted' ? [{ units: each.units, filedByWarehouse: each.filedByWarehouse }] : []))
    expect(adjusted).toEqual([
      { units: 1, filedByWarehouse: false },
      { units: -2, filedByWarehouse: true },
    ])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 0, reserved: 0 })
    expect(world.chores).toContainEqual(expect.objectContaining({ kind: 'count', subject: 'A@BER' }))
    expect(world.violations()).toEqual([])
  })
})

describe('lots', () => {
  const incoming = (world: World, expiresOn: string, count = 3) =>
    world.decide((book) =>
      takeIn(book, { product: product('A'), location: BER, lot: 'L-1', expiresOn: expiresOn as never, bin: null, units: count, from: 'supplier', reason: 'received' }, someCause),
    )

  it('are blocked on the day after their expiry, in the zone of their location', () => {
    const world = new World()
    incoming(world, '2026-11-24')
    const wake = world.wakes.find(({ kind }) => kind === 'lot-expiry')
    expect(wake?.at).toEqual(new Date('2026-11-24T23:00:00Z'))
    const expireNow = () => world.decide((book) => expire(book, { product: product('A'), location: BER, lot: 'L-1' }, someCause))
    expect(expireNow()).toEqual([])
    world.now = wake?.at ?? world.now
    expect(expireNow()).toMatchObject([{ fact: 'StockBlocked', units: 3, reason: 'expired', lot: 'L-1', filedByWarehouse: false }])
    world.decide((book) => {
      const blocking = { product: product('A'), location: BER, lot: 'L-1', bin: null, units: 1, reason: 'mistake', filedByWarehouse: false }
      expect(unblock(book, blocking, someCause)).toEqual({ refused: 'lot-expired', expiresOn: '2026-11-24' })
    })
  })

  it('come in blocked when they are expired already', () => {
    const world = new World()
    expect(incoming(world, '2026-11-22')).toMatchObject([{ fact: 'StockBlocked', received: true, reason: 'expired' }])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 3, blocked: 3 })
  })
})

describe('returned units', () => {
  it('go where inspection sends them', () => {
    const world = new World()
    const back = (disposition: 'restock' | 'block' | 'scrap' | 'vendor' | 'refurbish') =>
      world.decide((book) =>
        takeBack(book, { order: orderId(1), return: orderId(7) as never, location: BER, units: [{ product: product('A'), lot: null, units: 2, disposition }] }, someCause),
      )
    expect(back('restock')).toMatchObject([{ fact: 'StockReceived', reason: 'return', units: 2 }])
    expect(back('block')).toMatchObject([{ fact: 'StockBlocked', received: true, reason: 'return' }])
    expect(back('scrap')).toEqual([])
    expect(back('vendor')).toEqual([])
    expect(back('refurbish')).toMatchObject([{ fact: 'StockBlocked', reason: 'refurbish' }])
    expect(world.level('A', 'BER')).toMatchObject({ onHand: 6, blocked: 4 })
    expect(world.chores.map(({ kind }) => kind)).toEqual(['return-to-vendor', 'refurbish'])
  })
})
