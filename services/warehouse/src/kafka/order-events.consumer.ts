import { Controller } from '@nestjs/common'
import { FulfillmentRequested, HoldApplied, HoldLifted } from '@waybill/contracts'
import { asId, type FulfillmentId, type LocationId, type OrderId, type ProductId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { AcceptFulfillments } from '../use-cases/accept-fulfillments.js'
import { FollowHolds } from '../use-cases/follow-holds.js'

/** What orders ask of the floor. */
@Controller()
export class OrderEventsConsumer {
  constructor(
    private readonly acceptFulfillments: AcceptFulfillments,
    private readonly followHolds: FollowHolds,
  ) {}

  @On(FulfillmentRequested)
  async requested(batch: readonly Received<FulfillmentRequested>[]): Promise<void> {
    await this.acceptFulfillments.run(
      batch.map(({ cause, payload }) => ({
        cause,
        fulfillment: asId<FulfillmentId>(payload.fulfillment),
        order: asId<OrderId>(payload.order),
        location: asId<LocationId>(payload.location),
        priority: payload.priority,
        lines: payload.lines.map(({ line, unitNumbers, stocked }) => ({
          line,
          unitNumbers,
          stocked: stocked.map(({ stockedLine, product, units }) => ({ stockedLine, product: asId<ProductId>(product), units })),
        })),
      })),
    )
  }

  @On(HoldApplied)
  async holdApplied(batch: readonly Received<HoldApplied>[]): Promise<void> {
    await this.followHolds.applied(
      batch.map(({ cause, payload }) => ({
        cause,
        order: asId<OrderId>(payload.order),
        hold: payload.hold,
        blocks: payload.blocks.map((step) => (step === 'request-fulfillment' ? 'start' : 'hand-over')),
      })),
    )
  }

  @On(HoldLifted)
  async holdLifted(batch: readonly Received<HoldLifted>[]): Promise<void> {
    await this.followHolds.lifted(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order), hold: payload.hold })))
  }
}
