import type { ShippingRule } from '../pricing/shipping-charge.js'

/** A way customers order by: a web shop, a marketplace, a till. */
export interface Channel {
  readonly code: string
  readonly name: string
  readonly brand: string | null
  /** ISO 4217; an order in any other is refused. */
  readonly currencies: readonly string[]
  /** Meant where an order names none. One of `currencies`. */
  readonly defaultCurrency: string
  /** `ours`: our price lists and our payment provider. `channel`: prices and payment that the channel took (marketplaces). */
  readonly pricing: 'ours' | 'channel'
  /** All amounts of the channel (prices, discounts, shipping) hold tax. */
  readonly pricesIncludeTax: boolean
  readonly shipping: ShippingRule
  /** Taken off the goods of every order that brings no discount of its own. Unit: millionths; 5 % is 50,000. */
  readonly discountPpm: number
}

/** Why a channel cannot be declared this way. */
export interface ChannelRefusal {
  readonly code: 'invalid-currency' | 'invalid-value'
  readonly pointer: string
  readonly detail: string
}

/** Checks what the fields of a channel owe to each other. */
export function channelFault(channel: Channel): ChannelRefusal | undefined {
  const unknown = channel.currencies.findIndex((currency) => !isCurrency(currency))
  if (unknown >= 0) return { code: 'invalid-currency', pointer: `/currencies/${unknown}`, detail: 'Expected an ISO 4217 code' }
  if (!channel.currencies.includes(channel.defaultCurrency))
    return { code: 'invalid-currency', pointer: '/defaultCurrency', detail: 'The default currency is one of the currencies' }
  if (channel.shipping.kind === 'flat') {
    const foreign = channel.shipping.charges.findIndex(({ currency }) => !channel.currencies.includes(currency))
    if (foreign >= 0) return { code: 'invalid-currency', pointer: `/shipping/charges/${foreign}/currency`, detail: 'A charge is in one of the currencies' }
  }
  if (channel.pricing === 'channel' && channel.shipping.kind === 'flat')
    return { code: 'invalid-value', pointer: '/shipping/kind', detail: 'A channel that prices its orders says what it charged for shipping' }
  return undefined
}

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'))

/** Is this a currency of ISO 4217? */
export const isCurrency = (code: string): boolean => currencies.has(code)
