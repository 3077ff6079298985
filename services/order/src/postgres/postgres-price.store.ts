import { Injectable } from '@nestjs/common'
import type { Answered, Cause } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import { declareRate, type Dated } from '../pricing/declare-rate.js'
import { PriceStore, type PriceFilter, type PricePosition, type RateDeclared } from '../pricing/price.store.js'
import type { Price } from '../pricing/price.js'
import type { PriceDeclaration, TaxRateDeclaration } from '../pricing/read-price.js'
import type { TaxRate } from '../pricing/tax.js'
import { refuse, type Refusal } from '../reading/fault.js'
import { termsChanged } from './terms.js'

interface PriceRow {
  readonly channel: string
  readonly currency: string
  readonly product: string
  readonly price_minor: string
  readonly effective_from: Date
}

interface TaxRateRow {
  readonly country: string
  readonly region: string
  readonly category: string
  readonly rate_ppm: number
  readonly effective_from: Date
}

/** A declared row on its way into its table: its key, its value, its moment. */
interface NewRow<T> {
  readonly key: readonly [string, string, string]
  readonly value: T
  readonly effectiveFrom: Date
}

/** Price lists and tax rates in PostgreSQL: rows are added, never changed. */
@Injectable()
export class PostgresPriceStore extends PriceStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async declarePrices(cause: Cause, prices: readonly (PriceDeclaration | Refusal)[]): Promise<Answered<readonly RateDeclared[]>> {
    return this.declare(cause, async (tx) => {
      const readable = prices.filter((price): price is PriceDeclaration => !('faults' in price))
      const currenciesOf = await this.currenciesOf(tx, readable.map(({ channel }) => channel))
      const products = await this.knownProducts(tx, readable.map(({ product }) => product))
      const known = await this.knownPrices(tx, readable)
      const { answers, rows } = judge(prices, known, tx.now, (price) => {
        const currencies = currenciesOf.get(price.channel)
        if (!currencies) return refuse('unknown-channel', '/channel', 'No such channel')
        if (!currencies.includes(price.currency)) return refuse('invalid-currency', '/currency', `The channel sells in ${currencies.join(', ')}`)
        if (!products.has(price.product)) return refuse('unknown-product', '/product', 'No such product')
        return { key: [price.channel, price.currency, price.product], value: price.priceMinor, effectiveFrom: price.effectiveFrom }
      })
      await tx.query(
        'prices.write',
        `INSERT INTO prices (channel, currency, product, price_minor, effective_from, declared_at)
         SELECT channel, currency, product, price_minor, effective_from, clock_timestamp()
         FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) AS given (channel, currency, product, price_minor, effective_from)`,
        columnsOf(rows, (minor) => minor.toString()),
      )
      return answers
    })
  }

  async declareTaxRates(cause: Cause, rates: readonly (TaxRateDeclaration | Refusal)[]): Promise<Answered<readonly RateDeclared[]>> {
    return this.declare(cause, async (tx) => {
      const all = await tx.query<TaxRateRow>('tax-rates.all', 'SELECT * FROM tax_rates ORDER BY effective_from, declared_at')
      const known = datedByKey(all.map((row) => ({ key: [row.country, row.region, row.category], value: row.rate_ppm, effectiveFrom: row.effective_from })))
      const { answers, rows } = judge(rates, known, tx.now, (rate) => ({ key: [rate.country, rate.region ?? '', rate.category], value: rate.ratePpm, effectiveFrom: rate.effectiveFrom }))
      await tx.query(
        'tax-rates.write',
        `INSERT INTO tax_rates (country, region, category, rate_ppm, effective_from, declared_at)
         SELECT country, region, category, rate_ppm, effective_from, clock_timestamp()
         FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::timestamptz[]) AS given (country, region, category, rate_ppm, effective_from)`,
        columnsOf(rows, (ppm) => ppm),
      )
      return answers
    })
  }

  async prices({ channel, currency, product }: PriceFilter, after: PricePosition | undefined, limit: number): Promise<readonly Price[]> {
    const rows = await this.uow.query<PriceRow>(
      'prices.list',
      `SELECT DISTINCT ON (channel, currency, product, effective_from) channel, currency, product, effective_from, price_minor FROM prices
       WHERE ($1::text IS NULL OR channel = $1) AND ($2::text IS NULL OR currency = $2) AND ($3::text IS NULL OR product = $3)
         AND ($4::text IS NULL OR (channel, currency, product, effective_from) > ($4, $5, $6, $7::timestamptz))
       ORDER BY channel, currency, product, effective_from, declared_at DESC LIMIT $8`,
      [channel ?? null, currency ?? null, product ?? null, after?.channel ?? null, after?.currency ?? null, after?.product ?? null, after?.effectiveFrom ?? null, limit],
    )
    return rows.map((row) => ({ channel: row.channel, currency: row.currency, product: row.product, priceMinor: BigInt(row.price_minor), effectiveFrom: row.effective_from }))
  }

  async taxRates(): Promise<readonly TaxRate[]> {
    const rows = await this.uow.query<TaxRateRow>(
      'tax-rates.list',
      `SELECT DISTINCT ON (country, region, category, effective_from) country, region, category, rate_ppm, effective_from FROM tax_rates
       ORDER BY country, region, category, effective_from, declared_at DESC`,
    )
    return rows.map((row) => ({ country: row.country, region: row.region || null, category: row.category, ratePpm: row.rate_ppm, effectiveFrom: row.effective_from }))
  }

  /** Declarations take turns: the terms' version is locked first. */
  private async declare(cause: Cause, work: (tx: Tx) => Promise<RateDeclared[]>): Promise<Answered<readonly RateDeclared[]>> {
    const [outcome] = await this.uow.change([{ cause }], async (tx) => {
      await termsChanged(tx)
      return [await work(tx)]
    })
    return { result: outcome?.result ?? [], replayed: outcome?.replayed ?? false }
  }

  private async currenciesOf(tx: Tx, channels: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const rows = await tx.query<{ code: string; currencies: string[] }>('prices.channels', 'SELECT code, currencies FROM channels WHERE code = ANY ($1::text[])', [[...new Set(channels)]])
    return new Map(rows.map(({ code, currencies }) => [code, currencies]))
  }

  private async knownProducts(tx: Tx, products: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.query<{ number: string }>('prices.products', 'SELECT number FROM products WHERE number = ANY ($1::text[])', [[...new Set(products)]])
    return new Set(rows.map(({ number }) => number))
  }

  private async knownPrices(tx: Tx, prices: readonly PriceDeclaration[]): Promise<Map<string, Dated<bigint>[]>> {
    const rows = await tx.query<PriceRow>(
      'prices.known',
      `SELECT p.channel, p.currency, p.product, p.price_minor, p.effective_from
       FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (channel, currency, product)) asked
       JOIN prices p USING (channel, currency, product) ORDER BY p.effective_from, p.declared_at`,
      [prices.map(({ channel }) => channel), prices.map(({ currency }) => currency), prices.map(({ product }) => product)],
    )
    return datedByKey(rows.map((row) => ({ key: [row.channel, row.currency, row.product], value: BigInt(row.price_minor), effectiveFrom: row.effective_from })))
  }
}

