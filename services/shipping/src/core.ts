import type { UnitOfWork } from '@waybill/service-kit'
import { shippingConfig } from './config.js'
import { CatalogueEventsConsumer } from './kafka/catalogue-events.consumer.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { WarehouseEventsConsumer } from './kafka/warehouse-events.consumer.js'
import { PostgresCarrierCalls } from './postgres/postgres-carrier-calls.js'
import { PostgresLanes } from './postgres/postgres-lanes.js'
import { PostgresMirrors } from './postgres/postgres-mirrors.js'
import { PostgresScans } from './postgres/postgres-scans.js'
import { PostgresShipments } from './postgres/postgres-shipments.js'
import type { Carrier } from './shipments/carrier.js'
import { ShippingTimers } from './timers/shipping.timers.js'
import { AskLabel } from './use-cases/ask-label.js'
import { BuyLabel } from './use-cases/buy-label.js'
import { CheckWaitingShipments } from './use-cases/check-waiting-shipments.js'
import { KeepDeliveryDetails } from './use-cases/keep-delivery-details.js'
import { KeepLanes } from './use-cases/keep-lanes.js'
import { KeepLocations } from './use-cases/keep-locations.js'
import { KeepProducts } from './use-cases/keep-products.js'
import { PlanShipment } from './use-cases/plan-shipment.js'
import { RemindOfResting } from './use-cases/remind-of-resting.js'
import { TakeFloorNews } from './use-cases/take-floor-news.js'
import { TakeScan } from './use-cases/take-scan.js'
import { TellCarrierOfHandOver } from './use-cases/tell-carrier-of-hand-over.js'

export { migrations } from './migrations/index.js'
export { Carrier, type CarrierAnswer, type LabelRequest } from './shipments/carrier.js'
export type { LabelBought } from './shipments/news.js'
export { shipmentTransitions } from './shipments/shipment-transitions.js'
export type { ScanStatus } from './tracking/package-state.js'

/** Of a house that has configured nothing but what it must; no signed message of a carrier comes this way. */
const rules = shippingConfig({ CARRIER_WEBHOOK_SECRETS: 'none' })

/** Everything of shipping that decides, from message, timer or request to rows and facts, without the process around it. Source: ADR 0023. */
export function shippingCore(uow: UnitOfWork, carrier: Carrier) {
  const mirrors = new PostgresMirrors(uow)
  const shipments = new PostgresShipments(uow, rules)
  const calls = new PostgresCarrierCalls(uow, rules)
  const takeScan = new TakeScan(new PostgresScans(uow, rules, rules))
  return {
    handlers: [
      new OrderEventsConsumer(new PlanShipment(shipments), new KeepDeliveryDetails(mirrors)),
      new WarehouseEventsConsumer(new TakeFloorNews(shipments)),
      new CatalogueEventsConsumer(new KeepProducts(mirrors), new KeepLocations(mirrors)),
      new ShippingTimers(new CheckWaitingShipments(shipments), new BuyLabel(calls, carrier), new TellCarrierOfHandOver(calls, carrier), takeScan, new RemindOfResting(shipments)),
    ],
    keepLanes: new KeepLanes(new PostgresLanes(uow)),
    askLabel: new AskLabel(shipments),
    takeScan,
  }
}
