import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { anOrder, run, Story, yes, type Answering } from '../../test/support/order-story.js'
import { isEnded } from '../orders/line-quantities.js'
import { priceOf } from '../orders/unit-money.js'
import { union } from '../orders/unit-set.js'
import { openOperations } from '../payments/payment.js'
import type { OrderFact, Told } from './facts.js'
import { leftOf } from './fulfillment.js'
import { standingsOf } from './line-standing.js'
import { isFinal } from './order-status.js'

const locations = ['BER', 'HAM']
const TROUBLES_MAX = 8

/** A message on its way: the inbox drops what has the same id. */
interface Message {
  readonly id: number
  readonly topic: 'reservation' | 'warehouse' | 'shipping' | 'task'
  readonly fact: OrderFact
}

/**
 * The others: they answer what the order tells, with whatever they like, on topics of their own. Between topics there is no order,
 * and every message may come twice.
 */
class World {
  private readonly queues = new Map<Message['topic'], Message[]>()
  private readonly seen = new Set<number>()
  private heard = 0
  private ids = 0
  private troubles = 0

  constructor(
    readonly story: Story,
    private readonly pick: (choices: number) => number,
  ) {
    for (const { line, units } of story.file.terms.orderedLines) this.source(line, units)
  }

  /** Runs until nothing is on its way. */
  run(): void {
    for (let steps = 0; steps < 2_000; steps += 1) {
      this.answerTold()
      const topics = [...this.queues].flatMap(([topic, queue]) => (queue.length > 0 ? [topic] : []))
      const calls = openOperations(this.story.file.payment)
      if (topics.length === 0 && calls.length === 0) return
      const choice = this.pick(topics.length + (calls.length > 0 ? 1 : 0))
      const topic = topics[choice]
      if (topic === undefined) this.callProvider()
      else this.deliver(topic)
      const { process, terms } = this.story.file
      // no waiting state without a timer, and quantities that hold at every step (standingsOf checks them)
      if (!isFinal(process.status)) expect(Object.keys(process.timers)).not.toEqual([])
      standingsOf(terms, process)
    }
    throw new Error('the order never comes to rest')
  }

  /** Sometimes something goes wrong, but not for ever. */
  private isTrouble(once: number): boolean {
    if (this.pick(once) > 0 || this.troubles >= TROUBLES_MAX) return false
    this.troubles += 1
    return true
  }

  private send(topic: Message['topic'], fact: OrderFact): void {
    const message = { id: (this.ids += 1), topic, fact }
    const queue = this.queues.get(topic) ?? []
    queue.push(message, ...(this.pick(4) === 0 ? [message] : []))
    this.queues.set(topic, queue)
  }

  private deliver(topic: Message['topic']): void {
    const message = this.queues.get(topic)?.shift()
    if (!message || this.seen.has(message.id)) return
    this.seen.add(message.id)
    this.story.say(message.fact)
  }

  private callProvider(): void {
    const [operation] = openOperations(this.story.file.payment)
    if (!operation) return
    const mayDecline = operation.kind === 'capture' && operation.attempt < 5
    const isSilent = this.isTrouble(4)
    const answer = isSilent ? { outcome: 'unknown' as const, why: 'timeout' } : mayDecline && this.isTrouble(6) ? { outcome: 'declined' as const, code: 'busy', retryable: true } : yes(operation)
    if (answer) this.story.say({ kind: 'provider-answered', operation: operation.id, answer })
  }

  /** Whole sets: all of a line's components at one place, or all waiting. */
  private source(line: number, units: number, not?: string): void {
    const stocked = this.story.file.terms.stockedLines.filter((each) => each.line === line)
    let left = units
    while (left > 0) {
      const some = 1 + this.pick(left)
      left -= some
      const lines = stocked.map(({ stockedLine, perParent }) => ({ stockedLine, units: some * perParent }))
      const location = locations.filter((each) => each !== not)[this.pick(not === undefined ? 2 : 1)] ?? 'BER'
      if (this.pick(3) > 0) {
        this.send('reservation', { kind: 'stock-reserved', lines: lines.map((each) => ({ ...each, location })) })
        continue
      }
      this.send('reservation', { kind: 'stock-backordered', lines: lines.map((each) => ({ ...each, availableOn: this.pick(2) === 0 ? null : '2026-12-10' })) })
      this.send('reservation', { kind: 'backorder-filled', lines: lines.map((each) => ({ ...each, location })) })
    }
  }

  private answerTold(): void {
    for (; this.heard < this.story.told.length; this.heard += 1) {
      const told = this.story.told[this.heard]
      if (told?.tell === 'fulfillment-requested') this.fulfill(told)
    }
    for (const { kind, subject } of this.story.file.process.tasks) {
      const isAsked = this.queues.get('task')?.some(({ fact }) => fact.kind === 'task-closed' && fact.task === kind && fact.subject === subject)
      if (!isAsked) this.send('task', { kind: 'task-closed', task: kind, subject, resolution: 'done' })
    }
  }

