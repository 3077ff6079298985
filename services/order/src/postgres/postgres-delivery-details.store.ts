import { DeliveryDetailsErased, topics } from '@waybill/contracts'
import { crashPoint, type Answered, type Cause, type OrderId } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import { referenceKey } from '../capture/reference.js'
import { DeliveryDetailsStore, type Erasure } from '../orders/delivery-details.store.js'

export class PostgresDeliveryDetailsStore extends DeliveryDetailsStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async erase(cause: Cause, order: OrderId, reason: string): Promise<Answered<Erasure>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx): Promise<readonly Erasure[]> => {
      const [row] = await tx.query<{ channel: string; reference: string; erased_at: Date | null }>('delivery-details.lock', 'SELECT channel, reference, erased_at FROM delivery_details WHERE order_id = $1 FOR UPDATE', [order])
      if (!row) return ['order-not-found']
      if (row.erased_at !== null) return ['erased-before']
      await tx.query(
        'delivery-details.erase',
        `UPDATE delivery_details SET customer_name = NULL, email = NULL, phone = NULL, language = NULL, recipient = NULL, street = NULL, street2 = NULL,
           postal_code = NULL, city = NULL, region = NULL, erased_at = $2 WHERE order_id = $1`,
        [order, tx.now],
      )
      await forgetInput(tx, row)
      tx.publish(DeliveryDetailsErased, { subject: order, key: order, cause, correlationId: order, payload: { order, reason: reason.slice(0, 500) } })
      return ['erased']
    })
    crashPoint('C37-details-erased-in-one-service')
    return { result: outcome?.result ?? 'order-not-found', replayed: outcome?.replayed ?? false }
  }
}

/** What came in under the order's reference and was refused, parked or could not be read: its keys are deleted, and nobody can read it any more. */
async function forgetInput(tx: Tx, { channel, reference }: { readonly channel: string; readonly reference: string }): Promise<void> {
  await tx.forgetCopies(topics.channelOrders, `${channel}:${reference}`)
  await tx.query(
    'delivery-details.forget-refused',
    `WITH refused AS (DELETE FROM refused_input WHERE channel = $1 AND upper(reference) = $2 RETURNING id),
       rows AS (DELETE FROM import_errors WHERE channel = $1 AND reference_key = $2 RETURNING input_key AS id)
     DELETE FROM input_keys WHERE id IN (SELECT id FROM refused UNION ALL SELECT id FROM rows)`,
    [channel, referenceKey(reference)],
  )
}
