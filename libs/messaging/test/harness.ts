import { randomBytes } from 'node:crypto'
import { event, type ConsumerGroup, type EventDefinition, type TopicDefinition } from '@waybill/contracts'
import type { EventCause, RequestCause } from '@waybill/kernel'
import { eventually, namespace, type Namespace } from '@waybill/testing'
import kafkajs from 'kafkajs'
import pg from 'pg'
import { Registry } from 'prom-client'
import Type from 'typebox'
import { createMessaging, createTopics, encode, kafkaJsDriver, messagingMigrations, onBroker, type Alarm, type MessageRegistry, type Messaging, type MessagingOptions, type OutgoingMessage, type Received, type SqlClient } from '../src/index.js'

const topic = (noun: string, differs: Partial<TopicDefinition> = {}): TopicDefinition => ({
  name: `test.${noun}.v1`,
  noun: `test.${noun}`,
  key: noun,
  partitions: 2,
  retentionDays: 7,
  sequenced: true,
  personal: false,
  writtenBy: ['order'],
  ...differs,
})

export const crates = topic('crate')
export const labels = topic('label', { retentionDays: null, sequenced: false })
export const doors = topic('door', { sequenced: false, writtenBy: ['channels'] })

const Crate = Type.Object({ crate: Type.String(), step: Type.Integer(), note: Type.Optional(Type.String()) })
const fact = (name: string) => event({ topic: crates, fact: name, version: 1, meaning: 'A crate in a test.', payload: Crate, example: { crate: 'c', step: 1 } })
export const CratePacked = fact('crate-packed')
export const CrateSealed = fact('crate-sealed')
/** Known to everybody, handled by nobody. */
export const CrateSeen = fact('crate-seen')
export const LabelPrinted = event({ topic: labels, fact: 'label-printed', version: 1, meaning: 'A label in a test.', payload: Type.Object({ label: Type.String(), text: Type.String() }), example: { label: 'l', text: 't' } })
export const DoorKnocked = event({ topic: doors, fact: 'door-knocked', version: 1, meaning: 'An outsider in a test.', payload: Type.Object({ door: Type.String(), name: Type.String() }), example: { door: 'd', name: 'n' } })
const events = [CratePacked, CrateSealed, CrateSeen, LabelPrinted, DoorKnocked] as readonly EventDefinition[]

export const GROUP = 'inventory.test'
const inventory: ConsumerGroup = { service: 'inventory', handles: [CratePacked, CrateSealed, LabelPrinted, DoorKnocked] as readonly EventDefinition[] }
const order: ConsumerGroup = { service: 'order', handles: [] }

export const registry: MessageRegistry = {
  topics: [crates, labels, doors],
  eventOfType: (type) => events.find((definition) => definition.type === type),
  consumers: { [GROUP]: inventory, 'order.test': order },
}

export type CrateFact = { crate: string; step: number; note?: string }

/** What a handler under test does; may throw. Called inside the transaction, with what is fresh. */
export type Effect = (fresh: readonly Received<CrateFact>[], client: SqlClient) => Promise<void> | void

export interface TestService {
  readonly messaging: Messaging
  readonly pool: pg.Pool
  readonly alarms: Alarm[]
  readonly fatal: Error[]
  /** Handler calls, by type. */
  readonly calls: { readonly type: string; readonly messages: number }[]
  readonly metrics: Registry
  stop(): Promise<void>
}

export interface ServiceOptions extends Partial<Omit<MessagingOptions, 'pool' | 'log' | 'metrics'>> {
  readonly database: string
  readonly effect?: Effect
  /** What a handler does before its transaction begins. */
  readonly before?: () => Promise<void> | void
  /** Where the broker is; default: the run's. */
  readonly brokers?: readonly string[]
  readonly databaseUrl?: string
  /** Told every log line. */
  readonly onLog?: (line: string) => void
  /** How soon the group gives a silent member up; default: as in production. */
  readonly member?: { readonly sessionMs?: number; readonly rebalanceMs?: number }
  /** Limits the server sets on a connection, as services have them. */
  readonly limits?: pg.PoolConfig
}

