import { execFile } from 'node:child_process'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs'
import { ADMIN, certificateFor, securedListeners, type KafkaUsers, type SecuredAccess } from './kafka-security.js'
import { freePort, loopback } from './ports.js'
import { startServer, stopRemembered } from './server-process.js'

const run = promisify(execFile)

/** The broker that is fetched and run. Keep in step with `kafka/pom.xml`. */
export const kafkaVersion = '4.3.1'
const oldestJava = 17

/** How an embedded broker is to run. */
export interface EmbeddedKafkaOptions {
  readonly directory: string
  readonly preferredPort?: number
  readonly java: string
  /** False for data that is thrown away after the run: the broker is killed instead of shut down. */
  readonly durable: boolean
  readonly say: (line: string) => void
  /** Who may log in, by TLS and SCRAM, and may do nothing yet; left out: everybody may do everything, in the clear. */
  readonly users?: KafkaUsers
}

/** A running broker. */
export interface RunningBroker {
  readonly brokers: string
  /** How its administrator gets in, where users have to log in. */
  readonly admin?: SecuredAccess
  stop(): Promise<void>
}

const recipe = join(import.meta.dirname, '..', '..', 'kafka')

/** A Java that can run the broker, or the reason why there is none and the fix. */
export async function findJava(env: NodeJS.ProcessEnv): Promise<{ path: string; version: number } | { refused: string }> {
  const fix = `Fix: install a Java ${oldestJava} or newer (Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk).`
  const path = env.JAVA_HOME === undefined || env.JAVA_HOME === '' ? 'java' : join(env.JAVA_HOME, 'bin', 'java')
  const output = await run(path, ['-version'], { env }).catch(() => undefined)
  if (output === undefined) return { refused: `no Java: \`${path} -version\` does not run. ${fix}` }
  const version = Number(/version "(\d+)/.exec(output.stderr + output.stdout)?.[1])
  return version >= oldestJava ? { path, version } : { refused: `Java ${version} at \`${path}\` is too old for Kafka. ${fix}` }
}

/** Where the broker's jars lie, or whether Maven could fetch them. */
export async function findKafkaJars(env: NodeJS.ProcessEnv): Promise<{ cached: string } | { maven: string } | { refused: string }> {
  const cached = jarsDirectory(env)
  if (await isThere(cached)) return { cached }
  const maven = await run('mvn', ['-version'], { env }).catch(() => undefined)
  if (maven !== undefined) return { maven: 'mvn' }
  return {
    refused: `no Maven to fetch Kafka ${kafkaVersion} with: \`mvn -version\` does not run. Fix: install Maven (Debian: apt-get install maven; macOS: brew install maven).`,
  }
}

/** Starts one broker (KRaft, controller included) with little memory, on a data directory that it uses again later. */
export async function startEmbeddedKafka(options: EmbeddedKafkaOptions): Promise<RunningBroker> {
  const jars = await jarsOf(options.say)
  await mkdir(options.directory, { recursive: true })
  const pidFile = join(options.directory, 'kafka.pid')
  if (await stopRemembered(pidFile, ['SIGTERM', 'SIGKILL'])) {
    options.say('Kafka: stopped the one that a killed run had left')
  }
  const port = await freePort(options.preferredPort ?? 0)
  const controllerPort = await freePort()
  const logs = join(options.directory, 'logs')
  const properties = join(options.directory, 'server.properties')
  const secured = options.users && { users: options.users, certificate: await certificateFor(options.directory), internalPort: await freePort() }
  await writeFile(properties, brokerProperties({ port, controllerPort, logs }, secured ? securedListeners({ port, controllerPort, ...secured }) : {}))
  const javaArgs = [
    '-Xmx192m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    `-Dlog4j2.configurationFile=${join(recipe, 'log4j2.properties')}`,
    '-cp',
    [...(await readdir(jars))].map((jar) => join(jars, jar)).join(delimiter),
  ]
  if (!(await isThere(join(logs, 'meta.properties')))) {
    options.say(`Kafka ${kafkaVersion}: formatting its storage`)
    // A format that was cut short leaves half a directory that Kafka takes for formatted.
    await rm(logs, { recursive: true, force: true })
    await run(options.java, [...javaArgs, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties, ...(secured ? scramArgs(secured.users) : [])])
  }
  const brokers = `${loopback}:${port}`
  const admin = secured && { ssl: { ca: [secured.certificate.ca] }, sasl: { mechanism: 'scram-sha-512' as const, username: ADMIN, password: secured.users[ADMIN] } }
  const server = await startServer({
    name: `Kafka ${kafkaVersion}`,
    command: options.java,
    args: [...javaArgs, 'kafka.Kafka', properties],
    logFile: join(options.directory, 'kafka.log'),
    pidFile,
    answers: () => answersMetadata({ brokers: [brokers], ...admin }),
    // A start after kill -9 waits for the old registration to expire, and a busy machine makes the rest slow.
    startMs: 90_000,
  })
  return { brokers, ...(admin ? { admin } : {}), stop: () => server.stop(options.durable ? ['SIGTERM', 'SIGKILL'] : ['SIGKILL']) }
}

const scramArgs = (users: KafkaUsers): string[] => Object.entries(users).flatMap(([name, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`])

/** Any id will do for a cluster of one that nobody else joins. */
const clusterId = 'V2F5YmlsbExvY2FsS2Fma2E'

/**
 * The lightest broker that still carries the load. Measured: 1.4 s to start, 190 MB, 1.6 % of a core when idle
 * (defaults: 2-8 s, 400 MB, 2.9 %); kill -9 and start again in 4 s instead of 13 s.
 */
function brokerProperties(at: { port: number; controllerPort: number; logs: string }, differs: Readonly<Record<string, string | number | boolean>>): string {
  return Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${loopback}:${at.controllerPort}`,
    listeners: `PLAINTEXT://${loopback}:${at.port},CONTROLLER://${loopback}:${at.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${loopback}:${at.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': at.logs,
    'num.network.threads': 1,
    'num.io.threads': 2,
    'background.threads': 2,
    'num.replica.fetchers': 1,
    'num.recovery.threads.per.data.dir': 1,
    'log.cleaner.threads': 1,
    // The default of 128 MB alone would not fit into the heap.
    'log.cleaner.dedupe.buffer.size': 2_097_152,
    // The default preallocates 10 MB per index file.
    'log.index.size.max.bytes': 1_048_576,
    'log.segment.bytes': 16_777_216,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.coordinator.threads': 1,
    // Groups form in 10-50 ms instead of 3 s.
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 1_000,
    'metadata.max.idle.interval.ms': 10_000,
    'auto.create.topics.enable': false,
    ...differs,
  })
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** The jars, fetched by Maven at the first call on this machine. */
async function jarsOf(say: (line: string) => void): Promise<string> {
  const directory = jarsDirectory(process.env)
  if (await isThere(directory)) return directory
  say(`Kafka ${kafkaVersion}: Maven fetches it, once on this machine (45 MB)`)
  const unfinished = `${directory}.${process.pid}`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(unfinished, { recursive: true })
  const started = Date.now()
  const progress = setInterval(() => say(`Kafka ${kafkaVersion}: still fetching, ${Math.round((Date.now() - started) / 1000)} s`), 10_000)
  try {
    await run('mvn', ['-q', '-B', '-f', join(recipe, 'pom.xml'), 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`])
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw new Error(`Maven could not fetch Kafka ${kafkaVersion}. It needs a way to Maven Central (or a mirror in ~/.m2/settings.xml).\n${messageOf(error)}`, { cause: error })
  } finally {
    clearInterval(progress)
  }
  await rename(unfinished, directory).catch(async (error: unknown) => {
    await rm(unfinished, { recursive: true, force: true })
    // Another start was faster; its copy is as good.
    if (!(await isThere(directory))) throw error
  })
  return directory
}

function jarsDirectory(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME === undefined || env.XDG_CACHE_HOME === '' ? join(homedir(), '.cache') : env.XDG_CACHE_HOME
  return join(cache, 'waybill', `kafka-${kafkaVersion}`)
}

async function answersMetadata(access: Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'>): Promise<void> {
  const admin = new Kafka({
    clientId: 'waybill-finder',
    ...access,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    retry: { retries: 0 },
  }).admin()
  try {
    await admin.connect()
    await admin.describeCluster()
  } finally {
    await admin.disconnect()
  }
}

function messageOf(error: unknown): string {
  const output = typeof error === 'object' && error !== null && 'stdout' in error ? String(error.stdout) : ''
  return output.trim() === '' ? String(error) : output.trim().split('\n').slice(-12).join('\n')
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )
