import { invariant, type BusinessDate, type Cause, type LocationId, type ProductId } from '@waybill/kernel'
import { DISCREPANCY } from './bin.js'

/** Units of one product, lot and expiry in one bin that may, or may not, be sold. */
export interface ContentKey {
  readonly location: LocationId
  readonly product: ProductId
  readonly bin: string
  readonly lot: string | null
  readonly expiresOn: BusinessDate | null
  readonly blocked: boolean
}

/** What lies there. Unit: each. `assigned` of the units are meant for pick tasks, so that two tasks do not take the same ones. */
export interface Content extends ContentKey {
  readonly units: number
  readonly assigned: number
  /** When the oldest of them came. */
  readonly receivedAt: Date
}

type MovementKind =
  | 'received' | 'adjusted' | 'blocked' | 'unblocked' | 'moved' | 'picked' | 'put-back' | 'missing' | 'written-off' | 'damaged'

/** Why units moved: for the ledger. */
export interface Reason {
  readonly kind: MovementKind
  /** What it was for: a pick task, a fulfillment, a stock fact. */
  readonly reference: string
  readonly cause: Cause
}

/** One line of the bin ledger. Unit: each, negative when taken. */
export interface LedgerEntry extends ContentKey, Reason {
  readonly units: number
}

const textOf = ({ location, product, bin, lot, expiresOn, blocked }: ContentKey): string =>
  JSON.stringify([location, product, bin, lot, expiresOn, blocked])

export const freeUnits = ({ units, assigned }: Content): number => units - assigned

/**
 * What the bins hold of some products, while one decision is made. It is loaded under lock, works on its own copy, and
 * `changes()` says what to write: the decision itself stays free of any database.
 * Throws: InvariantBroken where a bin other than DISCREPANCY would hold less than nothing, or less than is assigned.
 */
export class Shelf {
  /** By product and place, then by what tells two contents apart. */
  private readonly shelves = new Map<string, Map<string, Content>>()
  private readonly touched = new Map<string, Content>()
  private readonly entries: LedgerEntry[] = []

  constructor(contents: readonly Content[], private readonly now: Date) {
    for (const content of contents) this.shelfOf(content).set(textOf(content), content)
  }

  /** What lies at a location of one product, blocked or not. */
  of(location: LocationId, product: ProductId): readonly Content[] {
    return [...this.shelfOf({ location, product }).values()]
  }

  at(key: ContentKey): Content | undefined {
    return this.shelfOf(key).get(textOf(key))
  }

  put(key: ContentKey, units: number, reason: Reason, receivedAt = this.now): void {
    if (units === 0) return
    const row = this.rowOf(key, receivedAt)
    this.write({ ...row, units: row.units + units, receivedAt: row.receivedAt < receivedAt ? row.receivedAt : receivedAt })
    this.entries.push({ ...key, ...reason, units })
  }

  take(key: ContentKey, units: number, reason: Reason): void {
    if (units === 0) return
    const row = this.rowOf(key, this.now)
    this.write({ ...row, units: row.units - units })
    this.entries.push({ ...key, ...reason, units: -units })
  }

  move(from: ContentKey, to: ContentKey, units: number, reason: Reason): void {
    const receivedAt = this.at(from)?.receivedAt
    this.take(from, units, reason)
    this.put(to, units, reason, receivedAt)
  }

  assign(key: ContentKey, units: number): void {
    const row = this.rowOf(key, this.now)
    this.write({ ...row, assigned: row.assigned + units })
  }

  unassign(key: ContentKey, units: number): void {
    this.assign(key, -units)
  }

  changes(): { readonly contents: readonly Content[]; readonly ledger: readonly LedgerEntry[] } {
    return { contents: [...this.touched.values()], ledger: this.entries }
  }

  private rowOf(key: ContentKey, receivedAt: Date): Content {
    const { location, product, bin, lot, expiresOn, blocked } = key
    return this.at(key) ?? { location, product, bin, lot, expiresOn, blocked, units: 0, assigned: 0, receivedAt }
  }

  private write(row: Content): void {
    const isHeld = row.bin === DISCREPANCY ? row.assigned === 0 : row.assigned >= 0 && row.assigned <= row.units
    invariant(isHeld, 'a bin holds at least what is assigned of it', { ...row })
    const text = textOf(row)
    this.shelfOf(row).set(text, row)
    this.touched.set(text, row)
  }

  private shelfOf({ location, product }: Pick<ContentKey, 'location' | 'product'>): Map<string, Content> {
    const text = `${location}\n${product}`
    const shelf = this.shelves.get(text) ?? new Map<string, Content>()
    this.shelves.set(text, shelf)
    return shelf
  }
}
