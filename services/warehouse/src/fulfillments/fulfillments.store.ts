import type { FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import type { ShipmentPlan } from './answer.js'
import type { Fulfillment, FulfillmentStep } from './fulfillment.js'
import type { BlockedStep } from './hold.js'

/** Fulfillments, shipping's plans and the holds on their orders, inside a transaction. Rows are locked in the order of their ids. */
export interface Fulfillments {
  lock(ids: readonly FulfillmentId[]): Promise<ReadonlyMap<FulfillmentId, Fulfillment>>
  lockOfOrders(orders: readonly OrderId[]): Promise<readonly Fulfillment[]>
  /** Asked for, and not accepted because this location was not known yet. */
  lockUnanswered(locations: readonly LocationId[]): Promise<readonly Fulfillment[]>
  /** The most urgent that can start: priority, cut-off, age. Those that wait for stock are left out until it is time to look again. */
  lockPlanned(location: LocationId, limit: number): Promise<readonly Fulfillment[]>
  /** They wait for stock: looked at again then, or when stock comes. */
  lookAgain(ids: readonly FulfillmentId[], at: Date): Promise<void>
  /** Stock came there: whoever waits for any is looked at again. Returns the locations where something can start. */
  stockCame(locations: readonly LocationId[]): Promise<readonly LocationId[]>
  /** The longest waiting that is picked and that nobody packs, or the one this packer has begun. */
  lockToPack(location: LocationId, packer: string): Promise<Fulfillment | undefined>
  begin(fulfillments: readonly Fulfillment[], steps: readonly FulfillmentStep[]): Promise<void>
  save(fulfillments: readonly Fulfillment[], steps: readonly FulfillmentStep[]): Promise<void>
  /** The latest plan of each is kept. */
  keepPlans(plans: readonly ShipmentPlan[]): Promise<void>
  plans(ids: readonly FulfillmentId[]): Promise<ReadonlyMap<FulfillmentId, ShipmentPlan>>
  applyHolds(holds: readonly { readonly order: OrderId; readonly hold: string; readonly blocks: readonly BlockedStep[] }[]): Promise<void>
  liftHolds(holds: readonly { readonly order: OrderId; readonly hold: string }[]): Promise<void>
  blockedSteps(orders: readonly OrderId[]): Promise<ReadonlyMap<OrderId, ReadonlySet<BlockedStep>>>
}
