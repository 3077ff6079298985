import { Console0001 } from './0001-console.js'

/** Every migration of the service, in order. */
export const migrations = [Console0001]
