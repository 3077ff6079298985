import { Controller } from '@nestjs/common'
import { FulfillmentRequested, OrderCancelled, OrderConfirmed, OrderExpired, OrderPlaced } from '@waybill/contracts'
import { asId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import type { PlacedOrder } from '../stock/reserve.js'
import { ConfirmOrder } from '../use-cases/confirm-order.js'
import { EndOrder } from '../use-cases/end-order.js'
import { FollowFulfillment } from '../use-cases/follow-fulfillment.js'
import { ReserveStock } from '../use-cases/reserve-stock.js'

/** What the order service says. */
@Controller()
export class OrderEventsConsumer {
  constructor(
    private readonly reserveStock: ReserveStock,
    private readonly confirmOrder: ConfirmOrder,
    private readonly endOrder: EndOrder,
    private readonly followFulfillment: FollowFulfillment,
  ) {}

  @On(OrderPlaced)
  async placed(batch: readonly Received<OrderPlaced>[]): Promise<void> {
    await this.reserveStock.run(batch.map(({ cause, payload }) => ({ cause, order: toOrder(payload) })))
  }

  @On(OrderConfirmed)
  async confirmed(batch: readonly Received<OrderConfirmed>[]): Promise<void> {
    await this.confirmOrder.run(batch.map(({ cause, payload }) => ({ cause, order: asId(payload.order) })))
  }

  @On(OrderExpired)
  async expired(batch: readonly Received<OrderExpired>[]): Promise<void> {
    await this.endOrder.run(batch.map(({ cause, payload }) => ({ cause, order: asId(payload.order), reason: 'order-expired' })))
  }

  @On(OrderCancelled)
  async cancelled(batch: readonly Received<OrderCancelled>[]): Promise<void> {
    await this.endOrder.run(batch.map(({ cause, payload }) => ({ cause, order: asId(payload.order), reason: 'order-cancelled' })))
  }

  @On(FulfillmentRequested)
  async requested(batch: readonly Received<FulfillmentRequested>[]): Promise<void> {
    await this.followFulfillment.requested(
      batch.map(({ cause, payload }) => ({
        cause,
        requested: {
          order: asId(payload.order),
          fulfillment: asId(payload.fulfillment),
          location: asId(payload.location),
          lines: payload.lines.flatMap(({ stocked }) => stocked.map(({ stockedLine, units }) => ({ stockedLine, units }))),
        },
      })),
    )
  }
}

const toOrder = ({ order, channel, country, forbiddenModes, priority, placedAt, stockedLines }: OrderPlaced): PlacedOrder => ({
  order: asId(order),
  channel: asId(channel),
  country,
  forbiddenModes,
  priority,
  placedAt: new Date(placedAt),
  lines: stockedLines.map(({ line, stockedLine, product, units, perParent }) => ({ line, stockedLine, product: asId(product), units, perParent })),
})
