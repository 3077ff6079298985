import type { Figure } from './frame/figure.js'

/** How a bench is to run, and how it tells what it does. */
export interface Run {
  /** Under a minute, and rougher. */
  readonly isQuick: boolean
  readonly rounds: number
  /** Leaves CPU profiles of all services and the statements of the database. Its figures are slower. */
  readonly isProfiled: boolean
  /** Where servers and the house lie. */
  readonly directory: string
  /** Where CPU profiles go. */
  readonly profiles: string
  /** Gives the run up; what was started is stopped. */
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** What a bench came to: figures for people, rounds for whoever looks closer. */
export interface Measured {
  readonly figures: readonly Figure[]
  readonly rounds: unknown
}

/** A bench. Throws: where anything does not hold that it checks, for it has no figure then. */
export type Bench = (run: Run) => Promise<Measured>
