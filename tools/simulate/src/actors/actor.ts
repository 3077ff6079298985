import type { House } from '../world/house.js'
import type { Random } from '../world/random.js'

/** How somebody works: as people do, or only what brings things to an end. */
export type Mood = 'as-people-do' | 'finishing'

/** Somebody outside the services who does one thing at a time. */
export interface Actor {
  readonly name: string
  /** How often, against the others. */
  readonly weight: number
  /** Does one thing. False: there was nothing to do. */
  act(house: House, random: Random, mood: Mood): Promise<boolean>
}

/** One of these; undefined: there is none. */
export const oneOf = <T>(all: readonly T[], random: Random): T | undefined => all[random.below(Math.max(1, all.length))]
