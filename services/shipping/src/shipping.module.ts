import { Module, type DynamicModule } from '@nestjs/common'
import type { ShippingConfig } from './config.js'
import { LabelFonts, PdfLabelPrinter } from './documents/pdf-label-printer.js'
import { Mirrors } from './goods/mirrors.js'
import { LanesController } from './http/lanes.controller.js'
import { ShipmentsController } from './http/shipments.controller.js'
import { TrackingController } from './http/tracking.controller.js'
import { WebhooksController } from './http/webhooks.controller.js'
import { CatalogueEventsConsumer } from './kafka/catalogue-events.consumer.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { WarehouseEventsConsumer } from './kafka/warehouse-events.consumer.js'
import { Lanes } from './lanes/lanes.js'
import { CarrierAccess, HttpCarrier } from './outside/http-carrier.js'
import { StandardWebhookSignatures, WebhookSecrets } from './outside/standard-webhook-signatures.js'
import { PostgresCarrierCalls } from './postgres/postgres-carrier-calls.js'
import { PostgresLanes } from './postgres/postgres-lanes.js'
import { PostgresMirrors } from './postgres/postgres-mirrors.js'
import { PostgresScans, ScanRules } from './postgres/postgres-scans.js'
import { PostgresShipments } from './postgres/postgres-shipments.js'
import { PostgresShipmentQueries } from './postgres/shipment-queries.query.js'
import { ShippingMetrics } from './postgres/shipping-metrics.js'
import { CarrierCalls } from './shipments/carrier-calls.js'
import { Carrier } from './shipments/carrier.js'
import { LabelPrinter } from './shipments/label-printer.js'
import { ShipmentQueries } from './shipments/shipment-queries.js'
import { Shipments } from './shipments/shipments.js'
import { ShippingRules } from './shipments/world.js'
import { ShippingTimers } from './timers/shipping.timers.js'
import { Scans } from './tracking/scans.js'
import { WebhookSignatures } from './tracking/webhook-signatures.js'
import { AskLabel } from './use-cases/ask-label.js'
import { BuyLabel } from './use-cases/buy-label.js'
import { CheckWaitingShipments } from './use-cases/check-waiting-shipments.js'
import { KeepDeliveryDetails } from './use-cases/keep-delivery-details.js'
import { KeepLanes } from './use-cases/keep-lanes.js'
import { KeepLocations } from './use-cases/keep-locations.js'
import { KeepProducts } from './use-cases/keep-products.js'
import { PlanShipment } from './use-cases/plan-shipment.js'
import { PrintLabel } from './use-cases/print-label.js'
import { RemindOfResting } from './use-cases/remind-of-resting.js'
import { TakeFloorNews } from './use-cases/take-floor-news.js'
import { TakeScan } from './use-cases/take-scan.js'
import { TellCarrierOfHandOver } from './use-cases/tell-carrier-of-hand-over.js'

/** Knows every room; binds each port to its adapter. */
@Module({})
export class ShippingModule {
  static with(config: ShippingConfig): DynamicModule {
    return {
      module: ShippingModule,
      controllers: [LanesController, ShipmentsController, TrackingController, WebhooksController, OrderEventsConsumer, WarehouseEventsConsumer, CatalogueEventsConsumer],
      providers: [
        ...[ShippingRules, ScanRules, CarrierAccess, WebhookSecrets, LabelFonts].map((part) => ({ provide: part, useValue: config })),
        { provide: Mirrors, useClass: PostgresMirrors },
        { provide: Lanes, useClass: PostgresLanes },
        { provide: Shipments, useClass: PostgresShipments },
        { provide: CarrierCalls, useClass: PostgresCarrierCalls },
        { provide: Scans, useClass: PostgresScans },
        { provide: ShipmentQueries, useClass: PostgresShipmentQueries },
        { provide: Carrier, useClass: HttpCarrier },
        { provide: WebhookSignatures, useClass: StandardWebhookSignatures },
        { provide: LabelPrinter, useClass: PdfLabelPrinter },
        ShippingMetrics,
        ShippingTimers,
        ...[AskLabel, BuyLabel, CheckWaitingShipments, KeepDeliveryDetails, KeepLanes, KeepLocations, KeepProducts, PlanShipment, PrintLabel, RemindOfResting, TakeFloorNews, TakeScan, TellCarrierOfHandOver],
      ],
    }
  }
}
