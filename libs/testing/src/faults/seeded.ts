import { randomInt } from 'node:crypto'

/** Randomness that can be had again: the same seed answers the same. */
export interface Seeded {
  readonly seed: number
  /** From 0 up to, not including, 1. */
  random(): number
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number
  pick<T>(some: readonly T[]): T
}

/**
 * Randomness for a test or a run of this name. Its seed is new each time and told at once on stderr, because a run that hangs or
 * crashes tells nothing later; FAULT_SEED=<seed> replays it.
 */
export function seeded(name: string): Seeded {
  const given = process.env['FAULT_SEED']
  const seed = given === undefined || given === '' ? randomInt(2 ** 32 - 1) : Number(given)
  if (!Number.isInteger(seed)) throw new Error(`FAULT_SEED is '${given}', not a whole number`)
  process.stderr.write(`${name}: FAULT_SEED=${seed} replays this\n`)
  const random = mulberry32(seed)
  return {
    seed,
    random,
    int: (min, max) => min + Math.floor(random() * (max - min + 1)),
    pick: (some) => {
      if (some.length === 0) throw new Error('nothing to pick from')
      return some[Math.floor(random() * some.length)] as (typeof some)[number]
    },
  }
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
