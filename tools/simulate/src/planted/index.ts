import type { PlantedBug } from './bug.js'
import { messageBugs } from './messages.js'
import { outsideBugs } from './outside.js'
import { stateBugs } from './state.js'

/** Mistakes of all classes that the simulation has to find. */
export const plantedBugs: readonly PlantedBug[] = [...messageBugs, ...outsideBugs, ...stateBugs]
