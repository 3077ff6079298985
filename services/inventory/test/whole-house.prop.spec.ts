import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anOrder, day, fulfillmentId, location, orderId, product, someCause, World, type AskedLine } from './warehouse-world.js'
import type { Fact } from '../src/stock/facts.js'
import { announce, moveSupply, receiveSupply } from '../src/backorders/supplies.js'
import { adjust } from '../src/stock/adjust.js'
import { block, blockFound, unblock } from '../src/stock/block.js'
import { handOver } from '../src/stock/hand-over.js'
import { firm, release } from '../src/stock/release.js'
import { request } from '../src/stock/request.js'
import { reserve } from '../src/stock/reserve.js'
import { planRefused, reject, shortPick } from '../src/stock/resource.js'
import { takeBack } from '../src/stock/returned.js'

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

/** Something that happens in the house; numbers choose among what is there. */
type Step =
  | { readonly does: 'place'; readonly lines: readonly AskedLine[]; readonly priority: number }
  | { readonly does: 'confirm' | 'release'; readonly pick: number }
  | { readonly does: 'request' | 'hand-over' | 'reject' | 'plan-refused'; readonly pick: number }
  | { readonly does: 'short'; readonly pick: number; readonly units: number; readonly isWrittenOff: boolean }
  | { readonly does: 'receive' | 'adjust' | 'block' | 'damage' | 'unblock' | 'return' | 'announce'; readonly code: string; readonly at: string; readonly units: number }
  | { readonly does: 'move'; readonly pick: number; readonly units: number; readonly days: number }

const pick = fc.nat({ max: 50 })
const stockStep = fc.record({
  does: fc.constantFrom('receive' as const, 'adjust' as const, 'block' as const, 'damage' as const, 'unblock' as const, 'return' as const, 'announce' as const),
  code: fc.constantFrom(...codes),
  at: fc.constantFrom(...places),
  units: fc.integer({ min: 1, max: 8 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ does: fc.constant('place' as const), lines: askedOrder, priority: fc.integer({ min: 0, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constantFrom('confirm' as const, 'confirm' as const, 'release' as const), pick }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constantFrom('request' as const, 'request' as const, 'hand-over' as const, 'reject' as const, 'plan-refused' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('short' as const), pick, units: fc.integer({ min: 1, max: 3 }), isWrittenOff: fc.boolean() }) },
  { weight: 4, arbitrary: stockStep },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('move' as const), pick, units: fc.nat({ max: 10 }), days: fc.nat({ max: 30 }) }) },
)

/** The other services, as far as they act on what inventory told them. */
class House {
  readonly world: World
  private placed = 0
  private fulfillments = 0

  constructor(stock: readonly (readonly [string, string, number])[]) {
    this.world = aWorld(stock)
  }

