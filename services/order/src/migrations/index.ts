import { Doors0001 } from './0001-doors.js'
import { Orders0002 } from './0002-orders.js'
import { OneAuthorization0003 } from './0003-one-authorization.js'
import { KeysOfRows0004 } from './0004-keys-of-rows.js'

/** Every migration of the service, in order. */
export const migrations = [Doors0001, Orders0002, OneAuthorization0003, KeysOfRows0004]
