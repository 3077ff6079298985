import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Api } from './import/api.js'
import type { InstallationAddresses } from './installation/addresses.js'
import { SupervisedProcess } from './installation/supervised-process.js'

/** Modest traffic that runs beside an installation. */
export interface Traffic {
  stop(): Promise<void>
}

/**
 * Starts the simulator's traffic in a process of its own: it is a stranger to the services and uses their public APIs.
 * Tells when the first order of this start is delivered.
 */
export async function startTraffic(directory: string, addresses: InstallationAddresses, say: (line: string) => void): Promise<Traffic> {
  const since = performance.now()
  const deliveredBefore = await delivered(addresses)
  const simulator = await SupervisedProcess.start({
    name: 'traffic',
    file: join(import.meta.dirname, '..', '..', 'simulator', 'dist', 'traffic.js'),
    args: ['--directory', directory],
    directory: join(directory, 'logs'),
    signal: undefined,
    onCrash: (how) => say(`Traffic: ${how}; it is started again`),
  })
  const ending = new AbortController()
  const watching = tellFirstDelivery(addresses, deliveredBefore, since, ending.signal, say)
  return {
    stop: async () => {
      ending.abort()
      await watching
      await simulator.stop()
    },
  }
}

async function tellFirstDelivery(addresses: InstallationAddresses, before: number, since: number, signal: AbortSignal, say: (line: string) => void): Promise<void> {
  while (!signal.aborted) {
    if ((await delivered(addresses)) > before) {
      say(`First order delivered, ${((performance.now() - since) / 1_000).toFixed(0)} s after traffic began`)
      return
    }
    await pause(1_000)
  }
}

/** How many orders reached their customer so far. */
async function delivered(addresses: InstallationAddresses): Promise<number> {
  const { body } = await new Api(addresses, 'Start').send('console', 'GET', '/v1/board')
  const { byStage } = body as { byStage: Readonly<Record<string, number>> }
  return (byStage['delivered'] ?? 0) + (byStage['completed'] ?? 0)
}
