import { Notification0001 } from './0001-notification.js'

/** Forward only, in order. */
export const migrations = [Notification0001]
