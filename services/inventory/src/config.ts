import { config, duration, integer, type ConfigOf } from '@waybill/service-kit'

/** What inventory reads from its environment, beside what every service does. */
const settings = {
  /** How long an order waits for data of its products and lanes before it is refused. */
  waitForDataMs: duration('WAIT_FOR_DATA', { default: 15 * 60_000 }),
  /** After so many days a backorder without a date goes to a person. */
  dueWithoutDateDays: integer('BACKORDER_DUE_WITHOUT_DATE_DAYS', { default: 30, min: 1, max: 365 }),
}

export const inventoryConfig = config(settings)
export type InventoryConfig = ConfigOf<typeof settings>
