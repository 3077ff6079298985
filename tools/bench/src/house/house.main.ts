// The process that holds the house of a bench: the services live here, or are its children. It does what its parent asks, one thing at a time.
import type { ServiceName } from '@waybill/contracts'
import { type Installation, startInstallation, type SupervisedProcess } from '@waybill/local'
import type { Answered, Asked, HouseOptions, ServicePids } from './messages.js'

const services: readonly ServiceName[] = ['order', 'inventory', 'warehouse', 'shipping', 'after-sales', 'notification', 'console']
let installation: Installation | undefined
let isInProcesses = false
let starting: Promise<Installation> | undefined
const others: { readonly service: ServiceName; readonly process: SupervisedProcess }[] = []

process.on('message', (asked: Asked) => void answer(asked))
const given = new AbortController()
// a bench that was killed must not leave a house behind: one that is starting is given up, one that is held still is let go first
process.on('disconnect', () => {
  given.abort()
  for (const [, pid] of installation ? pidsOf(installation) : []) process.kill(pid, 'SIGCONT')
  void end().finally(() => process.exit(1))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)

async function answer(asked: Asked): Promise<void> {
  try {
    const done = await act(asked)
    reply({ did: asked.ask, ...done })
  } catch (error) {
    reply({ did: asked.ask, failed: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
  // by its own choice, so that a profile is written
  if (asked.ask === 'stop') process.exit(0)
}

async function act(asked: Asked): Promise<Partial<Answered>> {
  switch (asked.ask) {
    case 'start': {
      starting = start(asked.options)
      installation = await starting
      isInProcesses = asked.options.processes
      return { addresses: addressesOf(installation), pids: pidsOf(installation) }
    }
    case 'signal':
      running().processOf(asked.service).signal(asked.signal)
      return {}
    case 'kill':
      await running().kill(asked.service)
      return { pids: pidsOf(running()) }
    case 'another':
      others.push({ service: asked.service, process: await running().startAnother(asked.service) })
      return { pids: pidsOf(running()) }
    case 'pids':
      return { pids: pidsOf(running()) }
    case 'stop':
      await end()
      return {}
  }
}

function start({ postgresUrl, kafkaBrokers, ...options }: HouseOptions): Promise<Installation> {
  return startInstallation({
    ...options,
    reset: true,
    isApart: true,
    signal: given.signal,
    servers: { postgresUrl, kafkaBrokers, description: 'servers of the bench' },
    say: (line) => process.stdout.write(`${line}\n`),
  })
}

async function end(): Promise<void> {
  await starting?.catch(() => undefined)
  for (const { process: other } of others.splice(0)) await other.stop()
  await installation?.stop()
  installation = undefined
}

function running(): Installation {
  if (!installation) throw new Error('The house has not been started')
  return installation
}

function pidsOf(house: Installation): ServicePids {
  if (!isInProcesses) return []
  const own = services.map((service) => ({ service, process: house.processOf(service) }))
  return [...own, ...others].flatMap(({ service, process: one }) => (one.pid === undefined ? [] : [[service, one.pid] as const]))
}

function addressesOf({ pid, services: urls, databases, kafkaBrokers, paymentsUrl, paymentApiKey, carriersUrl, mailUrl, developmentKey }: Installation): Installation | NonNullable<Answered['addresses']> {
  return { pid, services: urls, databases, kafkaBrokers, paymentsUrl, paymentApiKey, carriersUrl, mailUrl, developmentKey }
}

function reply(answered: Answered): void {
  process.send?.(answered)
}
