export { carrierSpeed, type Commerce, type CommerceOptions, progressOf, shortWaits, startCommerce, untilAtRest } from './commerce.js'
export { Random } from './random.js'
export type { Rest } from './rest.js'
export { keepWorking, Run } from './run.js'
