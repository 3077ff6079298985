import type { Migration } from '@waybill/service-kit'
import { Doors0001 } from './0001-doors.js'

export const migrations: readonly Migration[] = [Doors0001]
