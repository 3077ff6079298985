/** A tax rate in force from a moment on. */
export interface TaxRate {
  /** ISO 3166-1 alpha-2, or `*` for every country without a rate of its own. */
  readonly country: string
  /** A part of the country with its own rate, as addresses name it; null: the whole country. */
  readonly region: string | null
  readonly category: string
  /** Unit: millionths; 19 % is 190,000. */
  readonly ratePpm: number
  readonly effectiveFrom: Date
}

/** The category of products that name none, and of shipping. */
export const STANDARD_TAX = 'standard'
export const RATE_PPM_MAX = 1_000_000
const ONE = 1_000_000n

/**
 * The rate for a destination: region before country before `*`, and among those in force the latest.
 * No tax is due where no rate was declared. Unit: millionths.
 */
export function taxRateFor(rates: readonly TaxRate[], to: { country: string; region: string | null }, category: string, now: Date): number {
  const inForce = rates.filter((rate) => rate.category === category && rate.effectiveFrom <= now)
  const latestOf = (country: string, region: string | null) =>
    inForce
      .filter((rate) => rate.country === country && rate.region === region)
      .reduce<TaxRate | undefined>((latest, rate) => (latest && latest.effectiveFrom > rate.effectiveFrom ? latest : rate), undefined)
  const found = (to.region === null ? undefined : latestOf(to.country, to.region)) ?? latestOf(to.country, null) ?? latestOf('*', null)
  return found?.ratePpm ?? 0
}

/** The tax on an amount without tax. Rounded half up to minor units. */
export const taxOn = (netMinor: bigint, ratePpm: number): bigint => roundedQuotient(netMinor * BigInt(ratePpm), ONE)

/** The tax within an amount that includes it. Rounded half up to minor units. */
export const taxWithin = (grossMinor: bigint, ratePpm: number): bigint => roundedQuotient(grossMinor * BigInt(ratePpm), ONE + BigInt(ratePpm))

const roundedQuotient = (dividend: bigint, divisor: bigint): bigint => (2n * dividend + divisor) / (2n * divisor)
