import type { Random } from '../world/random.js'
import type { CommitFault } from '../world/service.js'

/** What may go wrong in one run, and how often: every run has its own mixture, because faults that come always together hide each other. */
export interface Swarm {
  /** Of a hundred transactions, how many end badly. */
  readonly commitsFailing: number
  readonly commitFaults: readonly CommitFault[]
  /** Of a thousand messages, how many cannot be handled at first. */
  readonly poison: number
  /** Weights against the ordinary steps. */
  readonly crash: number
  readonly rewind: number
  readonly replay: number
  readonly resend: number
  readonly stall: number
  readonly repeat: number
  /** Of a hundred calls to the outside, how many get no answer. */
  readonly silence: number
  /** How eagerly relays send and groups read, from 1; low: much is on its way. */
  readonly eagerness: readonly number[]
  /** How much time passes in one step. Unit: ms. */
  readonly patience: number
}

const commitFaults: readonly CommitFault[] = ['fails', 'unknown', 'dies-before', 'dies-after']

export function swarmOf(random: Random): Swarm {
  const often = (most: number): number => (random.oneIn(3) ? 0 : 1 + random.below(most))
  return {
    commitsFailing: often(12),
    commitFaults: commitFaults.filter(() => !random.oneIn(3)),
    poison: often(15),
    crash: often(4),
    rewind: often(4),
    replay: often(2),
    resend: often(4),
    stall: often(4),
    repeat: often(6),
    silence: often(30),
    eagerness: Array.from({ length: 10 }, () => 1 + random.below(8)),
    patience: random.pick([1_000, 60_000, 600_000]),
  }
}
