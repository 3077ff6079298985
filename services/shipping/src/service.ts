import { defineService } from '@waybill/service-kit'
import { shippingConfig } from './config.js'
import { migrations } from './migrations/index.js'
import { ShippingModule } from './shipping.module.js'
import { waits } from './postgres/waits.js'

export { shipmentTransitions } from './shipments/shipment-transitions.js'

/** Shipping: which way, label, tracking. */
export const service = defineService({ name: 'shipping', config: shippingConfig, module: (config) => ShippingModule.with(config), migrations, group: 'shipping.main', waits })
