import { Module, type DynamicModule, type OnModuleInit } from '@nestjs/common'
import { Metrics } from '@waybill/service-kit'
import { policyOf, type WarehouseConfig } from './config.js'
import { PdfPackingSlips } from './documents/pdf-packing-slips.js'
import { Floor } from './floor/floor.js'
import { FloorQueries } from './floor/floor.queries.js'
import { PackingSlips } from './floor/packing-slips.js'
import { FloorPolicy } from './floor/policy.js'
import { FulfillmentsController } from './http/fulfillments.controller.js'
import { PackingController } from './http/packing.controller.js'
import { PagesController } from './http/pages.controller.js'
import { PickingController } from './http/picking.controller.js'
import { SetupController } from './http/setup.controller.js'
import { CatalogueEventsConsumer } from './kafka/catalogue-events.consumer.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { ShippingEventsConsumer } from './kafka/shipping-events.consumer.js'
import { StockEventsConsumer } from './kafka/stock-events.consumer.js'
import { PostgresFloorQueries } from './postgres/postgres-floor.queries.js'
import { PostgresFloor } from './postgres/postgres-floor.js'
import { FloorTimers } from './timers/floor.timers.js'
import { AcceptFulfillments } from './use-cases/accept-fulfillments.js'
import { ClaimPacking } from './use-cases/claim-packing.js'
import { ClaimPickList } from './use-cases/claim-pick-list.js'
import { FileStock } from './use-cases/file-stock.js'
import { FollowHolds } from './use-cases/follow-holds.js'
import { FollowShipments } from './use-cases/follow-shipments.js'
import { GiveBackIdleLists } from './use-cases/give-back-idle-lists.js'
import { HandOver } from './use-cases/hand-over.js'
import { KeepCatalogue } from './use-cases/keep-catalogue.js'
import { MoveStock } from './use-cases/move-stock.js'
import { RemindOfResting } from './use-cases/remind-of-resting.js'
import { SetUpFloor } from './use-cases/set-up-floor.js'
import { StartWaves } from './use-cases/start-waves.js'
import { WorkPackage } from './use-cases/work-package.js'
import { WorkPickTask } from './use-cases/work-pick-task.js'

/** The only file that knows every room of the warehouse. */
@Module({})
export class WarehouseModule implements OnModuleInit {
  constructor(
    private readonly metrics: Metrics,
    private readonly queries: FloorQueries,
  ) {}

  static with(config: WarehouseConfig): DynamicModule {
    return {
      module: WarehouseModule,
      controllers: [
        OrderEventsConsumer, ShippingEventsConsumer, StockEventsConsumer, CatalogueEventsConsumer,
        PickingController, PackingController, FulfillmentsController, SetupController, PagesController,
      ],
      providers: [
        { provide: FloorPolicy, useValue: policyOf(config) },
        { provide: Floor, useClass: PostgresFloor },
        { provide: FloorQueries, useClass: PostgresFloorQueries },
        { provide: PackingSlips, useClass: PdfPackingSlips },
        AcceptFulfillments, ClaimPacking, ClaimPickList, FileStock, FollowHolds, FollowShipments, GiveBackIdleLists, HandOver, KeepCatalogue,
        MoveStock, RemindOfResting, SetUpFloor, StartWaves, WorkPackage, WorkPickTask,
        FloorTimers,
      ],
    }
  }

  onModuleInit(): void {
    this.metrics.gauge('fulfillments_by_status', 'Fulfillments in each status', 'status', () => this.queries.countByStatus())
  }
}
