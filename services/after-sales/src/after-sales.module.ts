import { Module } from '@nestjs/common'
import { CareQueries } from './care/care.queries.js'
import { CareStore } from './care/care.store.js'
import { MirrorStore } from './care/mirror.store.js'
import { CustomerPagesController } from './http/customer-pages.controller.js'
import { FeedbackController } from './http/feedback.controller.js'
import { PoliciesController } from './http/policies.controller.js'
import { ReturnsController } from './http/returns.controller.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { PolicyStore } from './policies/policy.store.js'
import { PostgresCareQueries } from './postgres/postgres-care.queries.js'
import { PostgresCareStore } from './postgres/postgres-care.store.js'
import { PostgresMirrorStore } from './postgres/postgres-mirror.store.js'
import { PostgresPolicyStore } from './postgres/postgres-policy.store.js'
import { DueDatesTimer } from './timers/due-dates.timer.js'
import { AnswerFeedback } from './use-cases/answer-feedback.js'
import { FollowOrder } from './use-cases/follow-order.js'
import { ForgetCustomer } from './use-cases/forget-customer.js'
import { KeepLocations } from './use-cases/keep-locations.js'
import { MindDueDates } from './use-cases/mind-due-dates.js'
import { RequestReturn } from './use-cases/request-return.js'
import { WorkReturn } from './use-cases/work-return.js'
import { WritePolicies } from './use-cases/write-policies.js'

/** The only file that knows every room of after-sales. */
@Module({
  controllers: [OrderEventsConsumer, ReturnsController, FeedbackController, PoliciesController, CustomerPagesController],
  providers: [
    { provide: CareStore, useClass: PostgresCareStore },
    { provide: CareQueries, useClass: PostgresCareQueries },
    { provide: PolicyStore, useClass: PostgresPolicyStore },
    { provide: MirrorStore, useClass: PostgresMirrorStore },
    AnswerFeedback, FollowOrder, ForgetCustomer, KeepLocations, MindDueDates, RequestReturn, WorkReturn, WritePolicies,
    DueDatesTimer,
  ],
})
export class AfterSalesModule {}
