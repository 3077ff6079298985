import type { UnitOfWork } from '@waybill/service-kit'
import { inventoryConfig } from './config.js'
import { OrderEventsConsumer } from './kafka/order-events.consumer.js'
import { ProductEventsConsumer } from './kafka/product-events.consumer.js'
import { ReturnEventsConsumer } from './kafka/return-events.consumer.js'
import { ShippingEventsConsumer } from './kafka/shipping-events.consumer.js'
import { WarehouseEventsConsumer } from './kafka/warehouse-events.consumer.js'
import { PostgresLocationStore } from './postgres/postgres-location.store.js'
import { PostgresStockStore } from './postgres/postgres-stock.store.js'
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

export { migrations } from './migrations/index.js'
export { phases as reservationOrderTransitions, reservationStates as reservationTransitions } from './stock/order-need.js'

/** Of a house that has configured nothing. */
const rules = inventoryConfig({})

/** Everything of inventory that decides, from message, timer or request to rows and facts, without the process around it. Source: ADR 0023. */
export function inventoryCore(uow: UnitOfWork) {
  const stock = new PostgresStockStore(uow, rules)
  const locations = new PostgresLocationStore(uow)
  const reserveStock = new ReserveStock(stock, rules)
  const followFulfillment = new FollowFulfillment(stock)
  const keepMirrors = new KeepMirrors(locations)
  return {
    handlers: [
      new OrderEventsConsumer(reserveStock, new ConfirmOrder(stock), new EndOrder(stock), followFulfillment),
      new WarehouseEventsConsumer(followFulfillment),
      new ShippingEventsConsumer(followFulfillment, keepMirrors),
      new ProductEventsConsumer(keepMirrors),
      new ReturnEventsConsumer(new TakeBackReturns(stock)),
      new DueDatesTimer(reserveStock, new MindDueDates(stock)),
    ],
    receiveStock: new ReceiveStock(stock),
    correctStock: new CorrectStock(stock),
    expectSupply: new ExpectSupply(stock),
    saveLocations: new SaveLocations(locations),
  }
}
