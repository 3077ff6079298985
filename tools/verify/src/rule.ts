import type { World } from './world.js'

/** One place where a guarantee does not hold. */
export interface Violation {
  /** What it is about: an order, a product at a location, a topic and subject. */
  readonly subject: string
  /** What is wrong, with the values that show it. */
  readonly what: string
}

/** One guarantee as a program checks it. Numbers as in docs/guarantees.md. */
export interface Rule {
  readonly id: string
  readonly promise: string
  /** Compares two services, or a service and the outside, that may be on their way to agreement: asked again before it counts. */
  readonly settles: boolean
  /** At most this many violations are worth naming. */
  check(world: World): Promise<readonly Violation[]>
}

/** Violations named of one rule; the rest is counted by the database anyway. */
export const NAMED_MAX = 50
