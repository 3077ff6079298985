import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { eventually } from '../eventually.js'
import { findJava, startEmbeddedKafka, type RunningBroker } from '../infrastructure/embedded-kafka.js'
import { startEmbeddedPostgres, type RunningServer } from '../infrastructure/embedded-postgres.js'
import type { KafkaUsers, SecuredAccess } from '../infrastructure/kafka-security.js'
import { giveBackPort } from '../infrastructure/ports.js'
import { rememberedProcess } from '../infrastructure/server-process.js'

/** A broker and a database of a test's own, to be killed, starved and started again where they were. */
export class OwnServers {
  /** Why no broker of our own can be started here, or nothing. */
  static async refusal(): Promise<string | undefined> {
    const java = await findJava(process.env)
    return 'refused' in java ? java.refused : undefined
  }

  private broker: RunningBroker | undefined
  private postgres: RunningServer | undefined
  private directory = ''

  /** Where each keeps its data; default: a temporary directory. And who has to log in at the broker; default: nobody. */
  constructor(private readonly places: { readonly kafka?: string; readonly postgres?: string } = {}, private readonly users?: KafkaUsers) {}

  get brokers(): readonly string[] {
    return (this.broker?.brokers ?? '').split(',')
  }

  /** How the broker's administrator gets in, where users have to log in. Throws: where they need not. */
  get kafkaAdmin(): SecuredAccess {
    if (!this.broker?.admin) throw new Error('nobody has to log in at this broker')
    return this.broker.admin
  }

  /** The administrator's. */
  get postgresUrl(): string {
    return this.postgres?.url ?? ''
  }

  async start(what: { readonly kafka?: boolean; readonly postgres?: boolean } = { kafka: true, postgres: true }): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'waybill-own-'))
    await Promise.all([what.kafka === true && this.startBroker(), what.postgres === true && this.startPostgres()])
  }

  /** Again on the same port and data, as a supervisor would. */
  async startBroker(): Promise<void> {
    const java = await findJava(process.env)
    if ('refused' in java) throw new Error(java.refused)
    this.broker = await startEmbeddedKafka({ directory: this.placeOf('kafka'), preferredPort: portOf(this.broker?.brokers), java: java.path, durable: true, say: () => undefined, ...(this.users ? { users: this.users } : {}) })
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startEmbeddedPostgres({ directory: this.placeOf('postgres'), preferredPort: portOf(this.postgres?.url), maxConnections: 100, durable: true, say: () => undefined })
  }

  async kill(what: 'kafka' | 'postgres', signal: NodeJS.Signals): Promise<void> {
    const pid = await this.processOf(what)
    if (pid === undefined) throw new Error(`${what} does not run`)
    process.kill(pid, signal)
    await this.ended(what)
  }

  /** Waits until it is gone, by whatever reason. */
  async ended(what: 'kafka' | 'postgres', withinMs = 20_000): Promise<void> {
    await eventually(async () => {
      if ((await this.processOf(what)) !== undefined) throw new Error(`${what} still runs after ${withinMs} ms`)
    }, withinMs)
  }

  /** A new database. Answers the administrator's URL of it. */
  async database(name: string): Promise<string> {
    const client = new pg.Client({ connectionString: this.postgresUrl })
    await client.connect()
    await client.query(`CREATE DATABASE ${name}`)
    await client.end()
    const url = new URL(this.postgresUrl)
    url.pathname = `/${name}`
    return url.href
  }

  async stop(): Promise<void> {
    await Promise.all([this.broker?.stop(), this.postgres?.stop()])
    await rm(this.directory, { recursive: true, force: true })
  }

  private placeOf(what: 'kafka' | 'postgres'): string {
    return this.places[what] ?? join(this.directory, what)
  }

  private processOf(what: 'kafka' | 'postgres'): Promise<number | undefined> {
    return rememberedProcess(join(this.placeOf(what), `${what}.pid`))
  }
}

function portOf(address: string | undefined): number {
  const port = Number(address === undefined ? 0 : /:(\d+)(\/|$)/.exec(address)?.[1])
  giveBackPort(port)
  return port
}
