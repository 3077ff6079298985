import { Doors0001 } from './0001-doors.js'
import { Orders0002 } from './0002-orders.js'

/** Every migration of the service, in order. */
export const migrations = [Doors0001, Orders0002]
