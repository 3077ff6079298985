import { AfterSales0001 } from './0001-after-sales.js'
import { Forgotten0002 } from './0002-forgotten.js'

/** Every migration of the service, in order. */
export const migrations = [AfterSales0001, Forgotten0002]
