import type { BusinessDate, Cause, LocationId, ProductId } from '@waybill/kernel'
import { BLOCKED, DISCREPANCY, RECEIVING } from './bin.js'
import { freeUnits, type Content, type ContentKey, type Reason, type Shelf } from './shelf.js'

/** What inventory says happened to a product's stock at a location. Unit: each; only an adjustment may be negative. */
export interface StockFact {
  readonly fact: 'received' | 'received-blocked' | 'adjusted' | 'blocked' | 'unblocked'
  readonly location: LocationId
  readonly product: ProductId
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly bin: string | null
  readonly units: number
  readonly reason: string
  readonly cause: Cause
}

/** Units that a fact takes and no bin has: somebody has to count. */
export interface Difference {
  readonly location: LocationId
  readonly product: ProductId
  readonly units: number
  readonly why: string
  readonly cause: Cause
}

/**
 * Files facts into bins, one after another, so that the bins of a location always hold what inventory has on hand there
 * (less what is in hand between pick and hand-over). What no bin can give is owed by DISCREPANCY.
 * Source: domain section 6, "Bins".
 */
export function fileStockFacts(shelf: Shelf, facts: readonly StockFact[]): Difference[] {
  return facts.flatMap((fact) => {
    const owed = fileOne(shelf, fact)
    const { location, product, cause } = fact
    return owed === 0 ? [] : [{ location, product, units: owed, why: `${fact.fact}: ${fact.reason}`, cause }]
  })
}

function fileOne(shelf: Shelf, fact: StockFact): number {
  const { location, product, lot, expiresOn, cause } = fact
  const keyIn = (bin: string, blocked: boolean): ContentKey => ({ location, product, bin, lot, expiresOn, blocked })
  const because = (kind: Reason['kind']): Reason => ({ kind, reference: fact.reason, cause })
  switch (fact.fact) {
    case 'received':
      shelf.put(keyIn(fact.bin ?? RECEIVING, false), fact.units, because('received'))
      return 0
    case 'received-blocked':
      shelf.put(keyIn(fact.bin ?? BLOCKED, true), fact.units, because('received'))
      return 0
    case 'adjusted': {
      const reason = because('adjusted')
      if (fact.units >= 0) {
        // found in no bin: what was missing before, as far as something was
        const owing = fact.bin === null ? shelf.of(location, product).filter((content) => content.bin === DISCREPANCY && !content.blocked && content.lot === lot && content.units < 0) : []
        let left = fact.units
        for (const content of owing) {
          const settled = Math.min(left, -content.units)
          shelf.put(content, settled, reason)
          left -= settled
        }
        shelf.put(keyIn(fact.bin ?? RECEIVING, false), left, reason)
        return 0
      }
      const sellable = takeFrom(shelf, fact, false, -fact.units, (content, units) => shelf.take(content, units, reason))
      const owed = takeFrom(shelf, fact, true, sellable, (content, units) => shelf.take(content, units, reason))
      shelf.take(keyIn(DISCREPANCY, false), owed, reason)
      return owed
    }
    case 'blocked': {
      const reason = because('blocked')
      const owed = takeFrom(shelf, fact, false, fact.units, (content, units) => shelf.move(content, { ...content, blocked: true }, units, reason))
      shelf.move(keyIn(DISCREPANCY, false), keyIn(DISCREPANCY, true), owed, reason)
      return owed
    }
    case 'unblocked': {
      const reason = because('unblocked')
      const owed = takeFrom(shelf, fact, true, fact.units, (content, units) =>
        // what lies apart has to be put away again before anybody can pick it
        shelf.move(content, { ...content, blocked: false, bin: content.bin === BLOCKED ? RECEIVING : content.bin }, units, reason))
      shelf.move(keyIn(DISCREPANCY, true), keyIn(DISCREPANCY, false), owed, reason)
      return owed
    }
    default:
      return fact.fact satisfies never
  }
}

/** Takes free units of the fact's lot, from its bin first, then from RECEIVING, then from any; returns what is still owed. */
function takeFrom(shelf: Shelf, fact: StockFact, blocked: boolean, units: number, take: (content: Content, units: number) => void): number {
  const rank = ({ bin, lot }: Content): number =>
    (lot === fact.lot ? 0 : 4) + (bin === fact.bin ? 0 : bin === RECEIVING || bin === BLOCKED ? 1 : 2)
  const candidates = shelf
    .of(fact.location, fact.product)
    .filter((content) => content.blocked === blocked && freeUnits(content) > 0 && (fact.lot === null || content.lot === fact.lot))
    .sort((a, b) => rank(a) - rank(b) || a.receivedAt.getTime() - b.receivedAt.getTime() || (a.bin < b.bin ? -1 : 1))
  let owed = units
  for (const content of candidates) {
    const taken = Math.min(owed, freeUnits(content))
    if (taken === 0) break
    take(content, taken)
    owed -= taken
  }
  return owed
}
