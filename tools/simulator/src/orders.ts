import { Random } from './random.js'

/** A product as customers see it: what can be ordered, and what is unusual about it. */
export interface SoldProduct {
  readonly product: string
  readonly isPopular: boolean
  /** Nothing of it is in stock when the demo begins. */
  readonly isMissing: boolean
  /** Goes anywhere by any mode. */
  readonly isPlain: boolean
  readonly options: readonly { readonly code: string; readonly choices: readonly string[] }[]
}

export type Door = 'rest' | 'bulk' | 'topic' | 'file'

/** One order as its channel hands it in, and what its customer will do. */
export interface PlannedOrder {
  readonly channel: string
  readonly reference: string
  readonly door: Door
  readonly body: Readonly<Record<string, unknown>>
  readonly isSentTwice: boolean
  /** The first means of payment is declined; a patient customer pays another way. */
  readonly isDeclined: boolean
  readonly paysAnotherWay: boolean
  readonly isReturned: boolean
  readonly email: string
}

export interface OrderPlan {
  readonly orders: number
  readonly seed: number
  readonly products: readonly SoldProduct[]
  /** Goes in front of every reference, so that two runs do not meet. */
  readonly run: string
}

interface Shopper {
  readonly country: string
  readonly city: string
  readonly postalCode: string
  readonly region?: string
}

const europeans: readonly Shopper[] = [
  { country: 'DE', city: 'Berlin', postalCode: '10115' }, { country: 'DE', city: 'München', postalCode: '80331' }, { country: 'NL', city: 'Utrecht', postalCode: '3511 AB' },
  { country: 'FR', city: 'Lyon', postalCode: '69001' }, { country: 'AT', city: 'Graz', postalCode: '8010' },
]
const farAway: readonly Shopper[] = [{ country: 'JP', city: '東京', postalCode: '100-0001' }, { country: 'GB', city: 'Leeds', postalCode: 'LS1 4AP' }, { country: 'BR', city: 'São Paulo', postalCode: '01310-100' }]
const americans: readonly Shopper[] = [{ country: 'US', city: 'Austin', postalCode: '73301', region: 'TX' }, { country: 'US', city: 'Newark', postalCode: '07102', region: 'NJ' }]
const names = ['Ada Lovelace', 'Bjørn Åsen', 'Chloé Dubois', 'Дарья Иванова', 'Émile Zola', '藤原 花子', "Seán O'Brien", 'Zoë van der Berg'] as const
const preferences = ['economy', 'standard', 'standard', 'standard', 'express', 'green'] as const

/** Part of all orders: from the issue of the demo. */
const PARTS = { unavailable: 0.1, sentTwice: 0.05, declined: 0.05, paysAnotherWay: 0.5, returned: 0.05, farAway: 0.04, market: 0.15, configured: 0.3 } as const

/** The orders of a seed: the same seed gives the same orders. */
export function planOrders({ orders, seed, products, run }: OrderPlan): readonly PlannedOrder[] {
  const random = new Random(seed)
  return Array.from({ length: orders }, (_, index) => planOrder(random, products, `${run}-${String(index + 1).padStart(6, '0')}`))
}

function planOrder(random: Random, products: readonly SoldProduct[], reference: string): PlannedOrder {
  const isMarket = random.chance(PARTS.market)
  const isFar = !isMarket && random.chance(PARTS.farAway)
  const channel = isMarket ? 'market' : isFar ? 'web-eu' : random.pick(['web-eu', 'web-eu', 'web-us', 'store'])
  const shopper = random.pick(isFar ? farAway : channel === 'web-us' ? americans : europeans)
  const isUnavailable = random.chance(PARTS.unavailable)
  const lines = planLines(random, products.filter(({ isPlain }) => isPlain || !isFar), isUnavailable, isMarket)
  const email = `${reference.toLowerCase()}@customer.example`
  const isDeclined = !isMarket && random.chance(PARTS.declined)
  const paysAnotherWay = random.chance(PARTS.paysAnotherWay)
  const forbiddenModes = random.chance(0.1) && !isFar ? ['air'] : []
  return {
    channel,
    reference,
    door: random.pick(['rest', 'rest', 'bulk', 'topic', 'file']),
    email,
    isSentTwice: random.chance(PARTS.sentTwice),
    isDeclined,
    paysAnotherWay,
    isReturned: random.chance(PARTS.returned),
    body: {
      channel,
      reference,
      currency: channel === 'web-us' ? 'USD' : 'EUR',
      customer: { name: random.pick(names), email },
      deliveryAddress: { street: `Example Street ${random.between(1, 200)}`, ...shopper },
      delivery: { preference: random.pick(preferences), forbiddenModes },
      lines,
      ...(isMarket ? paidAtMarket(lines) : { payment: { token: isDeclined ? (paysAnotherWay ? 'tok_insufficient' : 'tok_declined') : random.pick(['tok_ok', 'tok_ok', 'tok_ok', 'tok_ok', 'tok_500_done', 'tok_unavailable']) } }),
    },
  }
}

interface PlannedLine {
  readonly product: string
  readonly units: number
  readonly options?: Readonly<Record<string, string>>
  readonly unitPriceMinor?: number
  readonly taxMinor?: number
}

function planLines(random: Random, products: readonly SoldProduct[], isUnavailable: boolean, isMarket: boolean): PlannedLine[] {
  const there = products.filter(({ isMissing }) => !isMissing)
  const popular = there.filter(({ isPopular }) => isPopular)
  const count = random.between(1, 5)
  const chosen = Array.from({ length: count }, (_, place) => (isUnavailable && place === 0 ? random.pick(products.filter(({ isMissing }) => isMissing)) : random.pick(random.chance(0.7) ? popular : there)))
  return chosen.map(({ product, options }) => {
    const line = { product, units: random.chance(0.8) ? random.between(1, 3) : random.between(4, 6) }
    if (isMarket) {
      const unitPriceMinor = random.between(5, 80) * 100 - 1
      return { ...line, unitPriceMinor, taxMinor: Math.round((unitPriceMinor * line.units * 19) / 119) }
    }
    return options.length > 0 && random.chance(PARTS.configured) ? { ...line, options: Object.fromEntries(options.map(({ code, choices }) => [code, random.pick(choices)])) } : line
  })
}

/** A marketplace's prices are with tax, and it took the money. */
function paidAtMarket(lines: readonly PlannedLine[]): Record<string, unknown> {
  const totalMinor = lines.reduce((sum, { unitPriceMinor = 0, units }) => sum + unitPriceMinor * units, 0)
  return { totalMinor, payment: { capturedMinor: totalMinor } }
}
