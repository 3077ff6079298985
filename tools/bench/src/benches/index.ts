import type { Bench } from '../run.js'
import { flow } from './flow.js'

/** All benches, in the order in which they run. */
export const benches: Readonly<Record<string, Bench>> = { flow }
