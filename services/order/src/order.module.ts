import { Module, type DynamicModule, type Provider } from '@nestjs/common'
import { UnitOfWork } from '@waybill/service-kit'
import { CaptureStore } from './capture/capture.store.js'
import { ProductStore } from './catalogue/product.store.js'
import { ChannelStore } from './channels/channel.store.js'
import { patienceOf, type OrderConfig } from './config.js'
import { ChannelsController } from './http/channels.controller.js'
import { OrderImportsController } from './http/order-imports.controller.js'
import { OrdersIntakeController } from './http/orders-intake.controller.js'
import { OrdersController } from './http/orders.controller.js'
import { PayController } from './http/pay.controller.js'
import { PricesController } from './http/prices.controller.js'
import { ProductsController } from './http/products.controller.js'
import { TaxRatesController } from './http/tax-rates.controller.js'
import { ImportStore } from './imports/import.store.js'
import { ChannelOrdersConsumer } from './kafka/channel-orders.consumer.js'
import { OrderFactsConsumer } from './kafka/order-facts.consumer.js'
import { PlacesConsumer } from './kafka/places.consumer.js'
import { OrderFileStore } from './order-process/order-file.store.js'
import { Patience } from './order-process/patience.js'
import { PlacesStore } from './order-process/places.store.js'
import { DeliveryDetailsStore } from './orders/delivery-details.store.js'
import { OrderViews } from './orders/order-views.js'
import { HttpPaymentProvider } from './outside/http-payment-provider.js'
import { OpenCalls } from './payments/open-calls.js'
import { PaymentProvider } from './payments/payment-provider.js'
import { PostgresCaptureStore } from './postgres/postgres-capture.store.js'
import { PostgresChannelStore } from './postgres/postgres-channel.store.js'
import { PostgresDeliveryDetailsStore } from './postgres/postgres-delivery-details.store.js'
import { PostgresImportStore } from './postgres/postgres-import.store.js'
import { PostgresOpenCalls } from './postgres/postgres-open-calls.js'
import { PostgresOrderFileStore } from './postgres/postgres-order-files.store.js'
import { PostgresOrderViews } from './postgres/postgres-order-views.js'
import { PostgresPlacesStore } from './postgres/postgres-places.store.js'
import { PostgresPriceStore } from './postgres/postgres-price.store.js'
import { PostgresProductStore } from './postgres/postgres-product.store.js'
import { RememberedTerms } from './postgres/terms.js'
import { PriceStore } from './pricing/price.store.js'
import { ImportsTimer } from './timers/imports.timer.js'
import { OrderTimers } from './timers/order.timers.js'
import { PaymentCallTimer } from './timers/payment-call.timer.js'
import { RefusedInputTimer } from './timers/refused-input.timer.js'
import { CallProvider } from './use-cases/call-provider.js'
import { CaptureOrders } from './use-cases/capture-orders.js'
import { DeclareChannels } from './use-cases/declare-channels.js'
import { DeclarePrices } from './use-cases/declare-prices.js'
import { DeclareProducts } from './use-cases/declare-products.js'
import { DeclareTaxRates } from './use-cases/declare-tax-rates.js'
import { EraseDeliveryDetails } from './use-cases/erase-delivery-details.js'
import { ImportOrders } from './use-cases/import-orders.js'
import { LearnPlaces } from './use-cases/learn-places.js'
import { PayAnotherWay } from './use-cases/pay-another-way.js'
import { ReactToFacts } from './use-cases/react-to-facts.js'

/** A store that needs nothing but the unit of work. */
const overUnitOfWork = <T>(port: abstract new (...args: never[]) => T, adapter: new (uow: UnitOfWork) => T): Provider => ({
  provide: port,
  inject: [UnitOfWork],
  useFactory: (uow: UnitOfWork) => new adapter(uow),
})

/** The only file that knows every room of order. */
@Module({})
export class OrderModule {
  static with(config: OrderConfig): DynamicModule {
    return {
      module: OrderModule,
      controllers: [
        ChannelOrdersConsumer, OrderFactsConsumer, PlacesConsumer,
        OrdersIntakeController, OrderImportsController, OrdersController, PayController,
        ChannelsController, ProductsController, PricesController, TaxRatesController,
      ],
      providers: [
        { provide: Patience, useValue: patienceOf(config) },
        { provide: PaymentProvider, useFactory: () => new HttpPaymentProvider({ url: config.paymentProviderUrl, apiKey: config.paymentProviderKey, deadlineMs: config.paymentDeadlineMs }) },
        RememberedTerms,
        { provide: CaptureStore, useClass: PostgresCaptureStore },
        { provide: ImportStore, useClass: PostgresImportStore },
        overUnitOfWork(ChannelStore, PostgresChannelStore),
        overUnitOfWork(ProductStore, PostgresProductStore),
        overUnitOfWork(PriceStore, PostgresPriceStore),
        overUnitOfWork(OrderFileStore, PostgresOrderFileStore),
        overUnitOfWork(OrderViews, PostgresOrderViews),
        overUnitOfWork(PlacesStore, PostgresPlacesStore),
        overUnitOfWork(OpenCalls, PostgresOpenCalls),
        overUnitOfWork(DeliveryDetailsStore, PostgresDeliveryDetailsStore),
        CaptureOrders, ImportOrders, DeclareChannels, DeclareProducts, DeclarePrices, DeclareTaxRates,
        ReactToFacts, CallProvider, LearnPlaces, PayAnotherWay, EraseDeliveryDetails,
        ImportsTimer, RefusedInputTimer, OrderTimers, PaymentCallTimer,
      ],
    }
  }
}
