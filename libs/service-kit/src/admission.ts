import { Problem } from './problem.js'

/** What tells that this process has more to do than it can. */
export interface Load {
  /** Mean of the last second. */
  readonly eventLoopDelayMs: () => number
  /** Pieces of work that wait for a database connection. */
  readonly waitingForDatabase: () => number
}

// the mean, not a percentile: one pause of half a second (a collection, a busy neighbour) is no reason to turn a second's work away
const EVENT_LOOP_DELAY_MAX_MS = 250
const WAITING_MAX = 50

/**
 * Turns new work away while this process is behind. Never by lag or journal age: intake outlives the broker.
 * Refuses: overloaded, with Retry-After.
 */
export function admitWork(load: Load): void {
  const isBehind = load.eventLoopDelayMs() > EVENT_LOOP_DELAY_MAX_MS || load.waitingForDatabase() >= WAITING_MAX
  if (isBehind) throw new Problem('overloaded', { headers: { 'Retry-After': '2' } })
}
