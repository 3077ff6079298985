import type { LocationId, ProductId } from '@waybill/kernel'
import type { Location } from './location.js'
import type { Product } from './product.js'

/** What others told the warehouse of products and locations, inside a transaction. */
export interface Catalogue {
  products(ids: readonly ProductId[]): Promise<ReadonlyMap<ProductId, Product>>
  locations(ids: readonly LocationId[]): Promise<ReadonlyMap<LocationId, Location>>
  /** Products that carry this number, or this GTIN (any length). */
  productsByBarcode(barcode: string): Promise<readonly ProductId[]>
  /** Keeps the newer version of each. */
  keepProducts(products: readonly Product[]): Promise<void>
  /** Keeps the newer version of each and sets up the bins that every location has. */
  keepLocations(locations: readonly Location[]): Promise<void>
}
