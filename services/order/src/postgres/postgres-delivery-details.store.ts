import { DeliveryDetailsErased } from '@waybill/contracts'
import { crashPoint, type Answered, type Cause, type OrderId } from '@waybill/kernel'
import { UnitOfWork } from '@waybill/service-kit'
import { DeliveryDetailsStore, type Erasure } from '../orders/delivery-details.store.js'

export class PostgresDeliveryDetailsStore extends DeliveryDetailsStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async erase(cause: Cause, order: OrderId, reason: string): Promise<Answered<Erasure>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx): Promise<readonly Erasure[]> => {
      const [row] = await tx.query<{ erased_at: Date | null }>('delivery-details.lock', 'SELECT erased_at FROM delivery_details WHERE order_id = $1 FOR UPDATE', [order])
      if (!row) return ['order-not-found']
      if (row.erased_at !== null) return ['erased-before']
      await tx.query(
        'delivery-details.erase',
        `UPDATE delivery_details SET customer_name = NULL, email = NULL, phone = NULL, language = NULL, recipient = NULL, street = NULL, street2 = NULL,
           postal_code = NULL, city = NULL, region = NULL, erased_at = $2 WHERE order_id = $1`,
        [order, tx.now],
      )
      tx.publish(DeliveryDetailsErased, { subject: order, key: order, cause, correlationId: order, payload: { order, reason: reason.slice(0, 500) } })
      return ['erased']
    })
    crashPoint('C37-details-erased-in-one-service')
    return { result: outcome?.result ?? 'order-not-found', replayed: outcome?.replayed ?? false }
  }
}