  take(each: Step): void {
    const { world } = this
    switch (each.does) {
      case 'place':
        world.decide((book) => reserve(book, anOrder(++this.placed, each.lines, { priority: each.priority }), 0, someCause))
        return
      case 'confirm':
      case 'release': {
        const order = this.chosen([...world.orders.values()].filter(({ phase }) => phase === 'HELD'), each.pick)
        if (order) world.decide((book) => (each.does === 'confirm' ? firm(book, order.order, someCause) : release(book, order.order, 'order-cancelled', someCause)))
        return
      }
      case 'request':
        this.request(each.pick)
        return
      case 'hand-over':
      case 'reject':
      case 'plan-refused': {
        const open = this.chosen([...world.fulfillments.values()].filter(({ status }) => status === 'REQUESTED'), each.pick)
        if (!open) return
        if (each.does === 'hand-over') this.handOver(open.fulfillment)
        else world.decide((book) => (each.does === 'reject' ? reject : planRefused)(book, open, someCause))
        return
      }
      case 'short': {
        const share = this.chosen([...world.shares.values()].filter((one) => one.units > one.consumed + one.dropped && world.fulfillments.get(one.fulfillment)?.status === 'REQUESTED'), each.pick)
        const line = share && world.line(share.order, share.stockedLine)
        if (!share || !line) return
        const group = [...world.lines.values()].filter((other) => other.order === line.order && other.line === line.line)
        const sets = Math.min(each.units, Math.floor((share.units - share.consumed - share.dropped) / line.perParent))
        if (sets === 0) return
        const { order, fulfillment } = share
        const writtenOff = each.isWrittenOff ? [{ product: line.product, lot: null, expiresOn: null, bin: 'X', units: sets * line.perParent }] : []
        const dropped = group.map(({ stockedLine, perParent }) => ({ stockedLine, units: sets * perParent }))
        world.decide((book) => shortPick(book, { order, fulfillment, location: share.location, reason: 'bin-empty', dropped, writtenOff }, someCause))
        return
      }
      case 'move': {
        const supply = this.chosen([...world.supplies.values()], each.pick)
        if (supply) world.decide((book) => moveSupply(book, supply, { units: each.units, availableOn: day(`2026-12-${String(each.days + 1).padStart(2, '0')}`) }, someCause))
        return
      }
      default:
        this.moveStock(each)
    }
  }

  /** Everything asked is done: what is held gets confirmed, requested, handed over; what waits gets its units. */
  finish(): void {
    const { world } = this
    for (const code of codes) world.decide((book) => receiveSupply(book, { product: product(code), location: location('BER'), lot: null, expiresOn: null, bin: null, units: 2_000 }, undefined, someCause))
    for (const { order, phase } of [...world.orders.values()]) if (phase === 'HELD') world.decide((book) => firm(book, order, someCause))
    for (let round = 0; round < 3; round++) {
      for (let left = this.unrequested().length; left > 0; left--) this.request(0)
      for (const open of [...world.fulfillments.values()]) if (open.status === 'REQUESTED') this.handOver(open.fulfillment)
    }
  }

  private moveStock({ does, code, at, units: count }: Extract<Step, { code: string }>): void {
    const { world } = this
    const where = { product: product(code), location: location(at), bin: null }
    const blocking = { ...where, lot: undefined, units: count, reason: 'test', filedByWarehouse: false }
    world.decide((book) => {
      switch (does) {
        case 'receive':
          return receiveSupply(book, { ...where, lot: null, expiresOn: null, units: count }, undefined, someCause)
        case 'adjust':
          return void adjust(book, { ...blocking, lot: null, expiresOn: null, units: -count }, someCause)
        case 'block':
          return void block(book, blocking, someCause)
        case 'damage':
          return blockFound(book, blocking, someCause)
        case 'unblock':
          return void unblock(book, blocking, someCause)
        case 'return':
          return takeBack(book, { order: orderId(0), return: 'r' as never, location: where.location, units: [{ product: where.product, lot: null, units: count, disposition: 'restock' }] }, someCause)
        case 'announce':
          return void announce(book, { id: `s${world.supplies.size}`, code: `PO-${world.supplies.size}`, product: where.product, location: where.location, units: count, availableOn: day('2026-12-10') }, someCause)
        default:
          does satisfies never
      }
    })
  }

  private unrequested() {
    const { world } = this
    return [...world.lines.values()].flatMap((line) => {
      if (world.orders.get(line.order)?.phase !== 'FIRM') return []
      return places.flatMap((at) => {
        const kept = [...world.grants.values()].filter((grant) => grant.order === line.order && grant.stockedLine === line.stockedLine && grant.location === at)
        const open = kept.reduce((sum, grant) => sum + grant.units - grant.consumed - grant.released, 0)
        const asked = [...world.shares.values()]
          .filter((one) => one.order === line.order && one.stockedLine === line.stockedLine && one.location === at && world.fulfillments.get(one.fulfillment)?.status === 'REQUESTED')
          .reduce((sum, one) => sum + Math.max(0, one.units - one.consumed - one.dropped - one.displaced), 0)
        return open > asked ? [{ order: line.order, at, stockedLine: line.stockedLine, units: open - asked }] : []
      })
    })
  }

