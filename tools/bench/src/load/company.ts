import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Api, type InstallationAddresses, loadDemoCompany } from '@waybill/local'
import { productOf } from './orders.js'

const ROWS = 500
/** More than any bench orders: what is measured is not how stock runs out. */
export const UNITS_AT_LOCATION = 1_000_000
const STILL_MS = 500

/** Loads the demo company and, beside its products, so many plain ones with plenty of stock in Berlin. Resolves when everybody has heard of them. */
export async function loadCompany(addresses: InstallationAddresses, directory: string, products: number, say: (line: string) => void): Promise<void> {
  await loadDemoCompany(addresses, join(directory, 'company'), () => undefined)
  const api = new Api(addresses, 'Bench')
  const numbers = Array.from({ length: products }, (_, index) => index)
  const load = async (service: 'order' | 'inventory', path: string, rowOf: (index: number) => object): Promise<void> => {
    for (let from = 0; from < products; from += ROWS) {
      const { status, body } = await api.send(service, 'POST', path, { rows: numbers.slice(from, from + ROWS).map(rowOf) })
      const refused = status < 300 ? (body as { outcomes: { status: string }[] }).outcomes.find((outcome) => outcome.status === 'refused') : body
      if (refused !== undefined) throw new Error(`${path}: ${JSON.stringify(refused)}`)
    }
  }
  await load('order', '/v1/products/import', (index) => ({ product: productOf(index), name: `Bench product ${index}`, category: 'household', handling: ['standard'], weightGrams: 400, lengthMm: 200, widthMm: 120, heightMm: 60 }))
  await load('order', '/v1/prices/import', (index) => ({ channel: 'web-eu', currency: 'EUR', product: productOf(index), priceMinor: 990 + (index % 50) * 100, from: '2026-01-01' }))
  await untilHeard(api)
  await load('inventory', '/v1/stock/import', (index) => ({ product: productOf(index), location: 'BER', bin: `BER-A-${String((index % 12) + 1).padStart(2, '0')}-1`, units: UNITS_AT_LOCATION }))
  await untilHeard(api)
  say(`Company: ${products} products more, ${UNITS_AT_LOCATION} of each in Berlin`)
}

const services = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console'] as const

/** Resolves when all that was said has been heard, for half a second. */
export async function untilHeard(api: Api, who: readonly (typeof services)[number][] = services): Promise<void> {
  for (let since: number | undefined; since === undefined || Date.now() - since < STILL_MS; await pause(100)) {
    const waits = await Promise.all(
      who.map(async (service) => {
        const { journalBacklog, consumerLag } = (await api.send(service, 'GET', '/ops/stats')).body as { journalBacklog: number; consumerLag: number }
        return journalBacklog + consumerLag
      }),
    )
    since = waits.some((waiting) => waiting > 0) ? undefined : (since ?? Date.now())
  }
}
