import { Shipping0001 } from './0001-shipping.js'

/** Forward only, in order. */
export const migrations = [Shipping0001]
