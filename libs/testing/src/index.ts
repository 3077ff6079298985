export { eventually } from './eventually.js'
export * from './infrastructure/index.js'