/** A migrated database with a table `applied`, which shows what handlers have done and in which order. */
export async function makeDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const Migration of messagingMigrations) await new Migration().up({ query: (sql) => client.query(sql) })
  await client.query('CREATE TABLE applied (place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid NOT NULL UNIQUE, type text, crate text, step int, sequence bigint)')
  await client.end()
  return url
}

/** What makes a service the consumer of the tests. */
export const consumes = { service: 'inventory', group: GROUP }

/** Messaging over a pool of its own, not yet started. */
export function makeService(where: { readonly prefix: string; readonly brokers: readonly string[] }, options: ServiceOptions): TestService {
  const pool = new pg.Pool({ connectionString: options.databaseUrl ?? options.database, max: 20, ...options.limits })
  pool.on('error', () => undefined)
  const alarms: Alarm[] = []
  const fatal: Error[] = []
  const metrics = new Registry()
  const lines = process.env['WAYBILL_TEST_LOG'] === undefined ? () => undefined : (data: object, message: string) => process.stderr.write(`${message} ${JSON.stringify(data)}\n`)
  const { onLog = () => undefined } = options
  const tell = (data: object, message: string) => {
    onLog(`${message} ${JSON.stringify(data)}`)
    lines(data, message)
  }
  const log = { info: tell, warn: tell, error: tell }
  const kafka = { brokers: options.brokers ?? where.brokers }
  const messaging = createMessaging({
    service: 'order',
    namespace: where.prefix,
    kafka,
    registry,
    onAlarm: (alarm) => alarms.push(alarm),
    onFatal: (error) => fatal.push(error),
    ...(options.member ? { driver: kafkaJsDriver(kafka, where.prefix, log, options.member) } : {}),
    ...options,
    pool,
    metrics,
    log,
  })
  let stopped: Promise<void> | undefined
  return {
    messaging,
    pool,
    alarms,
    fatal,
    calls: [],
    metrics,
    stop: () => (stopped ??= messaging.stop().then(() => pool.end())),
  }
}

/** One handler for all crates: inbox, a row in `applied`, and what the test wants besides, in one transaction. */
export async function startConsumer(service: TestService, { effect, before }: Pick<ServiceOptions, 'effect' | 'before'> = {}): Promise<TestService> {
  const { messaging, pool, calls } = service
  const handle = (type: string) => async (batch: readonly Received<CrateFact>[]) => {
    calls.push({ type, messages: batch.length })
    await before?.()
    await change(messaging, pool, batch.map(({ cause }) => cause), async (client, admitted) => {
      const fresh = batch.filter((_message, index) => admitted[index] === 'fresh')
      await apply(client, fresh)
      await effect?.(fresh, client)
    })
  }
  for (const { type } of inventory.handles) messaging.transport.addHandler(type, handle(type) as never, true)
  await listen(service)
  return service
}

/** Starts what a service says and, with its handlers, what it hears. */
export async function listen({ messaging }: TestService): Promise<void> {
  await messaging.start()
  await new Promise<void>((resolve, reject) => messaging.transport.listen((error) => (error ? reject(error as Error) : resolve())))
}

export class House {
  private readonly services: TestService[] = []
  private readonly kafka: kafkajs.Kafka
  private producer: kafkajs.Producer | undefined
  private readonly sequences = new Map<string, number>()

