import { asId } from '@waybill/kernel'
import { advance, type Effect, type OrderFile } from '../../src/order-process/advance.js'
import type { OrderFact, Told } from '../../src/order-process/facts.js'
import { standingsOf } from '../../src/order-process/line-standing.js'
import { newProcess, standardLimits, type ProcessLimits } from '../../src/order-process/order-process.js'
import type { Lane, Location, Places } from '../../src/order-process/places.js'
import type { OrderTimer } from '../../src/order-process/order-timers.js'
import { termsOf } from '../../src/orders/order-terms.js'
import type { LineQuantities } from '../../src/orders/line-quantities.js'
import type { MoneyRun, PlacedOrder, PlacedPayment } from '../../src/orders/placed-order.js'
import { beginPayment } from '../../src/payments/begin-payment.js'
import type { LedgerEntry } from '../../src/payments/ledger.js'
import type { ProviderAnswer } from '../../src/payments/payment-provider.js'
import { openOperations, type Operation } from '../../src/payments/payment.js'

interface LineGiven {
  readonly units: number
  /** Net of each unit, run by run; default: one run of 1000. Tax is 19 of each 100. */
  readonly money?: readonly MoneyRun[]
  /** Pieces per unit of each component; default: one component, one piece. */
  readonly perParent?: readonly number[]
}

export const run = (units: number, netMinor: bigint, taxMinor = 0n, shippingMinor = 0n): MoneyRun => ({
  units,
  netMinor,
  taxMinor,
  discountMinor: 0n,
  shippingMinor,
  shippingTaxMinor: 0n,
})

/** An order with the given lines; everything else is usual. */
export function anOrder(
  lines: readonly LineGiven[] = [{ units: 2 }],
  { order = '01938b1e-7c00-7000-8000-000000000001', reference = 'W-1', payment = { by: 'provider', token: 'tok_ok' } as PlacedPayment } = {},
): PlacedOrder {
  const orderedLines = lines.map(({ units, money }, place) => ({
    line: place + 1,
    product: asId<PlacedOrder['orderedLines'][number]['product']>(`P-${place + 1}`),
    description: `Product ${place + 1}`,
    category: null,
    units,
    money: money ?? [run(units, 1000n, 190n)],
  }))
  const totals = orderedLines.flatMap(({ money }) => money).reduce(
    (sum, each) => ({
      netMinor: sum.netMinor + each.netMinor * BigInt(each.units),
      taxMinor: sum.taxMinor + each.taxMinor * BigInt(each.units),
      discountMinor: 0n,
      shippingMinor: sum.shippingMinor + each.shippingMinor * BigInt(each.units),
      shippingTaxMinor: 0n,
    }),
    { netMinor: 0n, taxMinor: 0n, discountMinor: 0n, shippingMinor: 0n, shippingTaxMinor: 0n },
  )
  return {
    order: asId(order),
    channel: asId('web-eu'),
    reference,
    contentHash: 'f'.repeat(64),
    brand: null,
    placedAt: new Date('2026-11-23T10:00:00Z'),
    currency: 'EUR',
    customer: { name: 'Ada Lovelace', email: 'ada@example.com', phone: null, language: 'en' },
    deliveryAddress: { name: 'Ada Lovelace', street: 'Hauptstr. 1', street2: null, postalCode: '10115', city: 'Berlin', region: null, country: 'DE' },
    preference: 'standard',
    forbiddenModes: [],
    priority: 5,
    payment,
    orderedLines,
    stockedLines: lines.flatMap(({ units, perParent = [1] }, place) =>
      perParent.map((pieces, component) => ({
        line: place + 1,
        stockedLine: `${place + 1}.${component + 1}`,
        product: asId<PlacedOrder['stockedLines'][number]['product']>(`P-${place + 1}-${component + 1}`),
        units: units * pieces,
        perParent: pieces,
        valueMinor: 100n * BigInt(pieces),
      })),
    ),
    totals: { ...totals, totalMinor: totals.netMinor + totals.taxMinor + totals.shippingMinor },
  }
}

export const aLocation = (location: string, handlingDays = 0): Location => ({
  location,
  zone: 'Europe/Berlin',
  ships: true,
  handlingDays,
  calendar: { workdays: [1, 2, 3, 4, 5], opens: '08:00', closes: '18:00', holidays: [] },
})

export const aLane = (location: string, country = 'DE', p50 = 1, p90 = 2): Lane => ({
  location,
  country,
  services: [{ mode: 'road', transitDays: { p50, p90, p95: p90 + 1 }, cutOff: '16:00' }],
})

export const somePlaces: Places = {
  locations: new Map(['BER', 'HAM'].map((location) => [location, aLocation(location)])),
  lanes: [aLane('BER'), aLane('HAM')],
}

/** How the provider answers an operation in a story; undefined: the call stays open. */
export type Answering = (operation: Operation) => ProviderAnswer | undefined

