import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceName } from '@waybill/contracts'
import { createTopics } from '@waybill/messaging'
import { migrate } from '@waybill/service-kit'
import {
  type Infrastructure,
  type InfrastructureKind,
  NoInfrastructure,
  dataDirectory,
  deleteTopics,
  findInfrastructure,
  rememberProcess,
  rememberedProcess,
  removeData,
  stopRemembered,
} from '@waybill/testing'
import { services } from '../services.js'
import { databaseUrl, dropDatabases, makeDatabases, verifyRole, databaseOf } from './databases.js'
import { environmentOf } from './environment.js'
import { type InstallationAddresses, writeAddresses, removeAddresses } from './addresses.js'
import { type Ports, choosePorts, wantedServerPorts } from './ports.js'
import { type KeptService, keepHere, keepInProcess } from './running-services.js'
import { startSandboxes } from './sandboxes.js'
import type { SupervisedProcess } from './supervised-process.js'
import { type Secrets, secretsOf } from './secrets.js'

/** PostgreSQL (its administrator's address) and Kafka, as somebody reaches them. */
export interface ServerAddresses {
  readonly postgresUrl: string
  readonly kafkaBrokers: string
}

/** Servers that somebody else started and stops: empty ones, for this installation alone. */
export interface GivenServers extends ServerAddresses {
  readonly description: string
  /** How a service reaches them, where that is another way than ours: through a proxy, say. */
  readonly seenBy?: (service: ServiceName) => ServerAddresses
}

/** How an installation is to run on this machine. */
export interface InstallationOptions {
  /** Where its data lies; default `.waybill`. */
  readonly directory?: string
  readonly infra?: InfrastructureKind
  /** Instead of any that would be found or started. */
  readonly servers?: GivenServers
  /** A process per service instead of one for all. */
  readonly processes?: boolean
  /** Forget everything that an earlier start kept. */
  readonly reset?: boolean
  /** Over the usual environment of a service. */
  readonly env?: Readonly<Partial<Record<ServiceName, Readonly<Record<string, string>>>>>
  /** Nobody looks for it at the usual ports: it takes others, beside those that start at the same time. */
  readonly isApart?: boolean
  /** How many times faster than in the world carriers deliver. */
  readonly carrierSpeed?: number
  readonly seed?: number
  /** Gives a start up; what was started by then is stopped. */
  readonly signal?: AbortSignal
  readonly say?: (line: string) => void
}

/** A whole Waybill that runs on this machine. */
export interface Installation extends InstallationAddresses {
  readonly infrastructure: string
  /** Kills a service as a power cut would and waits until it is back; needs `processes`. */
  kill(service: ServiceName): Promise<void>
  /** The process of a service, to be tried; needs `processes`. */
  processOf(service: ServiceName): SupervisedProcess
  /** Starts one more of a service, which the caller stops; needs `processes`. */
  startAnother(service: ServiceName): Promise<SupervisedProcess>
  /** Stops what was started, in order, and nothing else. */
  stop(): Promise<void>
}

