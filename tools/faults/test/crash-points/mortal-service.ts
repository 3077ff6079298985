import type { CrashPoint } from '@waybill/kernel'
import { onBroker } from '@waybill/messaging'
import type { ServiceDefinition } from '@waybill/service-kit'
import { controlProcess, developmentKey, eventually, freePort, loopback, type ControlledProcess, type Namespace, type StartServiceOptions, type StartedService } from '@waybill/testing'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { endMemberships } from './end-memberships.js'
import type { Said, Told } from './mortal.main.js'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const HIT_WITHIN_MS = 25_000
const READY_WITHIN_MS = 30_000

/** A namespace whose services run in processes of their own, so that they can be killed. Test houses of services take it like any other. */
export interface MortalNamespace extends Namespace {
  start(service: ServiceDefinition, options?: StartServiceOptions): Promise<MortalService>
  /** Ends what runs; after the file, before the namespace goes. */
  stopAll(): Promise<void>
}

export function mortals(ns: Namespace): MortalNamespace {
  const started: MortalService[] = []
  return {
    ...ns,
    start: async (service, { env = {}, database } = {}) => {
      const [own] = await Promise.all([database ?? ns.database(service), ns.topics()])
      const one = await MortalService.start(service, ns, own, env)
      started.push(one)
      return one
    },
    stopAll: async () => {
      await Promise.all(started.map((one) => one.stop()))
    },
  }
}

/** A service in a process of its own that dies where it is told to and is started again. Its address stays the same. */
export class MortalService implements StartedService {
  readonly log: readonly string[] = []
  readonly fatal: Error[] = []
  private readonly admin: pg.Pool
  private spare: Promise<ControlledProcess> | undefined
  private current: ControlledProcess | undefined
  private readonly heard: Said[] = []

