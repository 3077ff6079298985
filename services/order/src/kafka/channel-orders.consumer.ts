import { Controller } from '@nestjs/common'
import { OrderSubmitted } from '@waybill/contracts'
import { On, type Received } from '@waybill/messaging'
import { CaptureOrders } from '../use-cases/capture-orders.js'

/** The door for channels that speak Kafka. They are answered on oms.channel.replies.v1. */
@Controller()
export class ChannelOrdersConsumer {
  constructor(private readonly captureOrders: CaptureOrders) {}

  @On(OrderSubmitted)
  async submitted(batch: readonly Received<OrderSubmitted>[]): Promise<void> {
    // who may write to the topic may write for any channel: the broker's access rights say who
    await this.captureOrders.run('message', batch.map(({ cause, payload }) => ({ cause, orders: [payload], onlyChannel: undefined })))
  }
}
