import { Warehouse0001 } from './0001-warehouse.js'
import { Warehouse0002 } from './0002-standard-materials.js'

export const migrations = [Warehouse0001, Warehouse0002] as const
