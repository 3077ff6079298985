import { AfterSales0001 } from './0001-after-sales.js'

/** Every migration of the service, in order. */
export const migrations = [AfterSales0001]
