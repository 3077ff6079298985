import type { ProductId } from '@waybill/kernel'
import type { Location } from '../goods/location.js'
import type { Product } from '../goods/product.js'
import type { Lane } from '../lanes/lane.js'
import type { EmissionFactor } from '../service-choice/emissions.js'

/** How patient this service is, and what it assumes. */
export abstract class ShippingRules {
  /** How long a frozen package stays cold. */
  abstract readonly coolantHours: number
  /** How long missing products, locations and lanes are waited for before a person, or a refusal, decides. */
  abstract readonly dataPatienceMs: number
  /** How long the label waits for the customer's details before a person is asked. */
  abstract readonly detailsPatienceMs: number
  /** The first look again at something that was missing; later ones come at growing distances. */
  abstract readonly firstCheckMs: number
}

/** What this service knows beside the shipment, read in the same transaction. */
export interface World {
  /** The database's clock. */
  readonly now: Date
  readonly products: ReadonlyMap<ProductId, Product>
  readonly location: Location | undefined
  /** The lane to the shipment's country, else the location's lane to any country. */
  readonly lane: Lane | undefined
  readonly factors: readonly EmissionFactor[]
  readonly details: 'missing' | 'known' | 'erased'
  readonly rules: ShippingRules
}
