import type { Cause, OrderId } from '@waybill/kernel'
import type { Location } from './location.js'
import type { Product } from './product.js'

/** Name and address of one order's customer, for the label. The only personal data this service holds. */
export interface DeliveryDetails {
  readonly order: OrderId
  readonly name: string
  readonly phone: string | null
  readonly street: string
  readonly street2: string | null
  readonly postalCode: string
  readonly city: string
  readonly region: string | null
  readonly country: string
}

/** Copies of what other services own. Newer replaces older; an older version that comes late changes nothing. */
export abstract class Mirrors {
  abstract keepProducts(inputs: readonly { readonly cause: Cause; readonly product: Product }[]): Promise<void>
  abstract keepLocations(inputs: readonly { readonly cause: Cause; readonly location: Location }[]): Promise<void>
  /** Sets details, unless they were erased: an erasure is for ever. Wakes the order's shipments that waited for them. */
  abstract keepDetails(inputs: readonly { readonly cause: Cause; readonly details: DeliveryDetails }[]): Promise<void>
  /** Deletes the details of these orders and remembers that they were erased. */
  abstract eraseDetails(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void>
}