const keyOf = (key: readonly string[]): string => key.join('\n')

const datedByKey = <T>(rows: readonly NewRow<T>[]): Map<string, Dated<T>[]> => Map.groupBy(rows, ({ key }) => keyOf(key))

/** Judges declarations one after the other, a later one against the earlier ones of the same call. */
function judge<D extends object, T>(
  declarations: readonly (D | Refusal)[],
  known: Map<string, Dated<T>[]>,
  now: Date,
  rowOf: (declaration: D) => (Omit<NewRow<T>, 'effectiveFrom'> & { readonly effectiveFrom: Date | null }) | Refusal,
): { answers: RateDeclared[]; rows: NewRow<T>[] } {
  const rows: NewRow<T>[] = []
  const answers = declarations.map((declaration): RateDeclared => {
    const row = 'faults' in declaration ? declaration : rowOf(declaration)
    if ('faults' in row) return { status: 'refused', ...row }
    const before = known.get(keyOf(row.key)) ?? []
    const status = declareRate(before, row.value, row.effectiveFrom, now)
    const effectiveFrom = row.effectiveFrom ?? now
    if (status !== 'unchanged') {
      rows.push({ key: row.key, value: row.value, effectiveFrom })
      known.set(keyOf(row.key), [...before, { value: row.value, effectiveFrom }].sort((a, b) => a.effectiveFrom.getTime() - b.effectiveFrom.getTime()))
    }
    return { status, effectiveFrom: effectiveFrom.toISOString() }
  })
  return { answers, rows }
}

const columnsOf = <T>(rows: readonly NewRow<T>[], valueOf: (value: T) => string | number): unknown[] => [
  rows.map(({ key }) => key[0]),
  rows.map(({ key }) => key[1]),
  rows.map(({ key }) => key[2]),
  rows.map(({ value }) => valueOf(value)),
  rows.map(({ effectiveFrom }) => effectiveFrom),
]