  private constructor(
    private readonly service: ServiceDefinition,
    private readonly ns: Namespace,
    readonly database: string,
    readonly url: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {
    const url_ = new URL(process.env['WAYBILL_POSTGRES_URL'] ?? '')
    url_.pathname = new URL(database).pathname
    this.admin = new pg.Pool({ connectionString: url_.href, max: 4 })
    this.admin.on('error', () => undefined)
  }

  static async start(service: ServiceDefinition, ns: Namespace, database: string, over: Readonly<Record<string, string>>): Promise<MortalService> {
    const port = await freePort()
    const env = {
      DATABASE_URL: database,
      KAFKA_BROKERS: ns.kafkaBrokers.join(','),
      NAMESPACE: ns.prefix,
      HOST: loopback,
      PORT: String(port),
      AUTH_DEVELOPMENT_KEY: developmentKey,
      LINK_KEY: 'the link key of the tests',
      ...over,
    }
    const mortal = new MortalService(service, ns, database, `http://${loopback}:${port}`, env)
    await mortal.begin()
    return mortal
  }

  /** Only to read its database: the rest lives in another process. */
  get<T>(): T {
    return { query: (_name: string, sql: string, values?: readonly unknown[]) => this.rows(sql, values) } as T
  }

  async rows<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.admin.query(sql, [...values])).rows as Row[]
  }

  /**
   * Has the process die as by kill -9 at the point, in the middle of `work`, and starts it again. What a dead process held (membership,
   * leases) runs out by itself after 15 to 30 s; here it runs out at once. Answers what `work` came to. Throws when the point was not hit.
   */
  async dies<T>(point: CrashPoint, work: () => Promise<T>, time = 1): Promise<T> {
    const dying = this.running
    await this.tell(dying, { dieAt: point, time }, ({ is }) => is === 'armed')
    const done = work()
    // Work that fails has led nowhere, unless it failed by the very death.
    const failed = done.then(
      () => dying.ended,
      async (error: unknown) => {
        if ((await Promise.race([dying.ended, late(1_000)])) === undefined) throw new Error(`${point} was not hit: the work before it failed`, { cause: error })
        return dying.ended
      },
    )
    const ended = await Promise.race([dying.ended, failed, late(HIT_WITHIN_MS)])
    if (ended === undefined) throw new Error(`${point} was not hit within ${HIT_WITHIN_MS} ms.\n${dying.output.slice(-2_000)}`)
    if (ended.signal !== 'SIGKILL') throw new Error(`ended with ${ended.signal ?? `code ${ended.code}`} instead of dying at ${point}.\n${dying.output.slice(-2_000)}`)
    await this.releaseWhatItHeld()
    await this.begin()
    return done
  }

  async stop(): Promise<void> {
    const spare = await this.spare?.catch(() => undefined)
    for (const one of [this.current, spare]) await one?.stop()
    await this.admin.end()
  }

  private get running(): ControlledProcess {
    if (this.current === undefined) throw new Error(`${this.service.name} does not run`)
    return this.current
  }

  private async begin(): Promise<void> {
    const next = await (this.spare ?? this.load())
    this.current = next
    next.send({ begin: true } satisfies Told)
    await eventually(async () => {
      if (!next.isRunning) throw new Error(`${this.service.name} does not start.\n${next.output.slice(-2_000)}`)
      const { status } = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
      if (status !== 200) throw new Error(`${this.service.name} is not ready: ${status}`)
    }, READY_WITHIN_MS)
    this.spare = this.load()
    this.spare.catch(() => undefined)
  }

  private async load(): Promise<ControlledProcess> {
    const entry = pathToFileURL(join(root, 'services', this.service.name, 'src', 'service.ts')).href
    const loaded = await controlProcess({
      name: this.service.name,
      file: join(import.meta.dirname, 'mortal.main.ts'),
      args: [entry],
      env: this.env,
      nodeArgs: ['--import', join(root, 'tools', 'local', 'from-source.mjs'), '--no-warnings', '--max-semi-space-size=2'],
    })
    const isLoaded = Promise.withResolvers<void>()
    loaded.onMessage((said) => {
      this.heard.push(said as Said)
      if ((said as Said).is === 'loaded') isLoaded.resolve()
    })
    const ended = await Promise.race([isLoaded.promise, loaded.ended])
    if (ended !== undefined) throw new Error(`${this.service.name} could not be loaded.\n${loaded.output.slice(-2_000)}`)
    return loaded
  }

  private async tell(to: ControlledProcess, told: Told, isAnswer: (said: Said) => boolean): Promise<void> {
    this.heard.length = 0
    to.send(told)
    await eventually(() => {
      if (!this.heard.some(isAnswer)) throw new Error('no answer')
    })
  }

  private async releaseWhatItHeld(): Promise<void> {
    // What it asked for last may still be under way in the server, and would make a lease longer again.
    await eventually(async () => {
      const left = await this.rows('SELECT FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user')
      if (left.length > 0) throw new Error(`${left.length} connections of the dead process are open`)
    }, 15_000)
    await this.admin.query(`UPDATE messaging.relay SET expires_at = clock_timestamp() WHERE holder IS NOT NULL`)
    await this.admin.query(`UPDATE kit.timers SET next_at = clock_timestamp() WHERE attempt > 0 AND next_at > clock_timestamp()`)
    if (this.service.group !== undefined) await endMemberships(this.ns.kafkaBrokers[0] ?? '', onBroker(this.ns.prefix, this.service.group))
  }
}

const late = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms).unref())

/** Asks until there is an answer at all, as a client does whose server dies: `ask` must give the same key each time. */
export async function insist<T>(ask: () => Promise<T>): Promise<T> {
  return eventually(async () => {
    const answer = await ask()
    // the first attempt may still hold its key, in a connection the server has not noticed to be dead
    if (typeof answer === 'object' && answer !== null && 'status' in answer && [409, 503].includes(Number(answer.status))) throw new Error(`still ${String(answer.status)}`)
    return answer
  }, 30_000)
}
