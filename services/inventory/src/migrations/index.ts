import type { Migration } from '@waybill/service-kit'
import { Inventory0001 } from './0001-inventory.js'

/** Forward only, oldest first. */
export const migrations: readonly Migration[] = [Inventory0001]
