import { defineService } from '@waybill/service-kit'
import { orderConfig } from './config.js'
import { migrations } from './migrations/index.js'
import { OrderModule } from './order.module.js'
import { waits } from './postgres/waits.js'

export { orderTransitions } from './order-process/order-status.js'
export { paymentTransitions } from './payments/payment.js'

/** Channels, catalogue, prices, orders and payments: from a channel's message to the completed order. */
export const service = defineService({ name: 'order', group: 'order.main', config: orderConfig, module: (config) => OrderModule.with(config), migrations, waits })
