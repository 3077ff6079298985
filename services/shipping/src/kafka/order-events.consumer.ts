import { Controller } from '@nestjs/common'
import { DeliveryDetailsErased, DeliveryDetailsSet, FulfillmentRequested } from '@waybill/contracts'
import { asId, businessDate, type FulfillmentId, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { KeepDeliveryDetails } from '../use-cases/keep-delivery-details.js'
import { PlanShipment } from '../use-cases/plan-shipment.js'

@Controller()
export class OrderEventsConsumer {
  constructor(
    private readonly planShipment: PlanShipment,
    private readonly keepDeliveryDetails: KeepDeliveryDetails,
  ) {}

  @On(FulfillmentRequested)
  async requested(batch: readonly Received<FulfillmentRequested>[]): Promise<void> {
    await this.planShipment.run(
      batch.map(({ cause, payload }) => ({
        cause,
        fulfillment: asId<FulfillmentId>(payload.fulfillment),
        order: asId<OrderId>(payload.order),
        location: asId<LocationId>(payload.location),
        journey: {
          country: payload.country,
          region: payload.region,
          postalPrefix: payload.postalPrefix,
          preference: payload.preference,
          forbiddenModes: payload.forbiddenModes,
          currency: payload.currency,
          promise: { from: dateOrNull(payload.promise.from), to: dateOrNull(payload.promise.to) },
        },
        lines: payload.lines.map(({ line, unitNumbers, stocked }) => ({ line, unitNumbers, stocked: stocked.map((each) => ({ ...each, product: asId<ProductId>(each.product) })) })),
      })),
    )
  }

  @On(DeliveryDetailsSet)
  async detailsSet(batch: readonly Received<DeliveryDetailsSet>[]): Promise<void> {
    await this.keepDeliveryDetails.set(
      batch.map(({ cause, payload: { name, phone, street, street2, postalCode, city, region, country, order } }) => ({
        cause,
        details: { order: asId<OrderId>(order), name, phone, street, street2, postalCode, city, region, country },
      })),
    )
  }

  @On(DeliveryDetailsErased)
  async detailsErased(batch: readonly Received<DeliveryDetailsErased>[]): Promise<void> {
    await this.keepDeliveryDetails.erase(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order) })))
  }
}

const dateOrNull = (text: string | null) => (text === null ? null : businessDate(text))
