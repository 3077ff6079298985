import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { findInfrastructure, NoInfrastructure, rememberedProcess, removeData, chooseInfrastructure, startEmbeddedKafka, startEmbeddedPostgres } from '@waybill/testing'
import pg from 'pg'

/** PostgreSQL and Kafka of one bench, empty at its start. */
export interface BenchServers {
  readonly postgresUrl: string
  readonly kafkaBrokers: string
  readonly description: string
  /** Their processes, by name; none where they run elsewhere (in Docker, or given): their CPU is not known then. */
  readonly pids: ReadonlyMap<number, string>
  /** The URL of another database of the server. */
  database(name: string): string
  stop(): Promise<void>
}

/** Beyond the usual ones: statements are counted only where a profile is wanted, counting them costs. */
const profiling = { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'all', 'pg_stat_statements.max': '10000' }

/** Starts them as `npm start` does, durable, in a directory of their own. Throws: NoInfrastructure. */
export async function startServers(directory: string, isProfiled: boolean, say: (line: string) => void): Promise<BenchServers> {
  const embedded = await chooseInfrastructure({ force: 'embedded' }).catch((error: unknown) => {
    if (error instanceof NoInfrastructure) return undefined
    throw error
  })
  if (embedded?.kind !== 'embedded') {
    const found = await findInfrastructure({ purpose: 'data', directory, say })
    say('CPU of PostgreSQL and Kafka: not available, they are not processes of this machine that we know')
    return { ...found, pids: new Map(), database: (name) => onDatabase(found.postgresUrl, name) }
  }
  await removeData(directory)
  const settled = await Promise.allSettled([
    startEmbeddedPostgres({ directory: join(directory, 'postgres'), maxConnections: 300, durable: true, say, ...(isProfiled ? { settings: profiling } : {}) }),
    startEmbeddedKafka({ directory: join(directory, 'kafka'), java: embedded.java, durable: true, say }),
  ])
  const stop = async (): Promise<void> => {
    await Promise.all(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])))
    await removeData(directory)
  }
  const [postgres, kafka] = settled
  if (postgres.status === 'rejected' || kafka.status === 'rejected') {
    await stop()
    throw postgres.status === 'rejected' ? postgres.reason : kafka.status === 'rejected' ? kafka.reason : undefined
  }
  const pids = new Map<number, string>()
  for (const [name, shown] of [['postgres', 'postgres'], ['kafka', 'broker']] as const) {
    const pid = await rememberedProcess(join(directory, name, `${name}.pid`))
    if (pid !== undefined) pids.set(pid, shown)
  }
  const { url } = postgres.value
  if (isProfiled) await withClient(url, (client) => client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements'))
  return { postgresUrl: url, kafkaBrokers: kafka.value.brokers, description: 'PostgreSQL and Kafka of the bench', pids, database: (name) => onDatabase(url, name), stop }
}

function onDatabase(url: string, name: string): string {
  const other = new URL(url)
  other.pathname = `/${name}`
  return other.href
}

/** Work over one connection of its own. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Transactions committed so far in these databases. The server's own count, up to a second old. */
export async function commitsOf(postgresUrl: string, databases: readonly string[]): Promise<number> {
  return withClient(postgresUrl, async (client) => {
    const { rows } = await client.query<{ commits: string }>('SELECT coalesce(sum(xact_commit), 0) AS commits FROM pg_stat_database WHERE datname = ANY($1)', [databases])
    return Number(rows[0]?.commits ?? 0)
  })
}

/** Makes an empty database for a bench. Answers its URL. */
export async function freshDatabase({ postgresUrl, database }: BenchServers, purpose: string): Promise<string> {
  const name = `bench_${purpose}_${randomUUID().slice(0, 8)}`
  await withClient(postgresUrl, (client) => client.query(`CREATE DATABASE ${name}`))
  return database(name)
}
