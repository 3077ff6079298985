import { Controller } from '@nestjs/common'
import { ShipmentCreated, ShipmentPlanned, ShipmentPlanRefused } from '@waybill/contracts'
import { asId, businessDate, type FulfillmentId, type OrderId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { FollowShipments } from '../use-cases/follow-shipments.js'

/** How shipping means to send what is packed here. */
@Controller()
export class ShippingEventsConsumer {
  constructor(private readonly followShipments: FollowShipments) {}

  @On(ShipmentPlanned)
  async planned(batch: readonly Received<ShipmentPlanned>[]): Promise<void> {
    await this.followShipments.planned(
      batch.map(({ cause, payload }) => ({
        cause,
        fulfillment: asId<FulfillmentId>(payload.fulfillment),
        order: asId<OrderId>(payload.order),
        refused: false,
        shipOn: businessDate(payload.shipOn),
        // a lot has to be good even if the parcel is slow
        transitDays: payload.transitDays.p95,
        cutOffAt: payload.cutOffAt === null ? null : new Date(payload.cutOffAt),
        service: `${payload.carrier} ${payload.service}`,
      })),
    )
  }

  @On(ShipmentPlanRefused)
  async refused(batch: readonly Received<ShipmentPlanRefused>[]): Promise<void> {
    await this.followShipments.refused(
      batch.map(({ cause, payload }) => ({
        cause,
        fulfillment: asId<FulfillmentId>(payload.fulfillment),
        order: asId<OrderId>(payload.order),
        refused: true,
        shipOn: null,
        transitDays: 0,
        cutOffAt: null,
        service: 'none',
      })),
    )
  }

  @On(ShipmentCreated)
  async created(batch: readonly Received<ShipmentCreated>[]): Promise<void> {
    await this.followShipments.labelled(batch.map(({ cause, payload }) => ({ cause, fulfillment: asId<FulfillmentId>(payload.fulfillment), packages: payload.packages })))
  }
}
