import { Injectable } from '@nestjs/common'
import { CareStore, type AboutOrder } from '../care/care.store.js'
import { decided } from '../care/facts.js'
import { forgotten } from '../care/order-care.js'

/** Forgets what the customer of an order wrote. */
@Injectable()
export class ForgetCustomer {
  constructor(private readonly care: CareStore) {}

  async run(erased: readonly AboutOrder[]): Promise<void> {
    await this.care.change(erased, (care) => decided(forgotten(care), null))
  }
}
