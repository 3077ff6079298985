import { main } from '../../src/index.js'
import { sample } from '../sample.service.js'

/** The sample as a process of its own, as any service runs: for signals. */
await main(sample)