  private constructor(
    readonly ns: Namespace,
    readonly brokers: readonly string[],
  ) {
    this.kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING, retry: { retries: 20, initialRetryTime: 100, maxRetryTime: 1_000 } })
  }

  static async open(options: { readonly brokers?: readonly string[] } = {}): Promise<House> {
    const ns = await namespace({ dropAfterFile: false })
    const brokers = options.brokers ?? ns.kafkaBrokers
    await createTopics({ kafka: { brokers }, namespace: ns.prefix, registry })
    return new House(ns, brokers)
  }

  get admin(): kafkajs.Admin {
    return this.kafka.admin()
  }

  async database(): Promise<string> {
    return makeDatabase(await this.ns.emptyDatabase())
  }

  /** The consumer of the tests, with one handler for all crates. */
  async consumer(options: ServiceOptions): Promise<TestService> {
    return startConsumer(this.service({ ...consumes, ...options }), options)
  }

  /** A service that publishes, and answers to RepublishAsked where it is the owner `order`. */
  async owner(options: ServiceOptions): Promise<TestService> {
    const service = this.service({ service: 'order', group: 'order.test', ...options })
    await listen(service)
    return service
  }

  service(options: ServiceOptions): TestService {
    const service = makeService({ prefix: this.ns.prefix, brokers: this.brokers }, options)
    this.services.push(service)
    return service
  }

  /** Sends a fact of a crate as its owner would. */
  async send(crate: string, options: { readonly event?: EventDefinition<CrateFact>; readonly sequence?: number; readonly id?: string; readonly note?: string; readonly step?: number } = {}): Promise<string> {
    return (await this.sendAll([{ crate, ...options }]))[0] ?? ''
  }

  /** Sends many in one request, in this order. */
  async sendAll(facts: readonly { readonly crate: string; readonly event?: EventDefinition<CrateFact>; readonly sequence?: number; readonly id?: string; readonly note?: string; readonly step?: number }[]): Promise<readonly string[]> {
    const made = facts.map(({ crate, event: definition = CratePacked, sequence = this.next(crate), id = newId(), note, step = sequence }) => {
      const { headers, payload } = encode(
        definition,
        { id, source: '/waybill/order', subject: crate, key: crate, time: new Date().toISOString(), sequence, correlationId: null, causationId: null, actor: 'system:test', traceparent: null },
        { crate, step, ...(note === undefined ? {} : { note }) },
      )
      return { id, message: { key: crate, value: payload, headers: { ...headers } } }
    })
    await this.sendRaw(crates, made.map(({ message }) => message))
    return made.map(({ id }) => id)
  }

  async sendRaw(to: TopicDefinition, messages: kafkajs.Message[]): Promise<void> {
    if (!this.producer) {
      this.producer = this.kafka.producer({ allowAutoTopicCreation: false, createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
      await this.producer.connect()
    }
    await this.producer.send({ topic: onBroker(this.ns.prefix, to.name), messages, acks: -1 })
  }

  /** Everything that lies on a topic, partition by partition, in order. */
  async read(from: TopicDefinition): Promise<readonly { readonly key: string; readonly partition: number; readonly offset: number; readonly id: string; readonly type: string; readonly sequence: number | null; readonly payload: Record<string, unknown> }[]> {
    const name = onBroker(this.ns.prefix, from.name)
    const admin = this.admin
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(name)
    await admin.disconnect()
    const consumer = this.kafka.consumer({ groupId: `${this.ns.prefix}reader-${newId()}`, maxWaitTimeInMs: 100 })
    await consumer.connect()
    await consumer.subscribe({ topics: [name], fromBeginning: true })
    const found: Awaited<ReturnType<House['read']>>[number][] = []
    const reached = new Map<number, number>()
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) {
          const sequence = message.headers?.['ce_sequence']?.toString()
          found.push({
            key: message.key?.toString() ?? '',
            partition: batch.partition,
            offset: Number(message.offset),
            id: message.headers?.['ce_id']?.toString() ?? '',
            type: message.headers?.['ce_type']?.toString() ?? '',
            sequence: sequence === undefined ? null : Number(sequence),
            payload: parsed(message.value?.toString() ?? ''),
          })
        }
        reached.set(batch.partition, Number(batch.lastOffset()) + 1)
      },
    })
    await eventually(() => {
      for (const { partition, high } of ends) if ((reached.get(partition) ?? 0) < Number(high)) throw new Error(`read ${reached.get(partition) ?? 0} of ${high}`)
    }, 20_000)
    await consumer.disconnect()
    return found.sort((a, b) => a.partition - b.partition || a.offset - b.offset)
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()))
    await this.producer?.disconnect()
    await this.ns.drop()
  }

  private next(crate: string): number {
    const next = (this.sequences.get(crate) ?? 0) + 1
    this.sequences.set(crate, next)
    return next
  }
}

