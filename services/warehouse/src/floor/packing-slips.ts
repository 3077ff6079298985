import type { FulfillmentView } from './floor.queries.js'

/** Writes the slip that lies in the parcels: what is in which, without any word about the customer. */
export abstract class PackingSlips {
  /** Form: PDF. */
  abstract write(fulfillment: FulfillmentView): Promise<Uint8Array>
}
