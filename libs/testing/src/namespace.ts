import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import type { RunningService, ServiceDefinition } from '@waybill/service-kit'
import { developmentKey } from './development-token.js'
import { servers } from './servers.js'
import { cloneDatabase, createDatabase, dropDatabases } from './template-databases.js'
import { type FactToPublish, type PublishedFact, type RawRecordToSend, TopicsOfTest } from './topics-of-test.js'

/** How a service under test differs from the usual one. */
export interface StartServiceOptions {
  /** Over the usual environment of a test. */
  readonly env?: Readonly<Record<string, string>>
  /** Runs on this database; default: a new one. */
  readonly database?: string
}

/** A service that runs in the test's process. */
export interface StartedService extends RunningService {
  /** Its database, for the service's role. */
  readonly database: string
  /** Its log, a JSON text a line. */
  readonly log: readonly string[]
  /** Why it asked for its process to end, if it did. An unexpected one fails the test file. */
  readonly fatal: Error[]
}

/** A corner of PostgreSQL and Kafka that belongs to one test file: topics, groups and databases with a prefix of their own. */
export interface Namespace {
  /** NAMESPACE of the services that live in it. */
  readonly prefix: string
  readonly kafkaBrokers: readonly string[]
  /** A migrated database of a service; answers its URL for the service's role. */
  database(service: ServiceDefinition): Promise<string>
  /** An empty database; answers the administrator's URL. */
  emptyDatabase(): Promise<string>
  /** Creates the house's topics, if they are not there. */
  topics(): Promise<void>
  /** A whole service on real Kafka and PostgreSQL, in this process, stopped after the file. */
  start(service: ServiceDefinition, options?: StartServiceOptions): Promise<StartedService>
  /** Publishes a fact as its owner would. Answers its event id. */
  publish<P>(event: EventDefinition<P>, fact: FactToPublish<P>): Promise<string>
  /** Sends the very record of a fact published here once more. Several copies go out at once over all partitions, so that replicas take them side by side. */
  publishAgain(eventId: string, copies?: number): Promise<void>
  /** Sends a record as it is. */
  send(topic: TopicDefinition, record: RawRecordToSend): Promise<void>
  /** The first fact on the topic that matches, as soon as it is there. Throws after `withinMs` (20 s), saying what was seen. */
  published<P>(event: EventDefinition<P>, matches?: (fact: PublishedFact<P>) => boolean, withinMs?: number): Promise<PublishedFact<P>>
  /** Every such fact that lies on its topic now, in the order in which they were read. */
  allPublished<P>(event: EventDefinition<P>): Promise<readonly PublishedFact<P>[]>
  /** Stops and removes everything in it. */
  drop(): Promise<void>
}

/**
 * A namespace for this test file, dropped after it: call it at the top of the file (`const ns = await namespace()`).
 * Inside a hook, where no further hook can be registered, say `{ dropAfterFile: false }` and call `drop` yourself.
 */
export async function namespace(options: { readonly dropAfterFile?: boolean } = {}): Promise<Namespace> {
  // Begins with a letter and fits into names of databases, topics and groups alike.
  const prefix = `t${Date.now().toString(36)}${randomBytes(3).toString('hex')}`
  const topics = new TopicsOfTest(prefix)
  const databases: string[] = []
  const started: StartedService[] = []
  const nameDatabase = (what: string): string => {
    const name = `${prefix}_${what.replaceAll('-', '_')}_${databases.length}`
    databases.push(name)
    return name
  }
  const ns: Namespace = {
    prefix,
    kafkaBrokers: servers().kafkaBrokers,
    database: (service) => cloneDatabase(service, nameDatabase(service.name)),
    emptyDatabase: () => createDatabase(nameDatabase('empty')),
    topics: async () => {
      await topics.make()
    },
    start: async (service, over = {}) => {
      const [database] = await Promise.all([over.database ?? ns.database(service), topics.make()])
      const { createService } = await import('@waybill/service-kit')
      const log: string[] = []
      const fatal: Error[] = []
      const running = await createService(
        service,
        {
          DATABASE_URL: database,
          KAFKA_BROKERS: ns.kafkaBrokers.join(','),
          NAMESPACE: prefix,
          PORT: '0',
          AUTH_DEVELOPMENT_KEY: developmentKey,
          LINK_KEY: 'the link key of the tests',
          ...over.env,
        },
        { onFatal: (error) => fatal.push(error), logStream: linesInto(log) },
      )
      const one: StartedService = {
        url: running.url,
        stop: () => running.stop(),
        get: (token) => running.get(token),
        database,
        log,
        fatal,
      }
      started.push(one)
      return one
    },
    publish: (event, fact) => topics.publish(event, fact),
    publishAgain: (eventId, copies = 1) => topics.publishAgain(eventId, copies),
    send: (topic, record) => topics.send(topic, record),
    published: (event, matches = () => true, withinMs) => topics.published(event, matches, withinMs),
    allPublished: (event) => topics.allPublished(event),
    drop: async () => {
      await Promise.all(started.map((service) => service.stop()))
      await topics.drop()
      await dropDatabases(databases)
      const [fatal] = started.flatMap((service) => service.fatal)
      if (fatal !== undefined) throw new Error('A service asked for its process to end', { cause: fatal })
    },
  }
  if (options.dropAfterFile !== false) {
    const { afterAll } = globalThis as { afterAll?: (work: () => Promise<void>) => void }
    if (afterAll === undefined) throw new Error('namespace() is for tests that Jest runs')
    afterAll(ns.drop)
  }
  return ns
}

/** A stream that keeps what is written to it, line by line. */
function linesInto(lines: string[]): Writable {
  let rest = ''
  return new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      const parts = (rest + chunk.toString()).split('\n')
      rest = parts.pop() ?? ''
      lines.push(...parts)
      done()
    },
  })
}
