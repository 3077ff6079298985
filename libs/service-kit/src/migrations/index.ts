import type { Migration } from '../service.js'
import { KitTables0001 } from './0001-requests-timers-tasks.js'

/** The kit's own tables, in schema `kit` of every service's database. */
export const kitMigrations: readonly Migration[] = [KitTables0001]
