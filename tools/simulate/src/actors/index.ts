import type { Actor } from './actor.js'
import { Carriers } from './carriers.js'
import { Channels } from './channel.js'
import { Payers } from './customer.js'
import { Dock, floorPeople } from './floor.js'
import { Operators } from './operator.js'
import { Receivers } from './receiver.js'
import { Returns } from './returns.js'

/** Everybody who does something to the house. */
export interface Everybody {
  readonly channels: Channels
  readonly receivers: Receivers
  readonly actors: readonly Actor[]
}

export function everybody(): Everybody {
  const channels = new Channels()
  const receivers = new Receivers()
  return { channels, receivers, actors: [channels, new Payers(), receivers, ...floorPeople(), new Dock(), new Carriers(), new Returns(), new Operators()] }
}
