import { Controller } from '@nestjs/common'
import { FeedbackRequested, ReturnApproved, ReturnRejected, ShipmentDispatched } from '@waybill/contracts'
import { On, type Received } from '@waybill/messaging'
import { TellCustomers } from '../use-cases/tell-customers.js'
import { newsOf, unitsOf, windowOf } from './news.js'

/** What other services tell that customers want to know. */
@Controller()
export class AfterOrderEventsConsumer {
  constructor(private readonly tellCustomers: TellCustomers) {}

  @On(ShipmentDispatched)
  async dispatched(batch: readonly Received<ShipmentDispatched>[]): Promise<void> {
    await this.tellCustomers.run(
      newsOf(batch, ({ shipment, carrier, packages, lines, expected }) => ({
        kind: 'shipped',
        shipment,
        carrier,
        trackingNumbers: packages.map(({ trackingNumber }) => trackingNumber),
        lines: unitsOf(lines),
        expected: windowOf(expected),
      })),
    )
  }

  @On(FeedbackRequested)
  async feedbackRequested(batch: readonly Received<FeedbackRequested>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ feedback, answerUntil }) => ({ kind: 'feedback-requested', feedback, answerUntil })))
  }

  @On(ReturnApproved)
  async returnApproved(batch: readonly Received<ReturnApproved>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ sendBackUntil, lines }) => ({ kind: 'return-approved', sendBackUntil, lines: unitsOf(lines) })))
  }

  @On(ReturnRejected)
  async returnRejected(batch: readonly Received<ReturnRejected>[]): Promise<void> {
    await this.tellCustomers.run(newsOf(batch, ({ why }) => ({ kind: 'return-rejected', why })))
  }
}