/** What a service's unit of work does: admit, work, journal, commit, wake. */
export async function change(messaging: Messaging, pool: pg.Pool, causes: readonly EventCause[], work: (client: SqlClient, admitted: readonly string[]) => Promise<readonly OutgoingMessage[] | void>): Promise<void> {
  const client = await pool.connect()
  const ignore = () => undefined
  client.on('error', ignore)
  let broken: Error | undefined
  try {
    await client.query('BEGIN')
    const admitted = causes.length > 0 ? await messaging.inbox.admit(client as SqlClient, causes) : []
    const outgoing = (await work(client as SqlClient, admitted)) ?? []
    await messaging.journal.append(client as SqlClient, outgoing)
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch((rollback: Error) => (broken = rollback))
    throw error
  } finally {
    client.removeListener('error', ignore)
    client.release(broken)
  }
  messaging.journal.afterCommit()
}

/** Publishes facts of crates in one transaction. */
export async function publish({ messaging, pool }: TestService, facts: readonly { readonly crate: string; readonly step: number }[]): Promise<void> {
  await change(messaging, pool, [], async () => facts.map(({ crate, step }) => packed(crate, step)))
}

export const packed = (crate: string, step: number): OutgoingMessage => ({ event: CratePacked as EventDefinition, subject: crate, key: crate, payload: { crate, step }, cause: request })

export const printed = (label: string, text: string): OutgoingMessage => ({ event: LabelPrinted as EventDefinition, subject: label, key: label, payload: { label, text }, cause: request })

export const request: RequestCause = { kind: 'request', client: 'channel:test', key: 'k', route: 'POST /', bodyHash: '', actor: 'channel:test', correlationId: null, traceparent: null }

export async function apply(client: SqlClient, fresh: readonly Received<CrateFact>[]): Promise<void> {
  await client.query({
    text: 'INSERT INTO applied (event_id, type, crate, step, sequence) SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[])',
    values: [fresh.map(({ cause }) => cause.eventId), fresh.map(({ cause }) => cause.type), fresh.map(({ cause }) => cause.subject), fresh.map(({ payload }) => payload.step ?? null), fresh.map(({ cause }) => cause.sequence)],
  })
}

export interface Applied {
  readonly event_id: string
  readonly type: string
  readonly crate: string
  readonly step: number
  readonly sequence: string
}

export async function applied(pool: pg.Pool, crate?: string): Promise<readonly Applied[]> {
  return (await pool.query<Applied>('SELECT event_id, type, crate, step, sequence FROM applied WHERE $1::text IS NULL OR crate = $1 ORDER BY place', [crate ?? null])).rows
}

export const stepsOf = async (pool: pg.Pool, crate: string): Promise<readonly number[]> => (await applied(pool, crate)).map(({ step }) => step)

export const rowsOf = async <Row extends pg.QueryResultRow>(pool: pg.Pool, sql: string, values: unknown[] = []): Promise<readonly Row[]> => (await pool.query<Row>(sql, values)).rows

/** Tests send rubbish on purpose. */
function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return { unreadable: String(error) }
  }
}

export const newId = (): string => {
  const hex = Date.now().toString(16).padStart(12, '0') + '7' + randomBytes(10).toString('hex').slice(1, 20)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
