import Big from 'big.js'

/** An exact decimal for rates and measures (tax rates, percentages, kilograms). Never for amounts of money that are kept. */
export type Decimal = Big

export const decimal = (value: string | number): Decimal => new Big(value)

/** Rounds half up to whole minor units. Source: domain D12. */
export const roundToMinor = (value: Decimal): bigint => BigInt(value.round(0, Big.roundHalfUp).toFixed(0))
