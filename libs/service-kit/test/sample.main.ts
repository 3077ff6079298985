import { main } from '../src/index.js'
import { sample } from './sample.service.js'

await main(sample)
