import type { LocationId, ProductId } from '@waybill/kernel'
import type { Bin } from './bin.js'
import type { Shelf } from './shelf.js'

/** How a row of an import ended. */
export interface RowOutcome {
  readonly row: number
  readonly status: 'created' | 'updated' | 'unchanged' | 'refused'
  readonly code?: string
  readonly pointer?: string
  readonly detail?: string
}

/** A product at a location: what is locked before any of its bins changes. */
export interface ProductPlace {
  readonly location: LocationId
  readonly product: ProductId
}

/** Bins and what they hold, inside a transaction. */
export interface Bins {
  /** Those of the named codes, or all that hold something on the shelf. */
  bins(location: LocationId, codes: readonly string[]): Promise<ReadonlyMap<string, Bin>>
  /** Other locations that have a bin of this code. */
  locationsWithBin(code: string): Promise<readonly LocationId[]>
  /** One outcome per bin, in the same order. */
  setUp(bins: readonly Bin[]): Promise<readonly RowOutcome['status'][]>
  /** Makes sure that bins named by stock facts exist. */
  keep(bins: readonly Bin[]): Promise<void>
  /** Locks product by product in sorted order, so that two decisions over the same products cannot meet. */
  lockShelf(places: readonly ProductPlace[]): Promise<Shelf>
  save(shelf: Shelf): Promise<void>
}
