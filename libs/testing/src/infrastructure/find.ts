import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { dockerRefusal, startDocker } from './docker.js'
import { findJava, findKafkaJars, kafkaVersion, startEmbeddedKafka } from './embedded-kafka.js'
import { postgresPrograms, removePostgresData, startEmbeddedPostgres } from './embedded-postgres.js'
import { rememberProcess, rememberedProcess, stopRemembered } from './server-process.js'

/** Where PostgreSQL and Kafka come from. */
export type InfrastructureKind = 'given' | 'embedded' | 'docker'

/** PostgreSQL and Kafka that answer. `stop` ends what was started and leaves what was found. */
export interface Infrastructure {
  readonly kind: InfrastructureKind
  /** Why this kind: one sentence for people. */
  readonly why: string
  /** One line: what runs where. */
  readonly description: string
  /** The administrator's. */
  readonly postgresUrl: string
  readonly kafkaBrokers: string
  stop(): Promise<void>
}

/** What the infrastructure is for and how to look for it. */
export interface FindOptions {
  /** `tests`: data of its own that is thrown away. `data`: data that the next start finds again. */
  readonly purpose: 'tests' | 'data'
  /** Take this kind or fail with the reason; do not look further. */
  readonly force?: InfrastructureKind
  readonly directory?: string
  readonly maxConnections?: number
  readonly postgresPort?: number
  readonly kafkaPort?: number
  readonly env?: NodeJS.ProcessEnv
  readonly say?: (line: string) => void
}

/** What can be used here, found without starting anything. */
export type Choice =
  | { readonly kind: 'given'; readonly why: string; readonly postgresUrl: string; readonly kafkaBrokers: string }
  | { readonly kind: 'embedded'; readonly why: string; readonly java: string }
  | { readonly kind: 'docker'; readonly why: string }

/** There is no PostgreSQL and Kafka to be had here; the message holds every reason and its fix. */
export class NoInfrastructure extends Error {
  override readonly name = 'NoInfrastructure'
}

/** Where `npm start` keeps its data, and tests theirs below. */
export const dataDirectory = join(import.meta.dirname, '..', '..', '..', '..', '.waybill')

/** Removes the data of embedded servers, as if there had been no start before. Throws: NoInfrastructure while they run. */
export async function removeData(directory: string): Promise<void> {
  await refuseIfInUse(directory)
  await Promise.all([
    stopRemembered(join(directory, 'postgres', 'postgres.pid'), ['SIGQUIT', 'SIGKILL']),
    stopRemembered(join(directory, 'kafka', 'kafka.pid'), ['SIGKILL']),
  ])
  await removePostgresData(join(directory, 'postgres'))
  await rm(join(directory, 'kafka'), { recursive: true, force: true })
}

/** Chooses the infrastructure: URLs given, else embedded, else a Docker engine that answers. Throws: NoInfrastructure. */
export async function chooseInfrastructure(options: Pick<FindOptions, 'force' | 'env'>): Promise<Choice> {
  const env = options.env ?? process.env
  const reasons: string[] = []
  const wanted = (kind: InfrastructureKind) => options.force === undefined || options.force === kind
  const because = (why: string) => (options.force === undefined ? why : `asked for; ${why}`)

  if (wanted('given')) {
    const { WAYBILL_POSTGRES_URL: postgresUrl, WAYBILL_KAFKA_BROKERS: kafkaBrokers } = env
    if (postgresUrl && kafkaBrokers) {
      return { kind: 'given', why: because('WAYBILL_POSTGRES_URL and WAYBILL_KAFKA_BROKERS are set'), postgresUrl, kafkaBrokers }
    }
    if (postgresUrl || kafkaBrokers) {
      const [set, missing] = postgresUrl ? ['WAYBILL_POSTGRES_URL', 'WAYBILL_KAFKA_BROKERS'] : ['WAYBILL_KAFKA_BROKERS', 'WAYBILL_POSTGRES_URL']
      throw new NoInfrastructure(`${set} is set and ${missing} is not. Fix: set both, or none.`)
    }
    reasons.push('given: WAYBILL_POSTGRES_URL and WAYBILL_KAFKA_BROKERS are not set. Fix: set both.')
  }
  if (wanted('embedded')) {
    const [postgres, java, jars] = await Promise.all([postgresPrograms(), findJava(env), findKafkaJars(env)])
    if (postgres !== undefined && 'path' in java && !('refused' in jars)) {
      const from = 'cached' in jars ? 'Kafka is in the cache' : 'Maven is here to fetch Kafka'
      return { kind: 'embedded', why: because(`PostgreSQL ${postgres.version} came with npm, Java ${java.version} is here, ${from}`), java: java.path }
    }
    if (postgres === undefined) {
      reasons.push(`embedded: npm brought no PostgreSQL for ${process.platform}-${process.arch}. Fix: \`npm ci\` without --omit=optional.`)
    }
    if ('refused' in java) reasons.push(`embedded: ${java.refused}`)
    if ('refused' in jars) reasons.push(`embedded: ${jars.refused}`)
  }
  if (wanted('docker')) {
    const refusal = await dockerRefusal()
    if (refusal === undefined) return { kind: 'docker', why: because(['a Docker engine answers', ...reasons.map((reason) => reason.replace(/\.? Fix:.*/s, ''))].join('; ')) }
    reasons.push(`docker: ${refusal}`)
  }
  throw new NoInfrastructure(`PostgreSQL and Kafka are not to be had here:\n${reasons.map((reason) => `  - ${reason}\n`).join('')}One of these is enough.`)
}

