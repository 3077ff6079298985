import type { House } from '../world/house.js'

/** A mistake of one class, made on purpose in the world around the services, so that the checks can show that they find it. */
export interface PlantedBug {
  readonly name: string
  /** What goes wrong, in one sentence. */
  readonly what: string
  /** The guarantee that is found to be broken. */
  readonly breaks: string
  /** Makes it part of this house. */
  plant(house: House): void
}
