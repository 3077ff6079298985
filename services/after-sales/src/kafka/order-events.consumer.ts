import { Controller } from '@nestjs/common'
import { ChannelRefundDue, DeliveryDetailsErased, FulfillmentPacked, LocationPublished, OrderPlaced, PaymentRefunded, RefundFailed, ShipmentDelivered, ShipmentDispatched } from '@waybill/contracts'
import { asId, dayIn, type FulfillmentId, type OrderId, type ReturnId, type ShipmentId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { FollowOrder } from '../use-cases/follow-order.js'
import { ForgetCustomer } from '../use-cases/forget-customer.js'
import { KeepLocations } from '../use-cases/keep-locations.js'
import { WorkReturn } from '../use-cases/work-return.js'

/** What after-sales hears of an order's way: from being placed to being refunded. */
@Controller()
export class OrderEventsConsumer {
  constructor(
    private readonly followOrder: FollowOrder,
    private readonly workReturn: WorkReturn,
    private readonly keepLocations: KeepLocations,
    private readonly forgetCustomer: ForgetCustomer,
  ) {}

  @On(OrderPlaced)
  async placed(batch: readonly Received<OrderPlaced>[]): Promise<void> {
    await this.followOrder.placed(
      batch.map(({ cause, payload }) => ({
        cause,
        order: asId<OrderId>(payload.order),
        placedOn: dayIn('UTC', new Date(payload.placedAt)),
        facts: {
          channel: payload.channel,
          reference: payload.reference,
          currency: payload.currency,
          lines: payload.orderedLines.map(({ line, product, category, units }) => ({
            line,
            product,
            category,
            units,
            stocked: payload.stockedLines.filter((stocked) => stocked.line === line).map((stocked) => ({ product: stocked.product, perParent: stocked.perParent })),
            subject: { product, category, brand: payload.brand, channel: payload.channel },
          })),
        },
      })),
    )
  }

  @On(FulfillmentPacked)
  async packed(batch: readonly Received<FulfillmentPacked>[]): Promise<void> {
    await this.followOrder.packed(
      batch.map(({ cause, payload }) => ({
        cause,
        order: asId<OrderId>(payload.order),
        packages: payload.packages.map(({ sscc, contents }) => ({
          sscc,
          fulfillment: asId<FulfillmentId>(payload.fulfillment),
          contents: contents.map(({ line, product, lot, units }) => ({ line, product, lot, units })),
        })),
      })),
    )
  }

  @On(ShipmentDispatched)
  async dispatched(batch: readonly Received<ShipmentDispatched>[]): Promise<void> {
    await this.followOrder.dispatched(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order), seen: { ...seenOf(payload), location: payload.location } })))
  }

  @On(ShipmentDelivered)
  async delivered(batch: readonly Received<ShipmentDelivered>[]): Promise<void> {
    await this.followOrder.delivered(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order), seen: { ...seenOf(payload), deliveredAt: payload.deliveredAt } })))
  }

  @On(PaymentRefunded)
  async refunded(batch: readonly Received<PaymentRefunded>[]): Promise<void> {
    await this.workReturn.refunded(batch.map(({ cause, payload }) => refundOf(cause, payload)))
  }

  @On(ChannelRefundDue)
  async channelRefunds(batch: readonly Received<ChannelRefundDue>[]): Promise<void> {
    await this.workReturn.refunded(batch.map(({ cause, payload }) => refundOf(cause, payload)))
  }

  @On(RefundFailed)
  async refundFailed(batch: readonly Received<RefundFailed>[]): Promise<void> {
    await this.workReturn.refundFailed(
      batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order), id: returnOf(payload), reason: payload.reason })),
    )
  }

  @On(DeliveryDetailsErased)
  async detailsErased(batch: readonly Received<DeliveryDetailsErased>[]): Promise<void> {
    await this.forgetCustomer.run(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order) })))
  }

  @On(LocationPublished)
  async locations(batch: readonly Received<LocationPublished>[]): Promise<void> {
    await this.keepLocations.run(batch.map(({ cause, payload }) => ({ cause, location: payload.location, version: payload.version, zone: payload.zone })))
  }
}

const seenOf = ({ shipment, fulfillment, carrier, lines }: ShipmentDelivered | ShipmentDispatched) => ({
  shipment: asId<ShipmentId>(shipment),
  fulfillment: asId<FulfillmentId>(fulfillment),
  carrier,
  lines,
})

const returnOf = (refund: { readonly return: string | null }): ReturnId | null => (refund.return === null ? null : asId<ReturnId>(refund.return))

const refundOf = (cause: Received<unknown>['cause'], refund: { readonly order: string; readonly return: string | null; readonly amountMinor: number; readonly currency: string }) => ({
  cause,
  order: asId<OrderId>(refund.order),
  id: returnOf(refund),
  refundedMinor: refund.amountMinor,
  currency: refund.currency,
})
