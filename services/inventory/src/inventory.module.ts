import { Module, type DynamicModule } from '@nestjs/common'
import type { InventoryConfig } from './config.js'
import { LocationsController } from './http/locations.controller.js'
import { StockController } from './http/stock.controller.js'
import { SuppliesController } from './http/supplies.controller.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { ProductEventsConsumer } from './kafka/product-events.consumer.js'
import { ReturnEventsConsumer } from './kafka/return-events.consumer.js'
import { ShippingEventsConsumer } from './kafka/shipping-events.consumer.js'
import { WarehouseEventsConsumer } from './kafka/warehouse-events.consumer.js'
import { LocationStore } from './locations/location.store.js'
import { PostgresLocationStore } from './postgres/postgres-location.store.js'
import { PostgresStockQueries } from './postgres/postgres-stock.queries.js'
import { PostgresStockStore } from './postgres/postgres-stock.store.js'
import { StockRules } from './stock/stock-rules.js'
import { StockQueries } from './stock/stock.queries.js'
import { StockStore } from './stock/stock.store.js'
import { DueDatesTimer } from './timers/due-dates.timer.js'
import { ConfirmOrder } from './use-cases/confirm-order.js'
import { CorrectStock } from './use-cases/correct-stock.js'
import { EndOrder } from './use-cases/end-order.js'
import { ExpectSupply } from './use-cases/expect-supply.js'
import { FollowFulfillment } from './use-cases/follow-fulfillment.js'
import { KeepMirrors } from './use-cases/keep-mirrors.js'
import { MindDueDates } from './use-cases/mind-due-dates.js'
import { ReceiveStock } from './use-cases/receive-stock.js'
import { ReserveStock } from './use-cases/reserve-stock.js'
import { SaveLocations } from './use-cases/save-locations.js'
import { TakeBackReturns } from './use-cases/take-back-returns.js'

/** The only file that knows every room of inventory. */
@Module({})
export class InventoryModule {
  static with(config: InventoryConfig): DynamicModule {
    return {
      module: InventoryModule,
      controllers: [
        OrderEventsConsumer, WarehouseEventsConsumer, ShippingEventsConsumer, ProductEventsConsumer, ReturnEventsConsumer,
        LocationsController, StockController, SuppliesController,
      ],
      providers: [
        { provide: StockRules, useValue: config },
        { provide: StockStore, useClass: PostgresStockStore },
        { provide: StockQueries, useClass: PostgresStockQueries },
        { provide: LocationStore, useClass: PostgresLocationStore },
        ConfirmOrder, CorrectStock, EndOrder, ExpectSupply, FollowFulfillment, KeepMirrors, MindDueDates, ReceiveStock, ReserveStock,
        SaveLocations, TakeBackReturns,
        DueDatesTimer,
      ],
    }
  }
}
