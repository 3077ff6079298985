import { Controller } from '@nestjs/common'
import { LanePublished, ShipmentPlanRefused } from '@waybill/contracts'
import { asId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { FollowFulfillment } from '../use-cases/follow-fulfillment.js'
import { KeepMirrors } from '../use-cases/keep-mirrors.js'

/** What shipping says. */
@Controller()
export class ShippingEventsConsumer {
  constructor(
    private readonly followFulfillment: FollowFulfillment,
    private readonly keepMirrors: KeepMirrors,
  ) {}

  @On(ShipmentPlanRefused)
  async planRefused(batch: readonly Received<ShipmentPlanRefused>[]): Promise<void> {
    await this.followFulfillment.planRefused(
      batch.map(({ cause, payload: { order, fulfillment, location } }) => ({
        cause,
        ended: { order: asId(order), fulfillment: asId(fulfillment), location: asId(location) },
      })),
    )
  }

  @On(LanePublished)
  async lanePublished(batch: readonly Received<LanePublished>[]): Promise<void> {
    await this.keepMirrors.lanes(
      batch.map(({ cause, payload: { location, country, version, services } }) => ({
        cause,
        lane: { location: asId(location), country, version, services: services.map(({ mode, refusedHandling }) => ({ mode, refusedHandling })) },
      })),
    )
  }
}
