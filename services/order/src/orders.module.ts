import { Module, type DynamicModule, type Provider } from '@nestjs/common'
import { UnitOfWork } from '@waybill/service-kit'
import { OrdersController } from './http/orders.controller.js'
import { PayController } from './http/pay.controller.js'
import { OrderFactsConsumer } from './kafka/order-facts.consumer.js'
import { PlacesConsumer } from './kafka/places.consumer.js'
import { OrderFileStore } from './order-process/order-file.store.js'
import { Patience } from './order-process/patience.js'
import { PlacesStore } from './order-process/places.store.js'
import type { OrdersConfig } from './orders-config.js'
import { DeliveryDetailsStore } from './orders/delivery-details.store.js'
import { OrderViews } from './orders/order-views.js'
import { HttpPaymentProvider } from './outside/http-payment-provider.js'
import { OpenCalls } from './payments/open-calls.js'
import { PaymentProvider } from './payments/payment-provider.js'
import { PostgresDeliveryDetailsStore } from './postgres/postgres-delivery-details.store.js'
import { PostgresOpenCalls } from './postgres/postgres-open-calls.js'
import { PostgresOrderFileStore } from './postgres/postgres-order-files.store.js'
import { PostgresOrderViews } from './postgres/postgres-order-views.js'
import { PostgresPlacesStore } from './postgres/postgres-places.store.js'
import { OrderTimers } from './timers/order.timers.js'
import { PaymentCallTimer } from './timers/payment-call.timer.js'
import { CallProvider } from './use-cases/call-provider.js'
import { EraseDeliveryDetails } from './use-cases/erase-delivery-details.js'
import { LearnPlaces } from './use-cases/learn-places.js'
import { PayAnotherWay } from './use-cases/pay-another-way.js'
import { ReactToFacts } from './use-cases/react-to-facts.js'

/** What moves placed orders: process, payments, promises, reads. */
@Module({})
export class OrdersModule {
  static with(config: OrdersConfig): DynamicModule {
    return {
      module: OrdersModule,
      controllers: [OrdersController, PayController, OrderFactsConsumer, PlacesConsumer],
      providers: [...adapters(config), ReactToFacts, CallProvider, PayAnotherWay, EraseDeliveryDetails, LearnPlaces, OrderTimers, PaymentCallTimer],
      exports: [Patience],
    }
  }
}

const adapters = (config: OrdersConfig): Provider[] => [
  { provide: Patience, useValue: patienceOf(config) },
  { provide: PaymentProvider, useValue: new HttpPaymentProvider({ url: config.providerUrl, apiKey: config.providerKey, deadlineMs: config.providerDeadlineMs }) },
  { provide: OrderFileStore, useFactory: (uow: UnitOfWork) => new PostgresOrderFileStore(uow), inject: [UnitOfWork] },
  { provide: OpenCalls, useFactory: (uow: UnitOfWork) => new PostgresOpenCalls(uow), inject: [UnitOfWork] },
  { provide: PlacesStore, useFactory: (uow: UnitOfWork) => new PostgresPlacesStore(uow), inject: [UnitOfWork] },
  { provide: DeliveryDetailsStore, useFactory: (uow: UnitOfWork) => new PostgresDeliveryDetailsStore(uow), inject: [UnitOfWork] },
  { provide: OrderViews, useFactory: (uow: UnitOfWork) => new PostgresOrderViews(uow), inject: [UnitOfWork] },
]

const patienceOf = (config: OrdersConfig): Patience => ({
  limits: {
    stockAnswerMs: config.stockAnswerMs,
    paymentWindowMs: config.paymentWindowMs,
    paymentUnresolvedMs: config.paymentUnresolvedMs,
    placesMs: config.placesMs,
    backorderUnknownMs: config.backorderUnknownMs,
    backorderLateMs: config.backorderLateMs,
    dispatchMs: config.dispatchMs,
    deliveryMs: config.deliveryMs,
    renewBeforeMs: config.renewBeforeMs,
    taskMs: config.taskMs,
  },
  paymentLimits: { tries: config.paymentTries, retryAfterMs: config.paymentRetryAfterMs },
})
