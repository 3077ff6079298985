import { Injectable } from '@nestjs/common'
import { asId, type OrderId } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import type { Wake } from '../care/facts.js'
import { MindDueDates } from '../use-cases/mind-due-dates.js'

/** Due dates of returns and feedback. */
@Injectable()
export class DueDatesTimer {
  constructor(private readonly mindDueDates: MindDueDates) {}

  @OnTimer('return-expiry')
  expiry(due: readonly Due[]): Promise<void> {
    return this.mind('return-expiry', due)
  }

  @OnTimer('return-inspection')
  inspection(due: readonly Due[]): Promise<void> {
    return this.mind('return-inspection', due)
  }

  @OnTimer('return-refund')
  refund(due: readonly Due[]): Promise<void> {
    return this.mind('return-refund', due)
  }

  @OnTimer('feedback-closing')
  closing(due: readonly Due[]): Promise<void> {
    return this.mind('feedback-closing', due)
  }

  private mind(kind: Wake['kind'], due: readonly Due[]): Promise<void> {
    return this.mindDueDates.run(kind, due.map(({ cause, subject, payload }) => ({ cause, subject, order: asId<OrderId>(String(payload['order'])) })))
  }
}
