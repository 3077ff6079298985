import type { Answered, Cause, OrderId } from '@waybill/kernel'

/** Whether there was somebody to forget. */
export type Erasure = 'erased' | 'erased-before' | 'order-not-found'

/** Who the customers are. The only place of this service that knows. */
export abstract class DeliveryDetailsStore {
  /** Forgets the customer of an order and tells every other holder to. */
  abstract erase(cause: Cause, order: OrderId, reason: string): Promise<Answered<Erasure>>
}
