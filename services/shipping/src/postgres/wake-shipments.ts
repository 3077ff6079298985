import type { Tx } from '@waybill/service-kit'

/**
 * Has shipments looked at again at once. By timer and not here: what woke them then holds no lock on them,
 * and one that is just being written by another transaction is found by its own next check.
 */
export function wakeShipments(tx: Tx, waiting: readonly { readonly id: string }[]): void {
  for (const { id } of waiting) tx.schedule({ kind: 'shipment-check', subject: id, dueAt: tx.now })
}
