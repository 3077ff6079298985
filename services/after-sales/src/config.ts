import { config, type ConfigOf } from '@waybill/service-kit'

/** What after-sales reads from its environment beside what every service reads: nothing yet. */
export const afterSalesConfig = config({})
export type AfterSalesConfig = ConfigOf<Record<string, never>>
