import { invariant, type BusinessDate, type LocationId, type ProductId } from '@waybill/kernel'
import { gainOf, type Move, type Movement } from './movement.js'
import { overcommitted, type StockLevel, type StockLot } from './stock-level.js'

/** A code never holds a line break, so this names a row without ambiguity. */
const keyOf = (...parts: readonly (string | null)[]): string => parts.map((part) => part ?? '').join('\n')

/** The working copy of levels and lots during one decision, and the ledger entries it makes. Counters move only here. */
export class StockCounts {
  private readonly levels = new Map<ProductId, Map<LocationId, StockLevel>>()
  private readonly lots = new Map<string, Map<string, StockLot>>()
  private readonly changedLevels = new Set<string>()
  private readonly changedLots = new Map<string, StockLot>()
  readonly movements: Movement[] = []

  constructor(levels: readonly StockLevel[], lots: readonly StockLot[] = []) {
    for (const level of levels) this.put(level)
    for (const lot of lots) this.putLot(lot)
  }

  level(product: ProductId, location: LocationId): StockLevel {
    return this.levels.get(product)?.get(location) ?? { product, location, onHand: 0, blocked: 0, reserved: 0, safety: 0 }
  }

  levelsOf(product: ProductId): readonly StockLevel[] {
    return [...(this.levels.get(product)?.values() ?? [])]
  }

  lot(product: ProductId, location: LocationId, lot: string | null): StockLot | undefined {
    return this.lots.get(keyOf(product, location))?.get(lot ?? '')
  }

  /** First expired first, then by name; lots without expiry last. Source: domain D4. */
  lotsOf(product: ProductId, location: LocationId): readonly StockLot[] {
    const last = '9999-12-31'
    return [...(this.lots.get(keyOf(product, location))?.values() ?? [])].sort((a, b) => {
      const [one, other] = [`${a.expiresOn ?? last} ${a.lot ?? ''}`, `${b.expiresOn ?? last} ${b.lot ?? ''}`]
      return one < other ? -1 : one > other ? 1 : 0
    })
  }

  /** Promises units to an order, or takes the promise back (negative). */
  reserve(product: ProductId, location: LocationId, units: number): void {
    const level = this.level(product, location)
    invariant(level.reserved + units >= 0, 'reserved units are not negative', { product, location, reserved: level.reserved, units })
    this.change({ ...level, reserved: level.reserved + units })
  }

  /** Enters a movement and moves the counters with it. */
  move({ expiresOn, ...movement }: Move): void {
    const { product, location, lot, units } = movement
    const onHandGain = gainOf(movement, 'on-hand') + gainOf(movement, 'blocked')
    const blockedGain = gainOf(movement, 'blocked')
    invariant(units > 0, 'a movement moves units', { product, location, units })
    this.movements.push(movement)
    if (onHandGain === 0 && blockedGain === 0) return
    const level = this.level(product, location)
    this.change({ ...level, onHand: level.onHand + onHandGain, blocked: level.blocked + blockedGain })
    const kept = this.lot(product, location, lot) ?? { product, location, lot, expiresOn: null, onHand: 0, blocked: 0 }
    const next = { ...kept, expiresOn: kept.expiresOn ?? expiresOn ?? null, onHand: kept.onHand + onHandGain, blocked: kept.blocked + blockedGain }
    invariant(next.blocked >= 0 && next.onHand >= next.blocked, 'a lot holds what leaves it', { product, location, lot, onHand: next.onHand, blocked: next.blocked })
    this.putLot(next)
    this.changedLots.set(keyOf(product, location, lot), next)
  }

  /** Levels touched here that promise more than they hold. */
  overcommitted(): StockLevel[] {
    return this.levelsChanged().filter((level) => overcommitted(level) > 0)
  }

  levelsChanged(): StockLevel[] {
    return [...this.levels.values()].flatMap((byLocation) => [...byLocation.values()]).filter((level) => this.changedLevels.has(keyOf(level.product, level.location)))
  }

  lotsChanged(): StockLot[] {
    return [...this.changedLots.values()]
  }

  private change(level: StockLevel): void {
    this.put(level)
    this.changedLevels.add(keyOf(level.product, level.location))
  }

  private put(level: StockLevel): void {
    const byLocation = this.levels.get(level.product) ?? new Map<LocationId, StockLevel>()
    this.levels.set(level.product, byLocation.set(level.location, level))
  }

  private putLot(lot: StockLot): void {
    const key = keyOf(lot.product, lot.location)
    const byLot = this.lots.get(key) ?? new Map<string, StockLot>()
    this.lots.set(key, byLot.set(lot.lot ?? '', lot))
  }
}

/** Units of one lot in one of the two accounts inside the house. */
export interface Draw {
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly from: 'on-hand' | 'blocked'
  readonly units: number
}

/**
 * Which lots give the units: the named one first, then the others, first expired first; free units before blocked
 * ones, or the other way round. The floor is right about how many units moved even where it is wrong about the lot.
 */
export function draw(lots: readonly StockLot[], named: string | null | undefined, units: number, order: readonly Draw['from'][]): Draw[] {
  const draws: Draw[] = []
  let left = units
  const ranked = named === undefined ? lots : [...lots.filter(({ lot }) => lot === named), ...lots.filter(({ lot }) => lot !== named)]
  const steps = [ranked.filter(({ lot }) => named === undefined || lot === named), ranked.filter(({ lot }) => named !== undefined && lot !== named)]
  for (const step of steps) {
    for (const from of order) {
      for (const { lot, expiresOn, onHand, blocked } of step) {
        const taken = Math.min(left, from === 'blocked' ? blocked : onHand - blocked)
        if (taken > 0) draws.push({ lot, expiresOn, from, units: taken })
        left -= Math.max(0, taken)
      }
    }
  }
  return draws
}