export const yes: Answering = ({ id, kind, authorization }) => ({
  outcome: 'succeeded',
  reference: id,
  authorization: kind === 'authorize' || kind === 'renew' ? `auth-${id}` : (authorization ?? ''),
  expiresAt: kind === 'authorize' || kind === 'renew' ? new Date('2026-12-20T10:00:00Z') : null,
})

export const no = (code: string, retryable = false): Answering => () => ({ outcome: 'declined', code, retryable })

/** One order and all that is said about it: given facts, when this is said, then that is told. */
export class Story {
  file: OrderFile
  now = new Date('2026-11-23T10:00:00Z')
  readonly told: Told[] = []
  readonly effects: Effect[] = []
  readonly entries: LedgerEntry[] = []
  places: Places = somePlaces
  limits: ProcessLimits = standardLimits
  private ids = 0

  constructor(placed: PlacedOrder = anOrder()) {
    const payment = beginPayment(placed, asId('01938b1e-7c00-7000-8000-0000000000ff'))
    this.file = { terms: termsOf(placed), process: newProcess, payment: payment.payment }
    this.entries.push(...payment.entries)
  }

  newId = (): string => `01938b1e-7c00-7000-8000-${String((this.ids += 1)).padStart(12, '0')}`

  /** Something is said about the order; calls to the provider wait for `answer`. */
  say(...facts: readonly OrderFact[]): this {
    for (const fact of facts) {
      // what is kept is JSON: nothing may get lost on the way to the database and back
      const process = JSON.parse(JSON.stringify(this.file.process)) as OrderFile['process']
      const { file, effects } = advance({ ...this.file, process }, fact, {
        now: this.now,
        newId: this.newId,
        places: this.places,
        limits: this.limits,
        paymentLimits: { tries: 5, retryAfterMs: 1_000 },
      })
      this.file = file
      this.effects.push(...effects)
      for (const effect of effects) {
        if (effect.do === 'tell') this.told.push(effect.told)
        if (effect.do === 'enter') this.entries.push(effect.entry)
      }
    }
    return this
  }

  /** The provider answers what is open, and what follows from that, until it keeps silent. */
  answer(answering: Answering = yes): this {
    for (let round = 0; round < 50; round += 1) {
      const answered = openOperations(this.file.payment).flatMap((operation) => {
        const answer = answering(operation)
        return answer ? [{ kind: 'provider-answered' as const, operation: operation.id, answer }] : []
      })
      if (answered.length === 0) return this
      this.say(...answered)
    }
    throw new Error('the provider is asked for ever')
  }

  due(timer: OrderTimer): this {
    const at = this.file.process.timers[timer]
    if (at === undefined) throw new Error(`no timer ${timer} is set`)
    if (new Date(at) > this.now) this.now = new Date(at)
    return this.say({ kind: 'timer', timer })
  }

  get status(): string {
    return this.file.process.status
  }

  get words(): string[] {
    return this.told.map((told) => (told.tell === 'payment' ? told.fact.kind : told.tell))
  }

  get tasks(): string[] {
    return this.file.process.tasks.map(({ kind }) => kind)
  }

  get timers(): string[] {
    return Object.keys(this.file.process.timers)
  }

  quantities(line = 1): LineQuantities {
    const standing = standingsOf(this.file.terms, this.file.process).find((each) => each.line.line === line)
    if (!standing) throw new Error(`no line ${line}`)
    return standing.quantities
  }

  get fulfillments() {
    return this.told.filter((told) => told.tell === 'fulfillment-requested')
  }

  /** The units of the n-th fulfillment, as messages name them. */
  unitsOf(place: number) {
    const requested = this.fulfillments[place]
    if (!requested) throw new Error(`no fulfillment ${place}`)
    return { fulfillment: requested.fulfillment, lines: requested.lines.map(({ line, unitNumbers }) => ({ line, unitNumbers })) }
  }

  /** The n-th fulfillment leaves, and arrives. */
  dispatch(place: number): this {
    return this.say({ kind: 'shipment-dispatched', ...this.unitsOf(place) })
  }

  deliver(place: number): this {
    return this.say({ kind: 'shipment-delivered', ...this.unitsOf(place) })
  }
}

export const reserved = (units: number, location = 'BER', stockedLine = '1.1'): OrderFact => ({
  kind: 'stock-reserved',
  lines: [{ stockedLine, units, location }],
})

export const filled = (units: number, location = 'BER', stockedLine = '1.1'): OrderFact => ({
  kind: 'backorder-filled',
  lines: [{ stockedLine, units, location }],
})

export const releasedUnits = (units: number, location = 'BER', stockedLine = '1.1', reason = 'short-picked'): OrderFact => ({
  kind: 'stock-released',
  lines: [{ stockedLine, units, location }],
  reason,
})

export const backordered = (units: number, availableOn: string | null, stockedLine = '1.1'): OrderFact => ({
  kind: 'stock-backordered',
  lines: [{ stockedLine, units, availableOn }],
})
