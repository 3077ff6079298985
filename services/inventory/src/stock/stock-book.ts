import { dayIn, type BusinessDate, type Cause, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import type { Atlas } from '../sourcing/atlas.js'
import type { AvailableAt, Demand } from '../sourcing/choose-locations.js'
import type { Supply } from '../supply/supply.js'
import type { Fact, StockFact, Stated } from './facts.js'
import { partsOf, setsOf, groupKey, type Group, type OrderNeeds } from './order-needs.js'
import type { StockCounts } from './stock-counts.js'
import { available, levelKey } from './stock-level.js'

/** Why something has to be looked at again when the decision is made. */
export interface Why {
  readonly cause: Cause
  readonly reason: string
}

/** Units of a product that orders to a country were promised for a day. */
export interface PromisedBefore {
  readonly product: ProductId
  readonly country: string
  readonly day: BusinessDate
  readonly units: number
}

/** Sets of a group that wait and that nobody has been told of. */
export interface NewlyBackordered extends Why {
  readonly order: OrderId
  readonly line: number
  readonly sets: number
}

/** To be woken about `subject` at an instant; `at` null: no longer. */
export interface Wake {
  readonly kind: 'waiting-order' | 'lot-expiry' | 'fill-queue' | 'supply-overdue' | 'backorder-due'
  readonly subject: string
  readonly at: Date | null
}

/** Something a person has to do, or (`why` null) no longer has to. */
export interface Chore {
  readonly kind: 'backorder-overdue' | 'count' | 'plan-refused' | 'supply-overdue' | 'refurbish' | 'return-to-vendor'
  readonly subject: string
  readonly why: string | null
  readonly owner: 'operator' | 'receiver'
  readonly dueInDays: number
  readonly order: OrderId | null
  readonly cause: Cause
}

/**
 * Everything one decision sees and changes: rows locked and read before, facts and rows to write after. The verbs of
 * this folder work on it; nothing leaves it before the decision is whole.
 */
export class StockBook {
  readonly facts: Stated[] = []
  readonly chores: Chore[] = []
  readonly wakes: Wake[] = []
  /** Products with more to promise than before: their queue has to be walked. */
  readonly freed = new Map<ProductId, Why>()
  /** Products whose waiting orders may get another date. */
  readonly redated = new Map<ProductId, Why>()
  /** Levels that lost units, and by what: who moves away is told so. */
  readonly lost = new Map<string, Why>()
  /** Groups with sets that wait since this decision, to be dated and told. */
  readonly newlyBackordered = new Map<string, NewlyBackordered>()
  /** Levels whose counts are trusted again because stock came in. */
  readonly forgiven: { readonly product: ProductId; readonly location: LocationId }[] = []
  /** Units that an imported file said last of a place, by importKey. */
  readonly imported = new Map<string, number>()
  /** What was promised before to orders that are not here, summed. */
  promisedBefore: readonly PromisedBefore[] = []
  private readonly supplies = new Map<string, Supply>()
  private readonly changedSupplies = new Set<string>()

  constructor(
    readonly now: Date,
    readonly counts: StockCounts,
    readonly needs: OrderNeeds,
    readonly atlas: Atlas,
    supplies: readonly Supply[],
    /** Products whose stock this transaction has locked. */
    private readonly locked: ReadonlySet<ProductId>,
  ) {
    this.adoptSupplies(supplies)
  }

  readonly availableAt: AvailableAt = (product, location) => available(this.counts.level(product, location))

  isLocked(product: ProductId): boolean {
    return this.locked.has(product)
  }

  today(location: LocationId): BusinessDate {
    return dayIn(this.atlas.site(location)?.zone ?? 'UTC', this.now)
  }

  /** Sets of a group, and where they may come from now. */
  demandOf(group: Group, sets: number): Demand {
    const [first] = group
    const served = this.atlas.eligible(this.needs.orderOf(first), group.map(({ product }) => product))
    const locations = served.status === 'served' ? served.locations.filter((location) => !first.avoid.includes(location)) : []
    return { line: first.line, sets, parts: partsOf(group), locations }
  }

  state(fact: Fact, cause: Cause): void {
    this.facts.push({ fact, cause })
  }

  /** States a fact of stock with the balance after it. */
  stateStock(fact: StockFactWithoutBalance, cause: Cause): void {
    const { onHand, blocked, reserved } = this.counts.level(fact.product, fact.location)
    this.state({ ...fact, balance: { onHand, blocked, reserved } }, cause)
  }

  wake(kind: Wake['kind'], subject: string, at: Date | null): void {
    this.wakes.push({ kind, subject, at })
  }

  free(product: ProductId, why: Why): void {
    this.freed.set(product, why)
  }

  lose(product: ProductId, location: LocationId, why: Why): void {
    this.lost.set(levelKey(product, location), why)
  }

  /** Stock came in: whoever avoided this location may be served from it again. */
  forgive(product: ProductId, location: LocationId): void {
    this.forgiven.push({ product, location })
  }

  /** The rest of a group's undecided sets waits from now on. */
  backorderRest([{ order, line: number }]: Group, why: Why): void {
    const group = this.needs.group(order, number)
    const sets = setsOf(group, 'undecided')
    if (sets === 0) return
    for (const line of group) {
      const units = sets * line.perParent
      this.needs.putLine({ ...line, undecided: line.undecided - units, backordered: line.backordered + units, backorderedAt: line.backorderedAt ?? this.now })
    }
    const before = this.newlyBackordered.get(groupKey(group[0]))
    this.newlyBackordered.set(groupKey(group[0]), { ...why, order, line: number, sets: (before?.sets ?? 0) + sets })
  }

  /** Does the queue itself change, or only get longer? */
  get isQueueTouched(): boolean {
    return this.freed.size + this.redated.size > 0
  }

  /** Products whose queue and supply are needed to finish. */
  productsToQueue(): ProductId[] {
    const waiting = [...this.newlyBackordered.values()].flatMap(({ order, line }) => this.needs.group(order, line).map(({ product }) => product))
    return [...new Set([...this.freed.keys(), ...this.redated.keys(), ...waiting])]
  }

  adoptSupplies(supplies: readonly Supply[]): void {
    for (const supply of supplies) if (!this.supplies.has(supply.id)) this.supplies.set(supply.id, supply)
  }

  allSupplies(): Supply[] {
    return [...this.supplies.values()]
  }

  putSupply(supply: Supply): void {
    this.supplies.set(supply.id, supply)
    this.changedSupplies.add(supply.id)
  }

  suppliesChanged(): Supply[] {
    return this.allSupplies().filter(({ id }) => this.changedSupplies.has(id))
  }
}

type StockFactWithoutBalance = StockFact extends infer F ? (F extends StockFact ? Omit<F, 'balance'> : never) : never
