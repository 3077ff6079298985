import type { Terms } from '../src/capture/terms.js'
import type { Channel } from '../src/channels/channel.js'
import type { Product } from '../src/catalogue/product.js'

/** A product for tests: a plain one, in stock, of one kilogram. */
export const aProduct = (number: string, differs: Partial<Product> = {}): Product => ({
  number,
  version: 1,
  name: `Product ${number}`,
  category: null,
  brand: null,
  gtin: null,
  taxCategory: 'standard',
  isActive: true,
  isStocked: true,
  handling: ['standard'],
  handlingInstruction: '',
  weightGrams: 1_000,
  lengthMm: 100,
  widthMm: 100,
  heightMm: 100,
  isLotTracked: false,
  minimumRemainingDays: 0,
  dangerousGroup: null,
  hasLithium: false,
  isFood: false,
  shipsAlone: false,
  components: [],
  options: [],
  ...differs,
})

/** A web shop that sells in euros and yen at our prices, without tax in them. */
export const aChannel = (code: string, differs: Partial<Channel> = {}): Channel => ({
  code,
  name: `Channel ${code}`,
  brand: null,
  currencies: ['EUR', 'JPY', 'KWD'],
  defaultCurrency: 'EUR',
  pricing: 'ours',
  pricesIncludeTax: false,
  shipping: { kind: 'none' },
  discountPpm: 0,
  ...differs,
})

interface TermsParts {
  readonly channels?: readonly Channel[]
  readonly products?: readonly Product[]
  /** `<product>` or `<product> <currency>` -> price; the currency is EUR where none is said. */
  readonly prices?: Readonly<Record<string, bigint>>
  readonly taxPpm?: number
  readonly now?: Date
}

/** What orders are held against: by default the channels `web` (ours) and `market` (priced there) and product P-1 for 10.00. */
export function someTerms(parts: TermsParts = {}): Terms {
  const channels = parts.channels ?? [aChannel('web'), aChannel('market', { pricing: 'channel', pricesIncludeTax: true })]
  const products = parts.products ?? [aProduct('P-1')]
  const prices = parts.prices ?? { 'P-1': 1_000n }
  return {
    now: parts.now ?? new Date('2026-11-23T10:00:00Z'),
    channel: (code) => channels.find((channel) => channel.code === code),
    product: (number) => products.find((product) => product.number === number),
    priceMinor: (_channel, currency, product) => prices[currency === 'EUR' ? product : `${product} ${currency}`],
    taxPpm: () => parts.taxPpm ?? 0,
  }
}

/** An order as a channel sends it. */
export const anOrder = (differs: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  channel: 'web',
  reference: 'W-1001',
  currency: 'EUR',
  customer: { name: 'Ada Lovelace', email: 'ada@example.com' },
  deliveryAddress: { street: 'Hauptstr. 1', postalCode: '10115', city: 'Berlin', country: 'DE' },
  lines: [{ product: 'P-1', units: 2 }],
  payment: { token: 'tok_ok' },
  ...differs,
})
