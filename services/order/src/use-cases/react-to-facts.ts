import { Injectable } from '@nestjs/common'
import { advance } from '../order-process/advance.js'
import { OrderFileStore, type Addressed } from '../order-process/order-file.store.js'
import { Patience } from '../order-process/patience.js'

/** Takes what others say about orders, what timers call up and what is asked back, and lets each order go on. */
@Injectable()
export class ReactToFacts {
  constructor(
    private readonly orders: OrderFileStore,
    private readonly patience: Patience,
  ) {}

  async run(facts: readonly Addressed[]): Promise<void> {
    const { limits, paymentLimits } = this.patience
    await this.orders.change(facts, (file, fact, context) => advance(file, fact, { ...context, limits, paymentLimits }))
  }
}
