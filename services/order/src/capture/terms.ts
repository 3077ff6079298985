import type { Channel } from '../channels/channel.js'
import type { Product } from '../catalogue/product.js'

/** What orders are held against: channels, catalogue, prices and tax in force at one moment. */
export interface Terms {
  readonly now: Date
  channel(code: string): Channel | undefined
  product(number: string): Product | undefined
  /** Unit: minor units, as the channel's prices are. */
  priceMinor(channel: string, currency: string, product: string): bigint | undefined
  /** Unit: millionths. */
  taxPpm(to: { readonly country: string; readonly region: string | null }, category: string): number
}
