import { Controller } from '@nestjs/common'
import { DeliveryDetailsErased, DeliveryDetailsSet, OrderCancelled, OrderConfirmed, OrderExpired, OrderPlaced, PaymentDeclined, PaymentRefunded, PromiseChanged } from '@waybill/contracts'
import { asId, type OrderId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { KeepDeliveryDetails } from '../use-cases/keep-delivery-details.js'
import { KeepOrders } from '../use-cases/keep-orders.js'
import { TellCustomers } from '../use-cases/tell-customers.js'
import { newsOf, windowOf } from './news.js'

@Controller()
export class OrderEventsConsumer {
  constructor(
    private readonly tellCustomers: TellCustomers,
    private readonly keepOrders: KeepOrders,
    private readonly keepDeliveryDetails: KeepDeliveryDetails,
  ) {}

  @On(OrderPlaced)
  async placed(batch: readonly Received<OrderPlaced>[]): Promise<void> {
    await this.keepOrders.run(
      batch.map(({ cause, payload }) => ({ cause, order: { order: asId<OrderId>(payload.order), lines: payload.orderedLines.map(({ line, description }) => ({ line, description })) } })),
    )
  }

  @On(DeliveryDetailsSet)
  async detailsSet(batch: readonly Received<DeliveryDetailsSet>[]): Promise<void> {
    await this.keepDeliveryDetails.set(batch.map(({ cause, payload: { order, reference, name, email } }) => ({ cause, details: { order: asId<OrderId>(order), reference, name, email } })))
  }

  @On(DeliveryDetailsErased)
  async detailsErased(batch: readonly Received<DeliveryDetailsErased>[]): Promise<void> {
    await this.keepDeliveryDetails.erase(batch.map(({ cause, payload }) => ({ cause, order: asId<OrderId>(payload.order) })))
  }

  @On(OrderConfirmed)
  async confirmed(batch: readonly Received<OrderConfirmed>[]): Promise<void> {
    await this.tellCustomers.run(
      newsOf(batch, ({ totalMinor, currency, lines }) => ({
        kind: 'order-confirmed',
        totalMinor,
        currency,
        lines: lines.map(({ description, units, promises }) => ({
          description,
          units,
          promises: promises.map((promise) => ({ units: promise.units, backordered: promise.backordered, availableOn: promise.availableOn, window: windowOf(promise.window) })),
        })),
      })),
    )
  }

  @On(PromiseChanged)
  async promiseChanged(batch: readonly Received<PromiseChanged>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, (payload) => ({ kind: 'promise-changed', description: payload.description, units: payload.units, old: windowOf(payload.old), new: windowOf(payload.new) })))
  }

  @On(OrderExpired)
  async expired(batch: readonly Received<OrderExpired>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, () => ({ kind: 'order-expired' })))
  }

  @On(OrderCancelled)
  async cancelled(batch: readonly Received<OrderCancelled>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ why }) => ({ kind: 'order-cancelled', why })))
  }

  /** A refusal for good is told by the expiry that follows: there is nothing left to pay. */
  @On(PaymentDeclined)
  async declined(batch: readonly Received<PaymentDeclined>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ until, final }) => (final ? null : { kind: 'payment-declined', until })))
  }

  @On(PaymentRefunded)
  async refunded(batch: readonly Received<PaymentRefunded>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ amountMinor, currency }) => ({ kind: 'refunded', amountMinor, currency })))
  }
}
