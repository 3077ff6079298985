import { Controller } from '@nestjs/common'
import { FulfillmentHandedOver, FulfillmentPacked, FulfillmentRejected, FulfillmentShortPicked } from '@waybill/contracts'
import { asId, type FulfillmentId, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { TakeFloorNews, type FloorNews } from '../use-cases/take-floor-news.js'

@Controller()
export class WarehouseEventsConsumer {
  constructor(private readonly floorNews: TakeFloorNews) {}

  @On(FulfillmentPacked)
  async packed(batch: readonly Received<FulfillmentPacked>[]): Promise<void> {
    await this.floorNews.packed(
      batch.map((received) => ({
        ...newsOf(received),
        packages: received.payload.packages.map(({ sscc, carton, lengthMm, widthMm, heightMm, weightGrams, contents }) => ({
          sscc,
          carton,
          lengthMm,
          widthMm,
          heightMm,
          weightGrams,
          contents: contents.map(({ line, stockedLine, product, units }) => ({ line, stockedLine, product: asId<ProductId>(product), units })),
        })),
      })),
    )
  }

  @On(FulfillmentShortPicked)
  async short(batch: readonly Received<FulfillmentShortPicked>[]): Promise<void> {
    await this.floorNews.short(batch.map((received) => ({ ...newsOf(received), missing: received.payload.lines.map(({ line, unitNumbers }) => ({ line, unitNumbers })) })))
  }

  @On(FulfillmentRejected)
  async rejected(batch: readonly Received<FulfillmentRejected>[]): Promise<void> {
    await this.floorNews.rejected(batch.map((received) => ({ ...newsOf(received), why: received.payload.why })))
  }

  @On(FulfillmentHandedOver)
  async handedOver(batch: readonly Received<FulfillmentHandedOver>[]): Promise<void> {
    await this.floorNews.handedOver(batch.map((received) => ({ ...newsOf(received), lines: received.payload.lines.map(({ line, unitNumbers }) => ({ line, unitNumbers })) })))
  }
}

const newsOf = ({ cause, payload }: Received<{ readonly fulfillment: string; readonly order: string; readonly location: string }>): FloorNews => ({
  cause,
  fulfillment: asId<FulfillmentId>(payload.fulfillment),
  order: asId<OrderId>(payload.order),
  location: asId<LocationId>(payload.location),
})
