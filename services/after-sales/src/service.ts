import { defineService } from '@waybill/service-kit'
import { AfterSalesModule } from './after-sales.module.js'
import { afterSalesConfig } from './config.js'
import { migrations } from './migrations/index.js'
import { waits } from './postgres/waits.js'

export { returnTransitions } from './returns/return.js'

/** Feedback and returns: asked for, decided by policy, received, inspected, refunded. */
export const service = defineService({ name: 'after-sales', group: 'after-sales.main', config: afterSalesConfig, module: () => AfterSalesModule, migrations, waits })
