import { dayIn, isGoodThrough, plusDays, type BusinessDate, type LocationId, type ProductId } from '@waybill/kernel'
import { isPickable, type Bin } from './bin.js'
import { freeUnits, type Content, type Shelf } from './shelf.js'

/** How long a lot must stay good: until the parcel is there, and the remaining days the product promises. */
export interface Freshness {
  readonly shipOn: BusinessDate
  readonly transitDays: number
  readonly minimumRemainingDays: number
}

/** Is this lot good long enough? One without an expiry always is. Source: domain D4. */
export const isFresh = (expiresOn: BusinessDate | null, { shipOn, transitDays, minimumRemainingDays }: Freshness): boolean =>
  expiresOn === null || isGoodThrough(expiresOn, plusDays(shipOn, transitDays), minimumRemainingDays)

/** Units of one lot in one bin to be picked. */
export interface LotChoice {
  readonly content: Content
  readonly units: number
}

export interface Need {
  readonly location: LocationId
  readonly product: ProductId
  readonly units: number
  readonly freshness: Freshness
  readonly zone: string
  /** Bins that were found empty on this walk. */
  readonly notFrom: ReadonlySet<string>
}

/**
 * First expired, first out: eligible lots by expiry (none comes last), day received, nearest bin. Assigns what it
 * chooses, so that the next need sees what is left. Returns what nobody has as `missing`. Source: domain D4.
 */
export function chooseLots(shelf: Shelf, bins: ReadonlyMap<string, Bin>, need: Need): { readonly choices: readonly LotChoice[]; readonly missing: number } {
  const choices: LotChoice[] = []
  let missing = need.units
  for (const content of eligible(shelf, bins, need)) {
    if (missing === 0) break
    const units = Math.min(missing, freeUnits(content))
    shelf.assign(content, units)
    choices.push({ content, units })
    missing -= units
  }
  return { choices, missing }
}

function eligible(shelf: Shelf, bins: ReadonlyMap<string, Bin>, need: Need): Content[] {
  const receivedOn = ({ receivedAt }: Content): string => dayIn(need.zone, receivedAt)
  const walk = ({ bin }: Content): number => bins.get(bin)?.walkPosition ?? 0
  return shelf
    .of(need.location, need.product)
    .filter((content) => {
      const bin = bins.get(content.bin)
      return bin !== undefined && isPickable(bin) && !need.notFrom.has(content.bin) && !content.blocked && freeUnits(content) > 0 && isFresh(content.expiresOn, need.freshness)
    })
    .sort((a, b) =>
      compare(a.expiresOn ?? '9999-99-99', b.expiresOn ?? '9999-99-99') ||
      compare(receivedOn(a), receivedOn(b)) ||
      walk(a) - walk(b) ||
      compare(a.bin, b.bin) ||
      compare(a.lot ?? '', b.lot ?? ''))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
