export * from './find.js'
export { freePort, loopback } from './ports.js'
export { rememberProcess, rememberedProcess, stopRemembered } from './server-process.js'