  private fulfill({ fulfillment, location, lines }: Extract<Told, { tell: 'fulfillment-requested' }>): void {
    const named = lines.map(({ line, unitNumbers }) => ({ line, unitNumbers }))
    if (this.isTrouble(6)) {
      this.send('warehouse', { kind: 'fulfillment-rejected', fulfillment, why: 'closed' })
      for (const each of lines) this.resource(each, each.unitNumbers.reduce((sum, { from, to }) => sum + to - from + 1, 0), location)
      return
    }
    const [first] = lines
    const last = first?.unitNumbers.at(-1)?.to
    const isShort = first !== undefined && last !== undefined && this.isTrouble(3)
    const gone = isShort ? [{ from: last, to: last }] : []
    if (isShort) {
      const stocked = first.stocked.map(({ stockedLine }, place) => {
        const units = this.perParent(stockedLine)
        return { stockedLine, units, missing: place === 0 ? units : 0 }
      })
      const short: OrderFact = { kind: 'fulfillment-short-picked', fulfillment, reason: 'bin-empty', lines: [{ line: first.line, unitNumbers: gone, stocked }] }
      this.send('warehouse', short)
      this.resource(first, 1, location)
    }
    const left = named
      .map(({ line, unitNumbers }) => ({ line, unitNumbers: line === first?.line && isShort ? cut(unitNumbers, last) : unitNumbers }))
      .filter(({ unitNumbers }) => unitNumbers.length > 0)
    if (left.length === 0) return
    this.send('shipping', { kind: 'shipment-dispatched', fulfillment, lines: left })
    if (this.isTrouble(6)) this.send('shipping', { kind: 'shipment-failed', fulfillment, lines: left, outcome: this.pick(2) === 0 ? 'lost' : 'returned-to-sender', reason: 'storm' })
    else this.send('shipping', { kind: 'shipment-delivered', fulfillment, lines: left })
  }

  private resource({ line, stocked }: { readonly line: number; readonly stocked: readonly { readonly stockedLine: string }[] }, units: number, location: string): void {
    this.send('reservation', {
      kind: 'stock-released',
      reason: 'short-picked',
      lines: stocked.map(({ stockedLine }) => ({ stockedLine, units: units * this.perParent(stockedLine), location })),
    })
    this.source(line, units, location)
  }

  private perParent(stockedLine: string): number {
    return this.story.file.terms.stockedLines.find((each) => each.stockedLine === stockedLine)?.perParent ?? 1
  }
}

const cut = (units: readonly { from: number; to: number }[], last: number) =>
  units.flatMap(({ from, to }) => (to === last ? (from < to ? [{ from, to: to - 1 }] : []) : [{ from, to }]))

const someLines = fc.array(
  fc.record({
    units: fc.integer({ min: 1, max: 6 }),
    perParent: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
    netMinor: fc.bigInt(1n, 5_000n),
  }),
  { minLength: 1, maxLength: 3 },
)

const orderOf = (lines: readonly { units: number; perParent: number[]; netMinor: bigint }[], byChannel: boolean) => {
  const given = lines.map(({ units, perParent, netMinor }) => ({ units, perParent, money: [run(1, netMinor + 1n, 3n, 2n), ...(units > 1 ? [run(units - 1, netMinor, 3n, 1n)] : [])] }))
  const placed = anOrder(given)
  return byChannel ? anOrder(given, { payment: { by: 'channel', capturedMinor: placed.totals.totalMinor } }) : placed
}

/** Deterministic choices from a list of numbers: what shrinks well. */
const chooser = (seeds: readonly number[]) => {
  let place = 0
  return (choices: number): number => (seeds[place++ % seeds.length] ?? 0) % Math.max(1, choices)
}

const seeds = fc.array(fc.nat(1_000), { minLength: 20, maxLength: 120 })

