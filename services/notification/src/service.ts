import { defineService } from '@waybill/service-kit'
import { notificationConfig } from './config.js'
import { migrations } from './migrations/index.js'
import { NotificationModule } from './notification.module.js'
import { waits } from './postgres/waits.js'

export { messageTransitions } from './messages/message.js'

/** Notification: what customers are told. */
export const service = defineService({ name: 'notification', config: notificationConfig, module: (config) => NotificationModule.with(config), migrations, group: 'notification.main', waits })
