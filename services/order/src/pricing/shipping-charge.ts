/** What a channel charges for shipping an order. */
export type ShippingRule =
  | { readonly kind: 'none' }
  /** The channel says it with each order. */
  | { readonly kind: 'given'; readonly taxCategory: string }
  | { readonly kind: 'flat'; readonly taxCategory: string; readonly charges: readonly FlatCharge[] }

/** Unit: minor units of the currency, with or without tax as the channel's prices are. */
export interface FlatCharge {
  readonly currency: string
  readonly chargeMinor: bigint
  /** Goods of at least this much (after discount) ship free; null: never. */
  readonly freeFromMinor: bigint | null
}

/** The charge for goods of this worth. A currency without a charge of its own ships free. */
export function shippingCharge(rule: ShippingRule, currency: string, goodsMinor: bigint, givenMinor: bigint | null): bigint {
  switch (rule.kind) {
    case 'none':
      return 0n
    case 'given':
      return givenMinor ?? 0n
    case 'flat': {
      const charge = rule.charges.find((each) => each.currency === currency)
      if (!charge || (charge.freeFromMinor !== null && goodsMinor >= charge.freeFromMinor)) return 0n
      return charge.chargeMinor
    }
    default:
      return rule satisfies never
  }
}
