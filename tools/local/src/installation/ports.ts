import type { ServiceName } from '@waybill/contracts'
import { freePort } from '@waybill/testing'

/** Everything that listens, and where it does so if nobody else is there. */
const wantedPorts = {
  console: 3000,
  order: 3001,
  inventory: 3002,
  warehouse: 3003,
  shipping: 3004,
  'after-sales': 3005,
  notification: 3006,
  payments: 3010,
  carriers: 3011,
  smtp: 3025,
  mail: 3026,
} as const

/** Where embedded servers listen if nobody else is there. */
export const wantedServerPorts = { postgres: 5440, kafka: 9492 } as const

type Listener = keyof typeof wantedPorts
export type Ports = Readonly<Record<Listener, number>>

// Every service has its place in the table.
wantedPorts satisfies Record<ServiceName, number>

/** Other installations on this machine lie so far above. They stay below the ports that the system gives to connections: there, somebody else could take a service's port while it starts again. */
const STEP = 100

const STEPS = 20

/**
 * A free port for each, the wanted one where it can be; `told` hears of every other. An installation that nobody looks
 * for at the wanted ports begins somewhere above (`isApart`): one that starts at the same moment may not see that a port is taken.
 */
export async function choosePorts(told: (line: string) => void, isApart = false): Promise<Ports> {
  const first = isApart ? 1 + (process.pid % (STEPS - 1)) : 0
  const chosen: [Listener, number][] = []
  for (const listener of Object.keys(wantedPorts) as Listener[]) {
    const wanted = wantedPorts[listener]
    const port = await freePort(...Array.from({ length: STEPS }, (_, step) => wanted + ((first + step) % STEPS) * STEP))
    if (port !== wanted && !isApart) told(`Port ${wanted} is taken: ${listener} gets ${port}`)
    chosen.push([listener, port])
  }
  return Object.fromEntries(chosen) as Ports
}
