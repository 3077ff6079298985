/** What one unit of a product costs on a channel's price list of one currency, from a moment on. History is kept: a price is never changed, only followed. */
export interface Price {
  readonly channel: string
  readonly currency: string
  readonly product: string
  /** With or without tax, as the channel's prices are. */
  readonly priceMinor: bigint
  readonly effectiveFrom: Date
}

/** The price in force: of those that began, the one that began last. */
export function priceAt(prices: readonly Pick<Price, 'priceMinor' | 'effectiveFrom'>[], now: Date): bigint | undefined {
  let latest: Pick<Price, 'priceMinor' | 'effectiveFrom'> | undefined
  for (const price of prices) {
    if (price.effectiveFrom <= now && (latest === undefined || latest.effectiveFrom <= price.effectiveFrom)) latest = price
  }
  return latest?.priceMinor
}
