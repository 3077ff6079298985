import type { PaymentId } from '@waybill/kernel'
import type { PlacedOrder } from '../orders/placed-order.js'
import type { LedgerEntry } from './ledger.js'
import type { Payment } from './payment.js'

/** The payment of an order that was just placed. What a channel took is captured already; nobody is called for it. */
export function beginPayment(placed: PlacedOrder, id: PaymentId): { readonly payment: Payment; readonly entries: readonly LedgerEntry[] } {
  const { payment: means, order, currency, totals } = placed
  const takenMinor = means.by === 'channel' ? means.capturedMinor : 0n
  return {
    payment: {
      id,
      order,
      kind: means.by,
      status: means.by === 'channel' ? 'CAPTURED' : 'CREATED',
      currency,
      dueMinor: totals.totalMinor,
      authorizedMinor: takenMinor,
      capturedMinor: takenMinor,
      refundedMinor: 0n,
      token: means.by === 'provider' ? means.token : null,
      authorizations: [],
      refundedUnits: [],
      operations: [],
      refunds: [],
      steps: 1,
    },
    entries: takenMinor === 0n ? [] : [{ operation: id, from: 'customer', to: 'captured', amountMinor: takenMinor }],
  }
}