/** Starts everything, from the database up, telling each step. What was started is stopped again if a later step fails. */
export async function startInstallation(options: InstallationOptions = {}): Promise<Installation> {
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`))
  const directory = options.directory ?? dataDirectory
  const stops: (() => Promise<unknown>)[] = []
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).toReversed()) await one()
  }
  try {
    await claim(directory)
    stops.push(() => rm(join(directory, claimFile), { force: true }))
    const logs = join(directory, 'logs')
    await stopLeftovers(logs, say)
    if (options.reset === true) await forget(directory, say)
    const ports = await choosePorts(say, options.isApart)
    const infrastructure = await serversOf(options, directory, say)
    stops.push(() => infrastructure.stop())
    options.signal?.throwIfAborted()
    const secrets = await secretsOf(directory)
    const urlFor = await prepare(infrastructure, secrets, options.reset === true, say)
    const sandboxes = await startSandboxes({ ...options, signal: options.signal, directory: join(directory, 'sandbox'), logs, ports, secrets, say })
    stops.push(() => sandboxes.stop())
    say('Sandboxes: payment provider, carriers and mail catcher are up')

    const seenBy = options.servers?.seenBy ?? (() => infrastructure)
    const kept = await keepServices(options, { directory, ports, secrets, seenBy, logs, urlFor, say })
    stops.push(() => stopServices(kept))
    const addresses: InstallationAddresses = {
      pid: process.pid,
      services: Object.fromEntries(kept.map(({ name, url }) => [name, url])) as Record<ServiceName, string>,
      databases: Object.fromEntries(
        services.map(({ name }) => [name, databaseUrl(infrastructure.postgresUrl, name, { name: verifyRole, password: secrets.databasePassword })]),
      ) as Record<ServiceName, string>,
      kafkaBrokers: infrastructure.kafkaBrokers,
      paymentsUrl: sandboxes.paymentsUrl,
      paymentApiKey: secrets.paymentApiKey,
      carriersUrl: sandboxes.carriersUrl,
      mailUrl: sandboxes.mailUrl,
      developmentKey: secrets.developmentKey,
    }
    await writeAddresses(directory, addresses)
    stops.push(() => removeAddresses(directory))
    const named = (name: ServiceName): KeptService => {
      const found = kept.find((service) => service.name === name)
      if (!found) throw new Error(`There is no service ${name}`)
      return found
    }
    return {
      ...addresses,
      infrastructure: infrastructure.description,
      kill: (name) => named(name).kill(),
      processOf: (name) => {
        const { process: own } = named(name)
        if (!own) throw new Error(`${name} shares its process: start with --processes`)
        return own
      },
      startAnother: (name) => named(name).startAnother(),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function serversOf({ servers, infra }: InstallationOptions, directory: string, say: (line: string) => void): Promise<Infrastructure> {
  if (servers) return Promise.resolve({ ...servers, kind: 'given', why: 'as told', stop: () => Promise.resolve() })
  return findInfrastructure({
    purpose: 'data',
    directory,
    postgresPort: wantedServerPorts.postgres,
    kafkaPort: wantedServerPorts.kafka,
    say,
    ...(infra === undefined ? {} : { force: infra }),
  })
}

/** Databases, roles, schema and topics. Answers how to reach a service's database with its own role. */
async function prepare(
  infrastructure: Infrastructure,
  secrets: Secrets,
  isReset: boolean,
  say: (line: string) => void,
): Promise<(service: ServiceName, adminUrl: string) => string> {
  const names = services.map(({ name }) => name)
  // Embedded data was removed before the start; what lies on somebody else's servers is dropped there.
  if (isReset && infrastructure.kind !== 'embedded') {
    await Promise.all([dropDatabases(infrastructure.postgresUrl, names), deleteTopics(infrastructure.kafkaBrokers.split(','), '')])
  }
  await makeDatabases(infrastructure.postgresUrl, names, secrets.databasePassword)
  say(`Databases: ${names.length}, one role each`)
  const [{ created }] = await Promise.all([
    createTopics({ kafka: { brokers: infrastructure.kafkaBrokers.split(',') } }),
    migrateAll(infrastructure.postgresUrl, say),
  ])
  say(created.length === 0 ? 'Topics: all there' : `Topics: ${created.length} created`)
  return (service, adminUrl) => databaseUrl(adminUrl, service, { name: databaseOf(service), password: secrets.databasePassword })
}

async function migrateAll(adminUrl: string, say: (line: string) => void): Promise<void> {
  await Promise.all(services.map((service) => migrate(service, databaseUrl(adminUrl, service.name), { grantTo: databaseOf(service.name) })))
  say('Migrations: up to date')
}

interface Surroundings {
  readonly directory: string
  readonly ports: Ports
  readonly secrets: Secrets
  readonly seenBy: (service: ServiceName) => ServerAddresses
  readonly logs: string
  /** The address of a service's database for its own role. */
  readonly urlFor: (service: ServiceName, adminUrl: string) => string
  readonly say: (line: string) => void
}

async function keepServices(options: InstallationOptions, at: Surroundings): Promise<readonly KeptService[]> {
  const started = performance.now()
  const keep = options.processes === true ? keepInProcess : keepHere
  const settled = await Promise.allSettled(
    services.map((service) => {
      const name = service.name as ServiceName
      const { postgresUrl, kafkaBrokers } = at.seenBy(name)
      const env = { ...environmentOf(name, { ...at, kafkaBrokers, databaseUrl: at.urlFor(name, postgresUrl) }), ...options.env?.[name] }
      return keep({ service, env, port: at.ports[name], logs: at.logs, signal: options.signal, say: at.say })
    }),
  )
  const kept = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  for (const one of settled) {
    if (one.status === 'rejected') {
      await stopServices(kept)
      throw one.reason
    }
  }
  const how = options.processes === true ? 'a process each' : 'in one process'
  at.say(`Services: ${kept.length} up, ${how}, in ${((performance.now() - started) / 1_000).toFixed(1)} s`)
  return kept
}

async function stopServices(kept: readonly KeptService[]): Promise<void> {
  await Promise.all(kept.map((service) => service.stop()))
}

const claimFile = 'start.pid'

/** One installation per directory. Throws: NoInfrastructure while another one runs there. */
async function claim(directory: string): Promise<void> {
  const other = await rememberedProcess(join(directory, claimFile))
  if (other !== undefined) {
    throw new NoInfrastructure(`Waybill runs here already, as process ${other}. Fix: stop that one (Ctrl-C in its terminal, or \`kill ${other}\`).`)
  }
  await mkdir(directory, { recursive: true })
  await rememberProcess(join(directory, claimFile), process.pid)
}

/** Stops the processes that a killed start left; they hold the ports. */
async function stopLeftovers(logs: string, say: (line: string) => void): Promise<void> {
  const files = await readdir(logs).catch(() => [])
  const pidFiles = files.filter((file) => file.endsWith('.pid'))
  const left = await Promise.all(pidFiles.map((file) => stopRemembered(join(logs, file), ['SIGTERM', 'SIGKILL'])))
  const count = left.filter(Boolean).length
  if (count > 0) say(`Stopped ${count} processes that a killed start had left`)
}

/** Removes everything that an earlier start kept on this machine. */
async function forget(directory: string, say: (line: string) => void): Promise<void> {
  await removeData(directory)
  await Promise.all(['sandbox', 'logs', 'secrets.json', 'company', 'traffic'].map((part) => rm(join(directory, part), { recursive: true, force: true })))
  say('Reset: what an earlier start kept is removed')
}
