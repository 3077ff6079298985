import type { Cause, FulfillmentId, LocationId, OrderId, ProductId, ShipmentId } from '@waybill/kernel'
import type { Answered } from '../lanes/lanes.js'
import type { Shipment } from './shipment.js'
import type { Step } from './shipping-facts.js'
import type { World } from './world.js'

/** Which shipment an input speaks of. */
export type About =
  /** Made if nobody spoke of the fulfillment before. `needs`: what the news itself names and the shipment does not know yet. */
  | {
      readonly by: 'fulfillment'
      readonly fulfillment: FulfillmentId
      readonly order: OrderId
      readonly location: LocationId
      readonly needs?: { readonly products: readonly ProductId[]; readonly country: string }
    }
  | { readonly by: 'shipment'; readonly shipment: ShipmentId }

/** What a decision may answer to whoever asked. */
export type Decided<R> = Step & { readonly result?: R }

/**
 * The shipments. One transaction for a batch: the causes are admitted, the shipments locked in one order, the world read,
 * each input decided in turn, and state, history, messages, timers and tasks written together.
 */
export abstract class Shipments {
  /** An input about a shipment that does not exist is answered without being decided: its result is undefined. */
  abstract change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    about: (input: I) => About,
    decide: (input: I, shipment: Shipment, world: World) => Decided<R>,
  ): Promise<readonly Answered<R>[]>
}
