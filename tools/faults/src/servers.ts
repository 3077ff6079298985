import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServiceName } from '@waybill/contracts'
import { findJava, freePort, giveBackPort, rememberedProcess, removeData, type RunningBroker, type RunningServer, startEmbeddedKafka, startEmbeddedPostgres, startProxy, type Proxy } from '@waybill/testing'
import pg from 'pg'
import { NotMade } from './not-made.js'

/** Wanted ports, and steps above them; below those that the system gives to connections, so that nobody takes one while its server is down. */
const PORTS = { postgres: 5540, kafka: 9592, step: 100 } as const
const GONE_WITHIN_MS = 20_000
const START_TRIES = 5
/** A slow machine takes long to start a server; it would never serve if the next fault came by the clock alone. */
const OF_USE_MS = 15_000

/** The two proxies through which a service sees its servers. */
export interface Links {
  readonly postgres: Proxy
  readonly kafka: Proxy
}

/** A PostgreSQL and a Kafka of the run's own, to be killed, and a pair of proxies before them for each service. */
export class Servers {
  private readonly links = new Map<ServiceName, Links>()
  /** What is done to a server is done after what was begun before. */
  private readonly upSince = { broker: 0, database: 0 }
  private readonly turns: { broker: Promise<void>; database: Promise<void> } = { broker: Promise.resolve(), database: Promise.resolve() }

  private constructor(
    private readonly directory: string,
    private readonly java: string,
    private readonly say: (line: string) => void,
    private broker: RunningBroker,
    private database: RunningServer,
  ) {}

