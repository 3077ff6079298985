import type { UnitOfWork } from '@waybill/service-kit'
import { policyOf, warehouseConfig } from './config.js'
import { CatalogueEventsConsumer } from './kafka/catalogue-events.consumer.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { ShippingEventsConsumer } from './kafka/shipping-events.consumer.js'
import { StockEventsConsumer } from './kafka/stock-events.consumer.js'
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

export { fulfillmentTransitions } from './fulfillments/fulfillment.js'
export { migrations } from './migrations/index.js'
export { packageTransitions } from './packing/package.js'
export { pickTaskTransitions } from './picking/pick-task.js'

/** Of a house that has configured nothing. */
const policy = policyOf(warehouseConfig({}))

/** Everything of the warehouse that decides, from message, timer or request to rows and facts, without the process around it. Source: ADR 0023. */
export function warehouseCore(uow: UnitOfWork) {
  const floor = new PostgresFloor(uow)
  const acceptFulfillments = new AcceptFulfillments(floor, policy)
  return {
    handlers: [
      new OrderEventsConsumer(acceptFulfillments, new FollowHolds(floor, policy)),
      new ShippingEventsConsumer(new FollowShipments(floor, policy)),
      new StockEventsConsumer(new FileStock(floor, policy)),
      new CatalogueEventsConsumer(new KeepCatalogue(floor, policy)),
      new FloorTimers(new StartWaves(floor, policy), acceptFulfillments, new GiveBackIdleLists(floor, policy), new RemindOfResting(floor)),
    ],
    claimPickList: new ClaimPickList(floor, policy),
    workPickTask: new WorkPickTask(floor),
    claimPacking: new ClaimPacking(floor, policy),
    workPackage: new WorkPackage(floor, policy),
    handOver: new HandOver(floor),
    moveStock: new MoveStock(floor),
    setUpFloor: new SetUpFloor(floor),
  }
}
