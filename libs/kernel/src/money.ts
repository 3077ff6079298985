import { add, compare, dinero, subtract, toSnapshot, type Dinero } from 'dinero.js/bigint'
import { invariant } from './invariant.js'

/** ISO 4217 currencies whose minor unit is not a hundredth. Source: ISO 4217, list of 2024. */
const exponents: Readonly<Record<string, number>> = {
  BIF: 0, CLP: 0, DJF: 0, GNF: 0, ISK: 0, JPY: 0, KMF: 0, KRW: 0, PYG: 0, RWF: 0, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
  BHD: 3, IQD: 3, JOD: 3, KWD: 3, LYD: 3, OMR: 3, TND: 3, CLF: 4, UYW: 4,
}

/** Decimals of a currency's minor unit: JPY 0, EUR 2, KWD 3. */
export const exponentOf = (currency: string): number => exponents[currency] ?? 2

/** The largest amount a message can carry exactly as a JSON number. Unit: minor units. */
export const MINOR_MAX = 9_000_000_000_000_000

/** An amount of one currency, exact. Unit: minor units. Throws: on amounts of two currencies in one sum. */
export class Money {
  private constructor(private readonly amount: Dinero<bigint>) {}

  static of(minor: number | bigint, currency: string): Money {
    return new Money(dinero({ amount: BigInt(minor), currency: { code: currency, base: 10n, exponent: BigInt(exponentOf(currency)) } }))
  }

  static zero(currency: string): Money {
    return Money.of(0n, currency)
  }

  static sum(amounts: readonly Money[], currency: string): Money {
    return amounts.reduce((total, each) => total.plus(each), Money.zero(currency))
  }

  get currency(): string {
    return toSnapshot(this.amount).currency.code
  }

  get minor(): bigint {
    return toSnapshot(this.amount).amount
  }

  /** The amount as a JSON number. Throws: InvariantBroken beyond 9e15 minor units. */
  toMinorNumber(): number {
    const { minor } = this
    invariant(minor <= BigInt(MINOR_MAX) && minor >= -BigInt(MINOR_MAX), 'an amount fits a message', { minor })
    return Number(minor)
  }

  plus(other: Money): Money {
    return new Money(add(this.amount, other.amount))
  }

  minus(other: Money): Money {
    return new Money(subtract(this.amount, other.amount))
  }

  times(units: number | bigint): Money {
    return Money.of(this.minor * BigInt(units), this.currency)
  }

  compareTo(other: Money): -1 | 0 | 1 {
    return compare(this.amount, other.amount)
  }

  isZero(): boolean {
    return this.minor === 0n
  }

  isNegative(): boolean {
    return this.minor < 0n
  }
}

/**
 * Splits an amount by weights so that the parts sum to the whole: each part is the exact share rounded towards zero,
 * and what is left goes one minor unit each to the largest remainders, ties to the earlier part.
 * All weights zero: split evenly. Source: domain D12.
 */
export function splitByLargestRemainder(minor: bigint, weights: readonly bigint[]): bigint[] {
  invariant(weights.length > 0 || minor === 0n, 'an amount is split to at least one part', { minor })
  invariant(weights.every((weight) => weight >= 0n), 'weights are not negative')
  const total = weights.reduce((sum, weight) => sum + weight, 0n)
  if (total === 0n) return weights.length === 0 ? [] : splitByLargestRemainder(minor, weights.map(() => 1n))
  const sign = minor < 0n ? -1n : 1n
  const size = minor * sign
  const parts = weights.map((weight) => (size * weight) / total)
  let left = size - parts.reduce((sum, part) => sum + part, 0n)
  const byRemainder = weights
    .map((weight, index) => ({ index, remainder: (size * weight) % total }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1))
  for (const { index } of byRemainder) {
    if (left === 0n) break
    parts[index] = (parts[index] ?? 0n) + 1n
    left -= 1n
  }
  return parts.map((part) => part * sign)
}