  /** Starts both, empty. Throws where there is no Java or no PostgreSQL. */
  static async start(directory: string, services: readonly ServiceName[], say: (line: string) => void): Promise<Servers> {
    await removeData(directory)
    const java = await findJava(process.env)
    if ('refused' in java) throw new Error(java.refused)
    const settled = await Promise.allSettled([startPostgres(directory, await choosePort(PORTS.postgres), say), startKafka(directory, java.path, await choosePort(PORTS.kafka), say)])
    const [postgres, kafka] = settled
    if (postgres.status === 'rejected' || kafka.status === 'rejected') {
      await Promise.all(settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.stop()] : [])))
      throw postgres.status === 'rejected' ? postgres.reason : kafka.status === 'rejected' ? kafka.reason : undefined
    }
    const servers = new Servers(directory, java.path, say, kafka.value, postgres.value)
    for (const service of services) {
      servers.links.set(service, {
        postgres: await startProxy({ protocol: 'postgres', target: new URL(postgres.value.url).host }),
        kafka: await startProxy({ protocol: 'kafka', target: kafka.value.brokers }),
      })
    }
    return servers
  }

  /** Of its administrator, past the proxies. */
  get postgresUrl(): string {
    return this.database.url
  }

  /** Past the proxies. */
  get kafkaBrokers(): string {
    return this.broker.brokers
  }

  linksOf(service: ServiceName): Links {
    const links = this.links.get(service)
    if (!links) throw new Error(`There is no service ${service}`)
    return links
  }

  seenBy(service: ServiceName): { readonly postgresUrl: string; readonly kafkaBrokers: string } {
    const { postgres, kafka } = this.linksOf(service)
    const url = new URL(this.postgresUrl)
    url.host = postgres.address
    return { postgresUrl: url.href, kafkaBrokers: kafka.address }
  }

  /** kill -9, away for a while, back on the same data and port. */
  killBroker(downMs: number, over: AbortSignal): Promise<number> {
    return this.inTurn('broker', over, async () => {
      await this.end('kafka', 'SIGKILL')
      await pause(downMs)
      this.broker = await untilStarted(() => startKafka(this.directory, this.java, portOf(this.broker.brokers), this.say))
    })
  }

  /** SIGQUIT is PostgreSQL's immediate stop, SIGKILL what the kernel does when memory runs out. */
  endDatabase(signal: 'SIGQUIT' | 'SIGKILL', downMs: number, over: AbortSignal): Promise<number> {
    return this.inTurn('database', over, async () => {
      await this.end('postgres', signal)
      await pause(downMs)
      this.database = await untilStarted(() => startPostgres(this.directory, portOf(this.database.url), this.say))
    })
  }

  /** Ends every session in this database. Answers how many. */
  async terminateBackends(database: string): Promise<number> {
    return this.asAdministrator(async (client) => {
      const { rowCount } = await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()', [database])
      return rowCount ?? 0
    })
  }

  /** Work of the administrator, in this database or the usual one. */
  async asAdministrator<T>(work: (client: pg.Client) => Promise<T>, database?: string): Promise<T> {
    const url = new URL(this.postgresUrl)
    if (database !== undefined) url.pathname = `/${database}`
    const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 })
    // the server may be killed while we ask: the query's own failure tells it
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }

  /** What is planned for a request that has not come will not happen any more. */
  abandonPlans(): void {
    for (const { postgres, kafka } of this.links.values()) {
      postgres.abandon()
      kafka.abandon()
    }
  }

  /** Both servers are up, and every line is clear. */
  async heal(): Promise<void> {
    for (const { postgres, kafka } of this.links.values()) {
      postgres.heal()
      kafka.heal()
    }
    await Promise.all([this.turns.broker, this.turns.database])
  }

  /** Throws if a proxy met bytes that it could not understand. */
  async stop(): Promise<void> {
    const closed = await Promise.allSettled([...this.links.values()].flatMap(({ postgres, kafka }) => [postgres.close(), kafka.close()]))
    await Promise.all([this.turns.broker, this.turns.database])
    await Promise.all([this.broker.stop(), this.database.stop()])
    for (const one of closed) if (one.status === 'rejected') throw one.reason
  }

  /** One after the other, and a server is of use for a while between. Answers how long it was away in ms. Throws: NotMade when the faults are over before that. */
  private inTurn(server: 'broker' | 'database', over: AbortSignal, work: () => Promise<void>): Promise<number> {
    const turn = this.turns[server].then(async () => {
      await pause(Math.max(0, this.upSince[server] + OF_USE_MS - Date.now()), undefined, { signal: over }).catch(() => undefined)
      if (over.aborted) throw new NotMade(`the ${server} had only just come back`)
      const endedAt = Date.now()
      await work()
      this.upSince[server] = Date.now()
      return Date.now() - endedAt
    })
    this.turns[server] = turn.then(
      () => undefined,
      () => undefined,
    )
    return turn
  }

  private async end(what: 'kafka' | 'postgres', signal: NodeJS.Signals): Promise<void> {
    const pidFile = join(this.directory, what, `${what}.pid`)
    const pid = await rememberedProcess(pidFile)
    if (pid === undefined) throw new Error(`${what} does not run`)
    process.kill(pid, signal)
    const deadline = Date.now() + GONE_WITHIN_MS
    while ((await rememberedProcess(pidFile)) !== undefined) {
      if (Date.now() > deadline) throw new Error(`${what} does not end by ${signal}`)
      await pause(20)
    }
  }
}

const portOf = (address: string): number => Number(/:(\d+)(\/|$)/.exec(address)?.[1])

/** A port for good: the server comes back to it after every kill. */
const choosePort = (wanted: number): Promise<number> => freePort(...Array.from({ length: 20 }, (_, step) => wanted + step * PORTS.step))

function startKafka(directory: string, java: string, port: number, say: (line: string) => void): Promise<RunningBroker> {
  giveBackPort(port)
  return startEmbeddedKafka({ directory: join(directory, 'kafka'), java, durable: true, preferredPort: port, say })
}

function startPostgres(directory: string, port: number, say: (line: string) => void): Promise<RunningServer> {
  giveBackPort(port)
  // it is the process that dies here, not the machine: what was written is there, and a recovery need not sync thousands of files first
  return startEmbeddedPostgres({ directory: join(directory, 'postgres'), maxConnections: 300, durable: true, settings: { fsync: 'off' }, preferredPort: port, say })
}

/** A server that was killed a moment ago may refuse to start while its remains are cleared away. */
async function untilStarted<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start()
    } catch (error) {
      if (attempt === START_TRIES) throw error
      await pause(1_000)
    }
  }
}
