import { asId, type BusinessDate, type Cause, type ChannelId, type FulfillmentId, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import { fill } from '../src/backorders/fill.js'
import { promise } from '../src/backorders/promise.js'
import { Atlas, type Site } from '../src/sourcing/atlas.js'
import { displace } from '../src/stock/displace.js'
import type { Fact } from '../src/stock/facts.js'
import { openOf, pendingOf, type FulfillmentNeed, type Grant, type NeedLine, type OrderNeed, type Share } from '../src/stock/order-need.js'
import { OrderNeeds } from '../src/stock/order-needs.js'
import type { PlacedOrder } from '../src/stock/reserve.js'
import { StockBook, type Chore, type Wake } from '../src/stock/stock-book.js'
import { StockCounts } from '../src/stock/stock-counts.js'
import { available, levelKey, type StockLevel, type StockLot } from '../src/stock/stock-level.js'
import type { Supply } from '../src/supply/supply.js'

/** A cause for tests: business code passes it through. */
export const someCause: Cause = { kind: 'timer', timer: 'test', subject: 'test', token: 'test', correlationId: null, actor: 'test', traceparent: null }

export const product = (code: string): ProductId => asId(code)
export const location = (code: string): LocationId => asId(code)
export const orderId = (number: number): OrderId => asId(`00000000-0000-7000-8000-${String(number).padStart(12, '0')}`)
export const fulfillmentId = (number: number): FulfillmentId => asId(`00000000-0000-7000-8001-${String(number).padStart(12, '0')}`)
export const day = (text: string): BusinessDate => text as BusinessDate

/** A line as a test says it: `['A', 2]`, or a bundle: `[['A', 1], ['B', 2]]` times sets. */
export interface AskedLine {
  readonly sets: number
  readonly parts: readonly (readonly [string, number])[]
}

export function anOrder(number: number, lines: readonly AskedLine[], differs: Partial<PlacedOrder> = {}): PlacedOrder {
  return {
    order: orderId(number),
    channel: asId<ChannelId>('web'),
    country: 'DE',
    forbiddenModes: [],
    priority: 5,
    placedAt: new Date(Date.UTC(2026, 10, 23, 10, 0, number)),
    lines: lines.flatMap(({ sets, parts }, line) =>
      parts.map(([code, perParent], part) => ({ line: line + 1, stockedLine: `${line + 1}.${part + 1}`, product: product(code), units: sets * perParent, perParent })),
    ),
    ...differs,
  }
}

/** One unit after another of a single product. */
export const units = (code: string, sets: number): AskedLine => ({ sets, parts: [[code, 1]] })

/** The rows of a store, in memory: each decision opens a book on them, settles it as the store does, and writes it back. */
export class World {
  now = new Date('2026-11-23T12:00:00Z')
  readonly levels = new Map<string, StockLevel>()
  readonly lots = new Map<string, StockLot>()
  readonly orders = new Map<string, OrderNeed>()
  readonly lines = new Map<string, NeedLine>()
  readonly grants = new Map<string, Grant>()
  readonly fulfillments = new Map<string, FulfillmentNeed>()
  readonly shares = new Map<string, Share>()
  readonly supplies = new Map<string, Supply>()
  readonly imported = new Map<string, number>()
  readonly facts: Fact[] = []
  readonly chores: Chore[] = []
  readonly wakes: Wake[] = []
  readonly lanes = new Map<string, { readonly mode: string; readonly refusedHandling: readonly string[] }[]>()
  readonly products = new Map<string, { readonly handling: readonly string[]; readonly lotTracked: boolean }>()
  readonly sites = new Map<string, Site>()

  constructor(locations: readonly string[] = ['BER', 'MUC'], products: readonly string[] = ['A', 'B', 'C']) {
    for (const code of locations) {
      this.sites.set(code, { location: location(code), zone: 'Europe/Berlin', ships: true, handling: ['standard', 'frozen'], hasLanes: true })
      this.lanes.set(`${code}\n*`, [{ mode: 'road', refusedHandling: [] }])
    }
    for (const code of products) this.products.set(code, { handling: ['standard'], lotTracked: false })
  }

  /** Puts units there without telling. */
  with(code: string, at: string, onHand: number, differs: Partial<StockLevel> = {}): this {
    this.levels.set(levelKey(product(code), location(at)), { product: product(code), location: location(at), onHand, blocked: 0, reserved: 0, safety: 0, ...differs })
    this.lots.set(`${code}\n${at}\n`, { product: product(code), location: location(at), lot: null, expiresOn: null, onHand, blocked: differs.blocked ?? 0 })
    return this
  }

  /** One decision. Returns the facts it stated. */
  decide(act: (book: StockBook) => void): Fact[] {
    const needs = new OrderNeeds({
      orders: [...this.orders.values()],
      lines: [...this.lines.values()],
      grants: [...this.grants.values()].filter((grant) => openOf(grant) > 0),
      fulfillments: [...this.fulfillments.values()],
      shares: [...this.shares.values()],
    })
    const lanes = [...this.lanes].map(([key, services]) => ({ location: location(key.split('\n')[0] ?? ''), country: key.split('\n')[1] ?? '*', services }))
    const sites = [...this.sites.values()]
    const products = [...this.products].map(([code, known]) => ({ product: product(code), ...known }))
    const locked = new Set(['A', 'B', 'C', 'D', 'E', ...this.products.keys()].map(product))
    const book = new StockBook(this.now, new StockCounts([...this.levels.values()], [...this.lots.values()]), needs, new Atlas(sites, lanes, products), [...this.supplies.values()], locked)
    for (const [key, count] of this.imported) book.imported.set(key, count)
    act(book)
    displace(book)
    fill(book)
    promise(book, 30)
    this.write(book)
    return book.facts.map(({ fact }) => fact)
  }

  level(code: string, at: string): StockLevel {
    return this.levels.get(levelKey(product(code), location(at))) ?? { product: product(code), location: location(at), onHand: 0, blocked: 0, reserved: 0, safety: 0 }
  }

  line(order: OrderId, stockedLine: string): NeedLine | undefined {
    return this.lines.get(`${order}\n${stockedLine}`)
  }

  /** Everything that is wrong with these rows: what the database would refuse, and what verify would report. */
  violations(): string[] {
    const wrong: string[] = []
    const reserved = new Map<string, number>()
    for (const grant of this.grants.values()) {
      if (openOf(grant) < 0) wrong.push(`grant ${grant.order} ${grant.stockedLine} is over-used`)
      const key = levelKey(grant.product, grant.location)
      reserved.set(key, (reserved.get(key) ?? 0) + openOf(grant))
    }
    for (const [key, level] of this.levels) {
      if (level.onHand < 0 || level.blocked < 0 || level.reserved < 0) wrong.push(`${key} is negative`)
      if (level.reserved > level.onHand - level.blocked) wrong.push(`${key} is oversold: ${JSON.stringify(level)}`)
      if (level.reserved !== (reserved.get(key) ?? 0)) wrong.push(`${key} reserves ${level.reserved}, its grants ${reserved.get(key) ?? 0}`)
      const held = [...this.lots.values()].filter((lot) => levelKey(lot.product, lot.location) === key)
      if (held.reduce((sum, lot) => sum + lot.onHand, 0) !== level.onHand) wrong.push(`${key} and its lots differ`)
      if (held.reduce((sum, lot) => sum + lot.blocked, 0) !== level.blocked) wrong.push(`${key} and its blocked lots differ`)
    }
    for (const line of this.lines.values()) {
      const phase = this.orders.get(line.order)?.phase
      const kept = [...this.grants.values()].filter(({ order, stockedLine }) => order === line.order && stockedLine === line.stockedLine)
      if (kept.reduce((sum, grant) => sum + openOf(grant), 0) !== line.reserved) wrong.push(`line ${line.order} ${line.stockedLine} and its grants differ`)
      if (line.undecided > 0 && phase !== 'WAITING') wrong.push(`line ${line.order} ${line.stockedLine} is undecided`)
      if ((phase === 'CLOSED' || phase === 'REFUSED') && line.reserved + line.backordered > 0) wrong.push(`line ${line.order} ${line.stockedLine} leaks`)
    }
    for (const share of this.shares.values()) {
      const asked = [...this.shares.values()]
        .filter((one) => one.order === share.order && one.stockedLine === share.stockedLine && one.location === share.location)
        .filter(({ fulfillment }) => this.fulfillments.get(fulfillment)?.status === 'REQUESTED')
        .reduce((sum, one) => sum + pendingOf(one), 0)
      const kept = [...this.grants.values()]
        .filter((grant) => grant.order === share.order && grant.stockedLine === share.stockedLine && grant.location === share.location)
        .reduce((sum, grant) => sum + openOf(grant), 0)
      if (asked > kept) wrong.push(`fulfillment ${share.fulfillment} counts on ${asked} of ${share.stockedLine}, kept are ${kept}`)
    }
    return [...wrong, ...this.servable()]
  }

  /** Lines of one product that wait although a location has units for them. */
  private servable(): string[] {
    return [...this.lines.values()].flatMap((line) => {
      const isBundle = [...this.lines.values()].some((other) => other.order === line.order && other.line === line.line && other.stockedLine !== line.stockedLine)
      if (isBundle || line.backordered === 0) return []
      const giving = [...this.levels.values()].filter((level) => level.product === line.product && !line.avoid.includes(level.location) && available(level) >= line.perParent)
      return giving.map(({ location: at }) => `line ${line.order} ${line.stockedLine} waits although ${at} has it`)
    })
  }

  private write(book: StockBook): void {
    for (const level of book.counts.levelsChanged()) this.levels.set(levelKey(level.product, level.location), level)
    for (const lot of book.counts.lotsChanged()) this.lots.set(`${lot.product}\n${lot.location}\n${lot.lot ?? ''}`, lot)
    const { orders, lines, grants, fulfillments, shares } = book.needs.changes()
    for (const order of orders) this.orders.set(order.order, order)
    for (const line of lines) this.lines.set(`${line.order}\n${line.stockedLine}`, line)
    for (const grant of grants) this.grants.set(`${grant.order}\n${grant.stockedLine}\n${grant.grant}`, grant)
    for (const each of fulfillments) this.fulfillments.set(each.fulfillment, each)
    for (const share of shares) this.shares.set(`${share.fulfillment}\n${share.stockedLine}`, share)
    for (const supply of book.suppliesChanged()) this.supplies.set(supply.id, supply)
    for (const [key, count] of book.imported) this.imported.set(key, count)
    this.facts.push(...book.facts.map(({ fact }) => fact))
    this.chores.push(...book.chores)
    this.wakes.push(...book.wakes)
  }
}
