import { Module, type DynamicModule } from '@nestjs/common'
import type { NotificationConfig } from './config.js'
import { HandlebarsLetterForm } from './documents/handlebars-letter-form.js'
import { MessagesController } from './http/messages.controller.js'
import { AfterOrderEventsConsumer } from './kafka/after-order-events.consumer.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { MessageRules } from './messages/after-sending.js'
import { CustomerLinks } from './messages/customer-links.js'
import { LetterForm } from './messages/letter.js'
import { Mailer } from './messages/mailer.js'
import { Messages } from './messages/messages.js'
import { PublicUrls, SignedCustomerLinks } from './outside/signed-customer-links.js'
import { SmtpAccess, SmtpMailer } from './outside/smtp-mailer.js'
import { NotificationMetrics } from './postgres/notification-metrics.js'
import { PostgresMessages } from './postgres/postgres-messages.js'
import { NotificationTimers } from './timers/notification.timers.js'
import { CheckWaitingMessages } from './use-cases/check-waiting-messages.js'
import { KeepDeliveryDetails } from './use-cases/keep-delivery-details.js'
import { KeepOrders } from './use-cases/keep-orders.js'
import { SendAgain } from './use-cases/send-again.js'
import { SendMails } from './use-cases/send-mails.js'
import { TellCustomers } from './use-cases/tell-customers.js'

/** Knows every room; binds each port to its adapter. */
@Module({})
export class NotificationModule {
  static with(config: NotificationConfig): DynamicModule {
    return {
      module: NotificationModule,
      controllers: [MessagesController, OrderEventsConsumer, AfterOrderEventsConsumer],
      providers: [
        ...[MessageRules, SmtpAccess, PublicUrls].map((part) => ({ provide: part, useValue: config })),
        { provide: Messages, useClass: PostgresMessages },
        { provide: Mailer, useClass: SmtpMailer },
        { provide: LetterForm, useClass: HandlebarsLetterForm },
        { provide: CustomerLinks, useClass: SignedCustomerLinks },
        NotificationMetrics,
        NotificationTimers,
        ...[CheckWaitingMessages, KeepDeliveryDetails, KeepOrders, SendAgain, SendMails, TellCustomers],
      ],
    }
  }
}