/** Finds PostgreSQL and Kafka or starts them, telling on the way what it does. Throws: NoInfrastructure. */
export async function findInfrastructure(options: FindOptions): Promise<Infrastructure> {
  const say = options.say ?? ((line) => process.stderr.write(`${line}\n`))
  const choice = await chooseInfrastructure(options)
  say(`PostgreSQL and Kafka: ${choice.kind} (${choice.why})`)
  const maxConnections = options.maxConnections ?? 300
  switch (choice.kind) {
    case 'given':
      return {
        ...choice,
        description: `PostgreSQL ${withoutPassword(choice.postgresUrl)} and Kafka ${choice.kafkaBrokers} as given`,
        stop: async () => undefined,
      }
    case 'docker': {
      const servers = await startDocker({ maxConnections, say })
      return { ...choice, ...servers, description: `PostgreSQL 18 and Kafka ${kafkaVersion} in Docker, ${servers.kafkaBrokers}` }
    }
    case 'embedded':
      return startEmbedded(options, choice, maxConnections, say)
    default:
      return choice satisfies never
  }
}

async function startEmbedded(
  options: FindOptions,
  choice: Extract<Choice, { kind: 'embedded' }>,
  maxConnections: number,
  say: (line: string) => void,
): Promise<Infrastructure> {
  const started = performance.now()
  const durable = options.purpose === 'data'
  const directory = options.directory ?? (durable ? dataDirectory : await directoryOfThisRun(say))
  await mkdir(directory, { recursive: true })
  await refuseIfInUse(directory)
  const owner = join(directory, ownerFile)
  await rememberProcess(owner, process.pid)
  const settled = await Promise.allSettled([
    startEmbeddedPostgres({
      directory: join(directory, 'postgres'),
      durable,
      maxConnections,
      say,
      ...(options.postgresPort === undefined ? {} : { preferredPort: options.postgresPort }),
    }),
    startEmbeddedKafka({
      directory: join(directory, 'kafka'),
      durable,
      java: choice.java,
      say,
      ...(options.kafkaPort === undefined ? {} : { preferredPort: options.kafkaPort }),
    }),
  ])
  const [postgres, kafka] = settled
  const stop = async () => {
    await Promise.all(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])))
    await rm(owner, { force: true })
    if (!durable && options.directory === undefined) await rm(directory, { recursive: true, force: true })
  }
  if (postgres.status === 'rejected' || kafka.status === 'rejected') {
    await stop()
    throw postgres.status === 'rejected' ? postgres.reason : kafka.status === 'rejected' ? kafka.reason : undefined
  }
  say(`PostgreSQL and Kafka: up in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return {
    kind: 'embedded',
    why: choice.why,
    description: `PostgreSQL 18 and Kafka ${kafkaVersion} embedded, ${kafka.value.brokers}`,
    postgresUrl: postgres.value.url,
    kafkaBrokers: kafka.value.brokers,
    stop,
  }
}

const ownerFile = 'owner.pid'

async function refuseIfInUse(directory: string): Promise<void> {
  const other = await rememberedProcess(join(directory, ownerFile))
  if (other === undefined || other === process.pid) return
  throw new NoInfrastructure(`${directory} is in use by process ${other}. Fix: stop that one (Ctrl-C), or use another directory.`)
}

/** A directory for this test run alone; on the way the directories of runs that were killed are cleared, servers and all. */
async function directoryOfThisRun(say: (line: string) => void): Promise<string> {
  const runs = join(dataDirectory, 'tests')
  await mkdir(runs, { recursive: true })
  for (const run of await readdir(runs)) {
    const directory = join(runs, run)
    if ((await rememberedProcess(join(directory, ownerFile))) !== undefined) continue
    const left = await Promise.all([
      stopRemembered(join(directory, 'postgres', 'postgres.pid'), ['SIGQUIT', 'SIGKILL']),
      stopRemembered(join(directory, 'kafka', 'kafka.pid'), ['SIGKILL']),
    ])
    if (left.includes(true)) say(`Tests: stopped the servers that killed run ${run} had left`)
    await removePostgresData(join(directory, 'postgres'))
    await rm(directory, { recursive: true, force: true })
  }
  return join(runs, String(process.pid))
}

function withoutPassword(url: string): string {
  const parsed = new URL(url)
  return `${parsed.host}${parsed.pathname}`
}
