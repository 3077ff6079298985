import { defineService } from '@waybill/service-kit'
import { consoleConfig } from './config.js'
import { ConsoleModule } from './console.module.js'
import { migrations } from './migrations/index.js'

/** What people see: live orders, their timelines, tasks, and the operator tools of every service. */
export const service = defineService({
  name: 'console',
  group: 'console.main',
  config: consoleConfig,
  module: (config) => ConsoleModule.with(config),
  migrations,
  ownsTasks: false,
})
