import type { ServiceName } from '@waybill/contracts'
import type { Installation } from '@waybill/local'
import type { Random } from '@waybill/simulator'
import type { PlannedFault } from './plan.js'
import type { Servers } from './servers.js'
import type { Topics } from './topics.js'

/** Where faults are made. */
export interface Scene {
  readonly installation: Installation
  readonly servers: Servers
  readonly topics: Topics
  /** Ends what a fault waits for when all faults are over. */
  readonly over: AbortSignal
}

/** Makes one fault, waits until it is over and answers in a few words what happened. Throws: NotMade, and whatever else stands in its way. */
export type Make = (scene: Scene, fault: PlannedFault, random: Random) => Promise<string>

export const allServices: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
