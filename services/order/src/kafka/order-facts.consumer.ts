import { Controller } from '@nestjs/common'
import {
  BackorderDateChanged,
  BackorderFilled,
  FulfillmentRejected,
  FulfillmentShortPicked,
  RefundRequested,
  ReservationRefused,
  ShipmentDelivered,
  ShipmentDispatched,
  ShipmentFailed,
  ShipmentPlanRefused,
  StockBackordered,
  StockReleased,
  StockReserved,
  TaskClosed,
} from '@waybill/contracts'
import { asId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import type { OrderFact } from '../order-process/facts.js'
import { ReactToFacts } from '../use-cases/react-to-facts.js'

/** What inventory, the warehouse, shipping, after-sales and people say about orders: each goes to the order's process. */
@Controller()
export class OrderFactsConsumer {
  constructor(private readonly reactToFacts: ReactToFacts) {}

  @On(StockReserved)
  reserved(batch: readonly Received<StockReserved>[]): Promise<void> {
    return this.react(batch, ({ lines }) => ({ kind: 'stock-reserved', lines }))
  }

  @On(BackorderFilled)
  backorderFilled(batch: readonly Received<BackorderFilled>[]): Promise<void> {
    return this.react(batch, ({ lines }) => ({ kind: 'backorder-filled', lines }))
  }

  @On(StockReleased)
  released(batch: readonly Received<StockReleased>[]): Promise<void> {
    return this.react(batch, ({ lines, reason }) => ({ kind: 'stock-released', lines, reason }))
  }

  @On(StockBackordered)
  backordered(batch: readonly Received<StockBackordered>[]): Promise<void> {
    return this.react(batch, ({ lines }) => ({ kind: 'stock-backordered', lines }))
  }

  @On(BackorderDateChanged)
  dateChanged(batch: readonly Received<BackorderDateChanged>[]): Promise<void> {
    return this.react(batch, ({ lines }) => ({ kind: 'backorder-date-changed', lines }))
  }

  @On(ReservationRefused)
  refused(batch: readonly Received<ReservationRefused>[]): Promise<void> {
    return this.react(batch, ({ why }) => ({ kind: 'reservation-refused', why }))
  }

  @On(FulfillmentRejected)
  rejected(batch: readonly Received<FulfillmentRejected>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, why }) => ({ kind: 'fulfillment-rejected', fulfillment, why }))
  }

  @On(FulfillmentShortPicked)
  shortPicked(batch: readonly Received<FulfillmentShortPicked>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, reason, lines }) => ({ kind: 'fulfillment-short-picked', fulfillment, reason, lines }))
  }

  @On(ShipmentPlanRefused)
  planRefused(batch: readonly Received<ShipmentPlanRefused>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, constraints }) => ({
      kind: 'shipment-plan-refused',
      fulfillment,
      why: [...new Set(constraints.map(({ constraint }) => constraint))].join(', ') || 'no service',
    }))
  }

  @On(ShipmentDispatched)
  dispatched(batch: readonly Received<ShipmentDispatched>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, lines }) => ({ kind: 'shipment-dispatched', fulfillment, lines }))
  }

  @On(ShipmentDelivered)
  delivered(batch: readonly Received<ShipmentDelivered>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, lines }) => ({ kind: 'shipment-delivered', fulfillment, lines }))
  }

  @On(ShipmentFailed)
  failed(batch: readonly Received<ShipmentFailed>[]): Promise<void> {
    return this.react(batch, ({ fulfillment, lines, outcome, reason }) => ({ kind: 'shipment-failed', fulfillment, lines, outcome, reason }))
  }

  @On(RefundRequested)
  refundRequested(batch: readonly Received<RefundRequested>[]): Promise<void> {
    return this.react(batch, ({ return: returnId, lines, fees, refundShipping }) => ({
      kind: 'refund-requested',
      request: {
        returnId,
        lines,
        fees: fees.map(({ fixedMinor, percent }) => ({ fixedMinor: BigInt(fixedMinor), percent })),
        refundShipping,
      },
    }))
  }

  /** Tasks of all services are told here; those that are no order's are only taken note of. */
  @On(TaskClosed)
  taskClosed(batch: readonly Received<TaskClosed>[]): Promise<void> {
    return this.react(batch, ({ kind, subject, resolution }) => ({ kind: 'task-closed', task: kind, subject, resolution }))
  }

  private react<P extends { readonly order: string | null }>(batch: readonly Received<P>[], factOf: (payload: P) => OrderFact): Promise<void> {
    return this.reactToFacts.run(
      batch.map(({ cause, payload }) => ({ cause, order: payload.order === null ? null : asId(payload.order), fact: factOf(payload) })),
    )
  }
}
