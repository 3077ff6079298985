import { config, optional, url, type Env } from '@waybill/service-kit'

const read = config({
  order: optional(url('PUBLIC_URL_ORDER')),
  inventory: optional(url('PUBLIC_URL_INVENTORY')),
  warehouse: optional(url('PUBLIC_URL_WAREHOUSE')),
  shipping: optional(url('PUBLIC_URL_SHIPPING')),
  'after-sales': optional(url('PUBLIC_URL_AFTER_SALES')),
  notification: optional(url('PUBLIC_URL_NOTIFICATION')),
  // itself: its own parked messages are reached the same way
  console: optional(url('PUBLIC_URL_CONSOLE')),
})

/** What the console reads from its environment: where the other services answer. One that is left out cannot be reached through the console. */
export interface ConsoleConfig {
  readonly neighbours: ReadonlyMap<string, string>
}

export const consoleConfig = (env: Env): ConsoleConfig => ({
  neighbours: new Map(Object.entries(read(env)).flatMap(([service, at]) => (at === undefined ? [] : [[service, at]]))),
})
