/** A value from a moment on: a price, a tax rate. */
export interface Dated<T> {
  readonly value: T
  readonly effectiveFrom: Date
}

/**
 * What a declared value means beside those declared before (in order of moment, the later declared last).
 * Without a moment it holds from now on, and is no news if it holds already: so the same file twice changes nothing.
 */
export function declareRate<T>(known: readonly Dated<T>[], value: T, effectiveFrom: Date | null, now: Date): 'created' | 'updated' | 'unchanged' {
  const isSaid = effectiveFrom !== null
  const moment = effectiveFrom ?? now
  const there = isSaid ? known.filter((each) => each.effectiveFrom.getTime() === moment.getTime()) : known.filter((each) => each.effectiveFrom <= now)
  const last = there.at(-1)
  if (last?.value === value) return 'unchanged'
  return isSaid && last ? 'updated' : 'created'
}
