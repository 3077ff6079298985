import { Controller } from '@nestjs/common'
import { DamageReported, FulfillmentHandedOver, FulfillmentRejected, FulfillmentShortPicked } from '@waybill/contracts'
import { asId, type BusinessDate } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { FollowFulfillment } from '../use-cases/follow-fulfillment.js'

/** What the floor says. */
@Controller()
export class WarehouseEventsConsumer {
  constructor(private readonly followFulfillment: FollowFulfillment) {}

  @On(FulfillmentRejected)
  async rejected(batch: readonly Received<FulfillmentRejected>[]): Promise<void> {
    await this.followFulfillment.rejected(
      batch.map(({ cause, payload: { order, fulfillment, location } }) => ({
        cause,
        ended: { order: asId(order), fulfillment: asId(fulfillment), location: asId(location) },
      })),
    )
  }

  @On(FulfillmentShortPicked)
  async shortPicked(batch: readonly Received<FulfillmentShortPicked>[]): Promise<void> {
    await this.followFulfillment.shortPicked(
      batch.map(({ cause, payload }) => ({
        cause,
        short: {
          order: asId(payload.order),
          fulfillment: asId(payload.fulfillment),
          location: asId(payload.location),
          reason: payload.reason,
          dropped: payload.lines.flatMap(({ stocked }) => stocked.map(({ stockedLine, units }) => ({ stockedLine, units }))),
          writtenOff: payload.writtenOff.map(({ product, lot, expiresOn, bin, units }) => ({
            product: asId(product),
            lot,
            expiresOn: expiresOn as BusinessDate | null,
            bin,
            units,
          })),
        },
      })),
    )
  }

  @On(DamageReported)
  async damaged(batch: readonly Received<DamageReported>[]): Promise<void> {
    await this.followFulfillment.damaged(
      batch.map(({ cause, payload: { product, location, lot, bin, units } }) => ({
        cause,
        damage: { product: asId(product), location: asId(location), lot, bin, units, reason: 'damaged', filedByWarehouse: true },
      })),
    )
  }

  @On(FulfillmentHandedOver)
  async handedOver(batch: readonly Received<FulfillmentHandedOver>[]): Promise<void> {
    await this.followFulfillment.handedOver(
      batch.map(({ cause, payload }) => ({
        cause,
        handedOver: {
          order: asId(payload.order),
          fulfillment: asId(payload.fulfillment),
          location: asId(payload.location),
          lines: payload.lines.flatMap(({ stocked }) => stocked.map(({ stockedLine, lots }) => ({ stockedLine, lots }))),
        },
      })),
    )
  }
}
