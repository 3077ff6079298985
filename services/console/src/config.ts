import { config, optional, url, type Env } from '@waybill/service-kit'

const read = config({
  order: optional(url('ORDER_URL')),
  inventory: optional(url('INVENTORY_URL')),
  warehouse: optional(url('WAREHOUSE_URL')),
  shipping: optional(url('SHIPPING_URL')),
  'after-sales': optional(url('AFTER_SALES_URL')),
  notification: optional(url('NOTIFICATION_URL')),
})

/** What the console reads from its environment: where the other services answer. One that is left out cannot be reached through the console. */
export interface ConsoleConfig {
  readonly neighbours: ReadonlyMap<string, string>
}

export const consoleConfig = (env: Env): ConsoleConfig => ({
  neighbours: new Map(Object.entries(read(env)).flatMap(([service, at]) => (at === undefined ? [] : [[service, at]]))),
})
