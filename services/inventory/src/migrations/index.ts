import { Inventory0001 } from './0001-inventory.js'

/** Forward only, oldest first. */
export const migrations = [Inventory0001]
