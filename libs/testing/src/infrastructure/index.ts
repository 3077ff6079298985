export * from './find.js'
export { freePort, loopback } from './ports.js'
