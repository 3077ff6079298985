import { Injectable } from '@nestjs/common'
import type { Tx } from '@waybill/service-kit'
import type { Product } from '../catalogue/product.js'
import type { Terms } from '../capture/terms.js'
import type { Channel } from '../channels/channel.js'
import { priceAt } from '../pricing/price.js'
import { taxRateFor, type TaxRate } from '../pricing/tax.js'
import { channelOf, productColumns, productOf, type ChannelRow, type ProductRow } from './catalogue.row.js'

/** What a batch of orders names. */
export interface TermsNeeded {
  readonly channel: string
  /** Null: the channel's default. */
  readonly currency: string | null
  readonly products: readonly string[]
}

interface DatedPrice {
  readonly priceMinor: bigint
  readonly effectiveFrom: Date
}

/** What was read while the terms stood at one version. Unknown numbers are remembered too. */
interface Remembered {
  readonly version: string
  channels: ReadonlyMap<string, Channel> | undefined
  taxRates: readonly TaxRate[] | undefined
  readonly products: Map<string, Product | null>
  readonly prices: Map<string, readonly DatedPrice[]>
}

/** Beyond this the memory starts anew: 100,000 products with prices are some 60 MB. */
const ENTRIES_MAX = 50_000

/**
 * The channels, products, prices and tax rates that orders are held against, remembered while their version stands.
 * The version is read in each transaction before anything else, so what is used is at most as old as the transaction;
 * what a transaction reads goes to the memory of the version it saw, never to a younger one.
 */
@Injectable()
export class RememberedTerms {
  private remembered: Remembered = emptyAt('')

  async load(tx: Tx, needed: readonly TermsNeeded[]): Promise<Terms> {
    const [row] = await tx.query<{ version: string }>('terms.version', 'SELECT version FROM terms_version')
    const memory = this.at(row?.version ?? '')
    const channels = (memory.channels ??= await readChannels(tx))
    const taxRates = (memory.taxRates ??= await readTaxRates(tx))
    await readProducts(tx, memory, needed.flatMap(({ products }) => products))
    await readPrices(tx, memory, needed.flatMap((each) => pricesNeeded(each, channels, memory)))
    const { now } = tx
    return {
      now,
      channel: (code) => channels.get(code),
      product: (number) => memory.products.get(number) ?? undefined,
      priceMinor: (channel, currency, product) => priceAt(memory.prices.get(priceKey(channel, currency, product)) ?? [], now),
      taxPpm: (to, category) => taxRateFor(taxRates, to, category, now),
    }
  }

  private at(version: string): Remembered {
    const { remembered } = this
    if (remembered.version === version && remembered.products.size + remembered.prices.size < ENTRIES_MAX) return remembered
    // a transaction that began before the last change must not take the memory back to its version
    const fresh = emptyAt(version)
    if (remembered.version === '' || BigInt(version || 0) >= BigInt(remembered.version)) this.remembered = fresh
    return fresh
  }
}

const emptyAt = (version: string): Remembered => ({ version, channels: undefined, taxRates: undefined, products: new Map(), prices: new Map() })

const priceKey = (channel: string, currency: string, product: string): string => `${channel}\n${currency}\n${product}`

/** Whoever changes channels, products, prices or tax says so, in the same transaction. */
export async function termsChanged(tx: Tx): Promise<void> {
  await tx.query('terms.changed', 'UPDATE terms_version SET version = version + 1')
}

function pricesNeeded({ channel, currency, products }: TermsNeeded, channels: ReadonlyMap<string, Channel>, memory: Remembered): [string, string, string][] {
  const found = channels.get(channel)
  if (!found) return []
  const parts = products.flatMap((number) => partsOf(memory.products.get(number)))
  const known = [...products, ...parts].filter((number) => memory.products.get(number))
  return known.map((product) => [channel, currency ?? found.defaultCurrency, product])
}

const partsOf = (product: Product | null | undefined): string[] =>
  product ? [...product.components.map((part) => part.product), ...product.options.flatMap(({ choices }) => choices.flatMap(({ component }) => (component ? [component.product] : [])))] : []

async function readChannels(tx: Tx): Promise<ReadonlyMap<string, Channel>> {
  const rows = await tx.query<ChannelRow>('terms.channels', 'SELECT * FROM channels')
  return new Map(rows.map((row) => [row.code, channelOf(row)]))
}

async function readTaxRates(tx: Tx): Promise<readonly TaxRate[]> {
  const rows = await tx.query<{ country: string; region: string; category: string; rate_ppm: number; effective_from: Date }>(
    'terms.tax-rates',
    'SELECT country, region, category, rate_ppm, effective_from FROM tax_rates ORDER BY effective_from, declared_at',
  )
  return rows.map((row) => ({ country: row.country, region: row.region || null, category: row.category, ratePpm: row.rate_ppm, effectiveFrom: row.effective_from }))
}

/** Reads the products that are not remembered, and then their parts. */
async function readProducts(tx: Tx, memory: Remembered, numbers: readonly string[]): Promise<void> {
  const missing = [...new Set(numbers)].filter((number) => !memory.products.has(number))
  if (missing.length === 0) return
  const rows = await tx.query<ProductRow>('terms.products', `SELECT ${productColumns} FROM products WHERE number = ANY ($1::text[])`, [missing])
  for (const number of missing) memory.products.set(number, null)
  const products = rows.map(productOf)
  for (const product of products) memory.products.set(product.number, product)
  await readProducts(tx, memory, products.flatMap(partsOf))
}

async function readPrices(tx: Tx, memory: Remembered, needed: readonly [string, string, string][]): Promise<void> {
  const missing = [...new Map(needed.map((each) => [priceKey(...each), each])).entries()].filter(([key]) => !memory.prices.has(key)).map(([, each]) => each)
  if (missing.length === 0) return
  // the price in force an hour ago and those that follow: a long history stays in the table, and a transaction that
  // began a little before this one still finds its own price in what is remembered
  const rows = await tx.query<{ channel: string; currency: string; product: string; price_minor: string; effective_from: Date }>(
    'terms.prices',
    `SELECT p.channel, p.currency, p.product, p.price_minor, p.effective_from
     FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (channel, currency, product)
     CROSS JOIN LATERAL (
       SELECT max(effective_from) AS since FROM prices p
       WHERE (p.channel, p.currency, p.product) = (asked.channel, asked.currency, asked.product) AND p.effective_from <= $4::timestamptz - interval '1 hour'
     ) in_force
     JOIN prices p ON (p.channel, p.currency, p.product) = (asked.channel, asked.currency, asked.product)
       AND p.effective_from >= coalesce(in_force.since, '-infinity')
     ORDER BY p.effective_from, p.declared_at`,
    [missing.map(([channel]) => channel), missing.map(([, currency]) => currency), missing.map(([, , product]) => product), tx.now],
  )
  const found = new Map<string, DatedPrice[]>(missing.map((each) => [priceKey(...each), []]))
  for (const row of rows) found.get(priceKey(row.channel, row.currency, row.product))?.push({ priceMinor: BigInt(row.price_minor), effectiveFrom: row.effective_from })
  for (const [key, prices] of found) memory.prices.set(key, prices)
}
