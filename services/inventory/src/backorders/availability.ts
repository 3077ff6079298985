import type { BusinessDate, LocationId, ProductId } from '@waybill/kernel'
import { available, type StockLevel } from '../stock/stock-level.js'
import type { Availability } from '../stock/stock.queries.js'
import { Promises } from '../supply/promises.js'
import type { Supply } from '../supply/supply.js'

/** What can be promised of a product, less what was promised before. Source: domain D1, D2. */
export function availabilityOf(
  product: ProductId,
  channel: string | null,
  levels: readonly StockLevel[],
  supplies: readonly Supply[],
  promised: readonly { readonly units: number; readonly availableOn: BusinessDate }[],
  today: BusinessDate,
): Availability {
  const locations = [...new Set([...levels, ...supplies].map(({ location }) => location))].sort()
  const availableAt = (location: LocationId) => levels.filter((level) => level.location === location).reduce((sum, level) => sum + available(level), 0)
  const promises = new Promises(supplies, (_product, location) => availableAt(location), () => today)
  for (const { units, availableOn } of promised) promises.keepFor(product, locations, units, availableOn)
  const now = locations.map((location) => ({ location, available: availableAt(location) }))
  return { product, channel, now: now.reduce((sum, each) => sum + each.available, 0), locations: now, next: promises.outlook(product, locations) }
}
