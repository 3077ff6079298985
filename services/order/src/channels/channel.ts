import type { ShippingRule } from '../pricing/shipping-charge.js'
import { fault, type Fault } from '../reading/fault.js'

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

/** Checks what the fields of a channel owe to each other. */
export function channelFault(channel: Channel): Fault | undefined {
  if (!channel.currencies.includes(channel.defaultCurrency))
    return fault('invalid-currency', '/defaultCurrency', 'The default currency is one of the currencies')
  if (channel.shipping.kind === 'flat') {
    const foreign = channel.shipping.charges.findIndex(({ currency }) => !channel.currencies.includes(currency))
    if (foreign >= 0) return fault('invalid-currency', `/shipping/charges/${foreign}/currency`, 'A charge is in one of the currencies')
  }
  if (channel.pricing === 'channel' && channel.shipping.kind === 'flat')
    return fault('invalid-value', '/shipping/kind', 'A channel that prices its orders says what it charged for shipping')
  return undefined
}
