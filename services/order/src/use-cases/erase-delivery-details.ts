import { Injectable } from '@nestjs/common'
import type { Answered, Cause, OrderId } from '@waybill/kernel'
import { DeliveryDetailsStore, type Erasure } from '../orders/delivery-details.store.js'

/** Forgets who the customer of an order was, here and with everybody who was told. */
@Injectable()
export class EraseDeliveryDetails {
  constructor(private readonly details: DeliveryDetailsStore) {}

  async run(cause: Cause, order: OrderId, reason: string): Promise<Answered<Erasure>> {
    return this.details.erase(cause, order, reason)
  }
}
