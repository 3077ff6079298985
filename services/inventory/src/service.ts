import { defineService } from '@waybill/service-kit'
import { inventoryConfig } from './config.js'
import { InventoryModule } from './inventory.module.js'
import { migrations } from './migrations/index.js'
import { waits } from './postgres/waits.js'

/** Locations, stock, reservations, supply and backorders. */
export const service = defineService({
  name: 'inventory',
  config: inventoryConfig,
  module: (settings) => InventoryModule.with(settings),
  migrations,
  waits,
  group: 'inventory.main',
})

export { phases as reservationOrderTransitions, reservationStates as reservationTransitions } from './stock/order-need.js'
