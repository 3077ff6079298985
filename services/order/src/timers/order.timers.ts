import { Injectable } from '@nestjs/common'
import { asId } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import type { OrderTimer } from '../order-process/order-timers.js'
import { ReactToFacts } from '../use-cases/react-to-facts.js'

/** The time-outs of orders: what each does stands in order-process/waits.ts. */
@Injectable()
export class OrderTimers {
  constructor(private readonly reactToFacts: ReactToFacts) {}

  @OnTimer('stock-answer-overdue')
  stockAnswerOverdue(due: readonly Due[]): Promise<void> {
    return this.react('stock-answer-overdue', due)
  }

  @OnTimer('places-unknown')
  placesUnknown(due: readonly Due[]): Promise<void> {
    return this.react('places-unknown', due)
  }

  @OnTimer('payment-window-ended')
  paymentWindowEnded(due: readonly Due[]): Promise<void> {
    return this.react('payment-window-ended', due)
  }

  @OnTimer('payment-unresolved')
  paymentUnresolved(due: readonly Due[]): Promise<void> {
    return this.react('payment-unresolved', due)
  }

  @OnTimer('authorization-expiring')
  authorizationExpiring(due: readonly Due[]): Promise<void> {
    return this.react('authorization-expiring', due)
  }

  @OnTimer('backorder-overdue')
  backorderOverdue(due: readonly Due[]): Promise<void> {
    return this.react('backorder-overdue', due)
  }

  @OnTimer('dispatch-overdue')
  dispatchOverdue(due: readonly Due[]): Promise<void> {
    return this.react('dispatch-overdue', due)
  }

  @OnTimer('delivery-overdue')
  deliveryOverdue(due: readonly Due[]): Promise<void> {
    return this.react('delivery-overdue', due)
  }

  @OnTimer('task-overdue')
  taskOverdue(due: readonly Due[]): Promise<void> {
    return this.react('task-overdue', due)
  }

  private react(timer: OrderTimer, due: readonly Due[]): Promise<void> {
    return this.reactToFacts.run(due.map(({ cause, subject }) => ({ cause, order: asId(subject), fact: { kind: 'timer', timer } })))
  }
}
