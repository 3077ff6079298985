import { config } from '@waybill/service-kit'

/** What after-sales reads from its environment beside what every service reads: nothing yet. */
export const afterSalesConfig = config({})