describe('whatever the others do, in whatever order it is heard', () => {
  test('an order comes to rest complete, every unit accounted for, and what left is what was charged', () => {
    fc.assert(
      fc.property(someLines, seeds, fc.boolean(), (lines, numbers, byChannel) => {
        const story = new Story(orderOf(lines, byChannel))
        new World(story, chooser(numbers)).run()
        const { process, terms, payment } = story.file
        const standings = standingsOf(terms, process)
        expect(process.status).toBe('COMPLETED')
        expect(standings.every(({ quantities }) => isEnded(quantities))).toBe(true)
        const shipped = process.fulfillments.flatMap((each) => each.lines.map((line) => ({ line: line.line, unitNumbers: leftOf(line) })))
        // no unit leaves twice
        for (const { line } of terms.orderedLines) {
          const parts = shipped.filter((each) => each.line === line).map(({ unitNumbers }) => unitNumbers)
          const separate = parts.flat().reduce((sum, { from, to }) => sum + to - from + 1, 0)
          expect(separate).toBe(union(...parts).reduce((sum, { from, to }) => sum + to - from + 1, 0))
        }
        expect(payment.capturedMinor).toBe(byChannel ? terms.totals.totalMinor : priceOf(terms, shipped))
        expect(payment.status).toBe('CAPTURED')
        expect(story.timers).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('money only moves between accounts, and the accounts are the counters', () => {
    fc.assert(
      fc.property(someLines, seeds, (lines, numbers) => {
        const story = new Story(orderOf(lines, false))
        new World(story, chooser(numbers)).run()
        const balance = (account: string) =>
          story.entries.reduce((sum, { from, to, amountMinor }) => sum + (to === account ? amountMinor : 0n) - (from === account ? amountMinor : 0n), 0n)
        expect(balance('captured')).toBe(story.file.payment.capturedMinor)
        expect(balance('authorized')).toBe(0n)
        expect(balance('customer')).toBe(-story.file.payment.capturedMinor)
      }),
    )
  })

  test('all units refunded, in any portions and any order, give back what was paid', () => {
    fc.assert(
      fc.property(someLines, seeds, fc.boolean(), (lines, numbers, byChannel) => {
        const story = new Story(orderOf(lines, byChannel))
        const pick = chooser(numbers)
        new World(story, pick).run()
        const units = story.file.terms.orderedLines.flatMap(({ line, units: count }) => Array.from({ length: count }, (_, place) => ({ line, number: place + 1 })))
        while (units.length > 0) {
          const taken = units.splice(pick(units.length), 1 + pick(3))
          const named = taken.map(({ line, number }) => ({ line, unitNumbers: [{ from: number, to: number }] }))
          story.say({ kind: 'refund-requested', request: { returnId: null, lines: named, fees: [], refundShipping: true } })
          if (pick(2) === 0) story.answer()
          // the same units again change nothing
          if (pick(3) === 0) story.say({ kind: 'refund-requested', request: { returnId: null, lines: named, fees: [], refundShipping: true } })
        }
        story.answer()
        expect(story.file.payment.refundedMinor).toBe(story.file.payment.capturedMinor)
      }),
    )
  })
})

describe('the same facts, in any order at all', () => {
  const placed = anOrder([{ units: 4 }])
  const confirmed = () => new Story(placed).say({ kind: 'stock-reserved', lines: [{ stockedLine: '1.1', units: 3, location: 'BER' }] }, { kind: 'stock-backordered', lines: [{ stockedLine: '1.1', units: 1, availableOn: '2026-12-10' }] }).answer()
  const { fulfillment } = confirmed().unitsOf(0)
  const units = (from: number, to: number) => [{ line: 1, unitNumbers: [{ from, to }] }]
  const facts: readonly OrderFact[] = [
    { kind: 'fulfillment-short-picked', fulfillment, reason: 'bin-empty', lines: [{ line: 1, unitNumbers: [{ from: 3, to: 3 }], stocked: [{ stockedLine: '1.1', units: 1, missing: 1 }] }] },
    { kind: 'stock-released', reason: 'short-picked', lines: [{ stockedLine: '1.1', units: 1, location: 'BER' }] },
    { kind: 'stock-backordered', lines: [{ stockedLine: '1.1', units: 1, availableOn: null }] },
    { kind: 'backorder-date-changed', lines: [{ stockedLine: '1.1', units: 1, old: null, new: '2026-12-20', reason: 'supply-announced' }] },
    { kind: 'shipment-dispatched', fulfillment, lines: units(1, 2) },
    { kind: 'shipment-delivered', fulfillment, lines: units(1, 2) },
    { kind: 'shipment-failed', fulfillment, lines: units(1, 2), outcome: 'lost', reason: 'no scan' },
  ]

  test('give the same quantities and the same charge', () => {
    const inOrder = confirmed().say(...facts).answer()
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts], { minLength: facts.length }), (shuffled) => {
        const story = confirmed().say(...shuffled).answer()
        expect(story.quantities()).toEqual(inOrder.quantities())
        expect(story.file.payment.capturedMinor).toBe(inOrder.file.payment.capturedMinor)
      }),
    )
    expect(inOrder.quantities()).toMatchObject({ backordered: 2, shipped: 2, delivered: 2, lost: 0, unanswered: 0 })
  })
})

const never: Answering = () => undefined
test('an order whose provider never answers still has its timers', () => {
  const story = new Story().say({ kind: 'stock-reserved', lines: [{ stockedLine: '1.1', units: 2, location: 'BER' }] }).answer(never)
  expect(story.timers).toEqual(expect.arrayContaining(['payment-window-ended', 'payment-unresolved']))
})
