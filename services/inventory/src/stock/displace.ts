import { invariant, type OrderId } from '@waybill/kernel'
import type { GrantedLine } from './facts.js'
import { because, displaceShares, giveBack, setsAt } from './grants.js'
import type { Grant } from './order-need.js'
import { groupKey, type Group } from './order-needs.js'
import { source } from './reserve.js'
import type { StockBook, Why } from './stock-book.js'
import { levelKey, overcommitted, type StockLevel } from './stock-level.js'

/** A stock row this transaction has not locked is needed to finish: the transaction has to begin again and lock it too. */
export class LockMissed extends Error {
  constructor(readonly products: readonly string[]) {
    super(`stock of ${products.join(', ')} is needed and not locked`)
    this.name = 'LockMissed'
  }
}

interface Candidate {
  readonly group: Group
  readonly grant: Grant
  /** 0 held, 1 firm and not requested yet, 2 requested: in this order promises are moved. */
  readonly rank: 0 | 1 | 2
  readonly sets: number
}

/**
 * Units were lost that orders count on: the youngest promises move to another location, or wait for supply, until
 * what is promised is there. Source: domain D3.
 */
export function displace(book: StockBook): void {
  const moved = new Map<OrderId, { readonly groups: Map<string, Group>; readonly lines: GrantedLine[]; readonly why: Why }>()
  for (const { product, location } of book.counts.overcommitted()) {
    const why = book.lost.get(levelKey(product, location))
    invariant(why !== undefined, 'a level that promises too much has lost units', { product, location })
    for (const { group, rank, sets } of candidatesAt(book, { product, location })) {
      const excess = overcommitted(book.counts.level(product, location))
      if (excess === 0) break
      const perSet = group.reduce((sum, line) => sum + (line.product === product ? line.perParent : 0), 0)
      const giving = Math.min(sets, Math.ceil(excess / perSet))
      if (rank === 2) displaceShares(book, group, location, giving)
      const [first] = group
      const entry = moved.get(first.order) ?? { groups: new Map<string, Group>(), lines: [], why: because(why.cause, why.reason) }
      entry.lines.push(...giveBack(book, group, location, giving, why))
      entry.groups.set(groupKey(first), group)
      moved.set(first.order, entry)
    }
    invariant(overcommitted(book.counts.level(product, location)) === 0, 'what is promised can be moved away', { product, location })
  }
  for (const [order, { lines, why }] of moved) book.state({ fact: 'StockReleased', order, lines, reason: why.reason }, why.cause)
  // only now, when every level holds again, so that nobody moves to where somebody has just moved away from
  for (const [order, { groups, why }] of moved) {
    const lines = source(book, [...groups.values()], why)
    if (lines.length > 0) book.state({ fact: 'StockReserved', order, lines }, why.cause)
  }
}

function candidatesAt(book: StockBook, level: Pick<StockLevel, 'product' | 'location'>): Candidate[] {
  const seen = new Set<string>()
  const candidates = book.needs.grantsAt(level).flatMap((grant): Candidate[] => {
    const key = `${grant.order}/${grant.line}`
    if (seen.has(key)) return []
    seen.add(key)
    const group = book.needs.group(grant.order, grant.line)
    const unlocked = group.map(({ product }) => product).filter((product) => !book.isLocked(product))
    if (unlocked.length > 0) throw new LockMissed(unlocked)
    const youngest = book.needs.openGrants(grant.order, grant.stockedLine, level.location).at(-1) ?? grant
    const { unrequested, requested } = setsAt(book, group, level.location)
    const isHeld = book.needs.orderOf(grant).phase === 'HELD'
    return [
      { group, grant: youngest, rank: isHeld ? 0 : 1, sets: unrequested },
      { group, grant: youngest, rank: 2, sets: requested },
    ]
  })
  const age = ({ grant }: Candidate) => `${grant.grantedAt.toISOString()} ${grant.order} ${grant.stockedLine}`
  return candidates.filter(({ sets }) => sets > 0).sort((a, b) => a.rank - b.rank || (age(a) > age(b) ? -1 : 1))
}
