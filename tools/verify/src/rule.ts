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
  /** What holds, as docs/guarantees.md tells it. */
  readonly promise: string
  /** Compares two services, or a service and the outside, that may be on their way to agreement: asked again before it counts. */
  readonly settles: boolean
  /** The violations, at most about NAMED_MAX of a kind. */
  check(world: World): Promise<readonly Violation[]>
}

/** Violations named of one kind: enough to see what is wrong, and no table is carried over the wire. */
export const NAMED_MAX = 50
