import type { UnitOfWork } from '@waybill/service-kit'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { PostgresCareStore } from './postgres/postgres-care.store.js'
import { PostgresMirrorStore } from './postgres/postgres-mirror.store.js'
import { DueDatesTimer } from './timers/due-dates.timer.js'
import { AnswerFeedback } from './use-cases/answer-feedback.js'
import { FollowOrder } from './use-cases/follow-order.js'
import { ForgetCustomer } from './use-cases/forget-customer.js'
import { KeepLocations } from './use-cases/keep-locations.js'
import { MindDueDates } from './use-cases/mind-due-dates.js'
import { RequestReturn } from './use-cases/request-return.js'
import { WorkReturn } from './use-cases/work-return.js'

export { migrations } from './migrations/index.js'
export { returnTransitions } from './returns/return.js'

/** Everything of after-sales that decides, from message, timer or request to rows and facts, without the process around it. Source: ADR 0023. */
export function afterSalesCore(uow: UnitOfWork) {
  const care = new PostgresCareStore(uow)
  const workReturn = new WorkReturn(care)
  return {
    handlers: [
      new OrderEventsConsumer(new FollowOrder(care), workReturn, new KeepLocations(new PostgresMirrorStore(uow)), new ForgetCustomer(care)),
      new DueDatesTimer(new MindDueDates(care)),
    ],
    requestReturn: new RequestReturn(care),
    workReturn,
    answerFeedback: new AnswerFeedback(care),
  }
}
