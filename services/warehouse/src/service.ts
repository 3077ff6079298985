import { defineService } from '@waybill/service-kit'
import { warehouseConfig } from './config.js'
import { migrations } from './migrations/index.js'
import { WarehouseModule } from './warehouse.module.js'
import { waits } from './postgres/waits.js'

export { fulfillmentTransitions } from './fulfillments/fulfillment.js'
export { packageTransitions } from './packing/package.js'
export { pickTaskTransitions } from './picking/pick-task.js'

/** Bins, fulfillments, waves, picking, packing, materials, hand-over. */
export const service = defineService({
  name: 'warehouse',
  group: 'warehouse.main',
  config: warehouseConfig,
  module: (config) => WarehouseModule.with(config),
  migrations,
  waits,
})