  /** One fulfillment for all that is kept for an order at a location and not asked for yet. */
  private request(choice: number): void {
    const first = this.chosen(this.unrequested(), choice)
    if (!first) return
    const lines = this.unrequested().filter(({ order, at }) => order === first.order && at === first.at)
    const fulfillment = fulfillmentId(++this.fulfillments)
    this.world.decide((book) => request(book, { order: first.order, fulfillment, location: location(first.at), lines }, someCause))
  }

  private handOver(fulfillment: ReturnType<typeof fulfillmentId>): void {
    const shares = [...this.world.shares.values()].filter((one) => one.fulfillment === fulfillment)
    const [first] = shares
    if (!first) return
    const lines = shares.map(({ stockedLine, units: asked, consumed, dropped }) => ({ stockedLine, lots: [{ lot: null, units: asked - consumed - dropped }] }))
    this.world.decide((book) => handOver(book, { order: first.order, fulfillment, location: first.location, lines }, someCause))
  }

  private chosen<T>(among: readonly T[], choice: number): T | undefined {
    return among.length === 0 ? undefined : among[choice % among.length]
  }
}

describe('inventory, whatever happens in whatever order', () => {
  it('never oversells, never leaks, and every line adds up after every step', () => {
    fc.assert(
      fc.property(stocked, fc.array(step, { maxLength: 40 }), (stock, steps) => {
        const house = new House(stock)
        for (const each of steps) {
          house.take(each)
          expect(house.world.violations()).toEqual([])
        }
      }),
      { numRuns: 300 },
    )
  })

  it('ends with nothing reserved when all is done: every unit is consumed or dropped', () => {
    fc.assert(
      fc.property(stocked, fc.array(step, { maxLength: 25 }), (stock, steps) => {
        const house = new House(stock)
        for (const each of steps) house.take(each)
        house.finish()
        expect(house.world.violations()).toEqual([])
        for (const line of house.world.lines.values()) expect(line).toMatchObject({ reserved: 0, backordered: 0, undecided: 0 })
        expect(keptOf(house.world).every((reserved) => reserved === 0)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it('ends the same whichever of two topics is heard first: the order of each is kept, nothing is between them', () => {
    const facts = fc.record({
      asked: fc.integer({ min: 2, max: 5 }),
      short: fc.integer({ min: 0, max: 2 }),
      elsewhere: fc.integer({ min: 0, max: 3 }),
      floorFirst: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      isBundle: fc.boolean(),
    })
    fc.assert(
      fc.property(facts, ({ asked, short, elsewhere, floorFirst, isBundle }) => {
        const parts: AskedLine['parts'] = isBundle ? [['A', 1], ['B', 2]] : [['A', 1]]
        const lines = parts.map(([, perParent], index) => ({ stockedLine: `1.${index + 1}`, units: perParent }))
        const order = orderId(1)
        const [fulfillment, at] = [fulfillmentId(1), location('BER')]
        const fromOrder = [
          (world: World) => world.decide((book) => firm(book, order, someCause)),
          (world: World) => world.decide((book) => request(book, { order, fulfillment, location: at, lines: lines.map((line) => ({ ...line, units: line.units * asked })) }, someCause)),
        ]
        const dropped = lines.map((line) => ({ ...line, units: line.units * short }))
        const leaving = lines.map(({ stockedLine, units }) => ({ stockedLine, lots: [{ lot: null, units: units * (asked - short) }] }))
        const fromFloor = [
          ...(short > 0 ? [(world: World) => world.decide((book) => shortPick(book, { order, fulfillment, location: at, reason: 'bin-empty', dropped, writtenOff: [] }, someCause))] : []),
          (world: World) => world.decide((book) => handOver(book, { order, fulfillment, location: at, lines: leaving }, someCause)),
        ]
        const run = (isFloorNext: (step: number) => boolean) => {
          const world = aWorld([['A', 'BER', 9], ['B', 'BER', 19], ['A', 'MUC', elsewhere], ['B', 'MUC', elsewhere * 2]])
          world.decide((book) => reserve(book, anOrder(1, [{ sets: asked, parts }]), 0, someCause))
          const queues = { order: [...fromOrder], floor: [...fromFloor] }
          for (let step = 0; queues.order.length + queues.floor.length > 0; step++) {
            const next = (isFloorNext(step) && queues.floor.length > 0) || queues.order.length === 0 ? queues.floor.shift() : queues.order.shift()
            next?.(world)
          }
          expect(world.violations()).toEqual([])
          return { levels: [...world.levels], lines: [...world.lines], grants: [...world.grants], shares: [...world.shares], fulfillments: [...world.fulfillments], orders: [...world.orders] }
        }
        expect(run((step) => floorFirst[step] ?? false)).toEqual(run(() => false))
      }),
      { numRuns: 300 },
    )
  })

  it('tells what it does: from the facts alone, each line has reserved and waiting what its row says, with the date of its row', () => {
    fc.assert(
      fc.property(stocked, fc.array(step, { maxLength: 40 }), (stock, steps) => {
        const house = new House(stock)
        for (const each of steps) {
          house.take(each)
          // units that left for nobody are no fact about a reservation; people were asked to count
          if (house.world.chores.some(({ why }) => why?.includes('did not need them'))) return
          const told = tally(house.world.facts)
          for (const line of house.world.lines.values()) {
            const { reserved, waiting } = told.get(`${line.order}\n${line.stockedLine}`) ?? { reserved: 0, waiting: new Map() }
            expect(reserved).toBe(line.reserved)
            if (house.world.orders.get(line.order)?.phase === 'CLOSED') continue
            expect([...waiting].filter(([, units]) => units !== 0)).toEqual(line.backordered === 0 ? [] : [[line.promisedOn, line.backordered]])
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

interface Told {
  reserved: number
  /** By date. All waiting units of a line have one date, so a fill takes from the only one there is. */
  readonly waiting: Map<string | null, number>
}

function tally(facts: readonly Fact[]): Map<string, Told> {
  const told = new Map<string, Told>()
  const of = (order: string, stockedLine: string): Told => {
    const key = `${order}\n${stockedLine}`
    const known = told.get(key) ?? { reserved: 0, waiting: new Map<string | null, number>() }
    told.set(key, known)
    return known
  }
  const wait = ({ waiting }: Told, date: string | null, units: number) => waiting.set(date, (waiting.get(date) ?? 0) + units)
  for (const fact of facts) {
    if (fact.fact === 'StockReserved' || fact.fact === 'BackorderFilled') for (const line of fact.lines) of(fact.order, line.stockedLine).reserved += line.units
    if (fact.fact === 'StockReleased' || fact.fact === 'StockConsumed') for (const line of fact.lines) of(fact.order, line.stockedLine).reserved -= line.units
    if (fact.fact === 'StockBackordered') for (const line of fact.lines) wait(of(fact.order, line.stockedLine), line.availableOn, line.units)
    if (fact.fact === 'BackorderDateChanged') {
      for (const line of fact.lines) {
        wait(of(fact.order, line.stockedLine), line.old, -line.units)
        wait(of(fact.order, line.stockedLine), line.new, line.units)
      }
    }
    if (fact.fact === 'BackorderFilled') {
      for (const line of fact.lines) {
        const known = of(fact.order, line.stockedLine)
        const date = [...known.waiting].find(([, units]) => units > 0)?.[0] ?? null
        wait(known, date, -line.units)
      }
    }
  }
  return told
}
