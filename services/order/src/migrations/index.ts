import type { Migration } from '@waybill/service-kit'
import { Doors0001 } from './0001-doors.js'
import { Orders0002 } from './0002-orders.js'

export const migrations: readonly Migration[] = [Doors0001, Orders0002]
