import { invariant } from '@waybill/kernel'
import kafkajs, { type Admin, type EachBatchPayload, type KafkaConfig, type logCreator, type RetryOptions, type SASLOptions } from 'kafkajs'
import type { ConnectionOptions } from 'node:tls'
import { quietIdleConnections } from './idle-timer.js'
import { MembershipLost, type ConsumerHooks, type FetchedBatch, type KafkaConsumer, type KafkaDriver, type KafkaProducer, type OutgoingRecord, type PartitionOffset, type PartitionOffsets } from './kafka-driver.js'
import { explainRefusal, hasNoCoordinator, isRefusal } from './not-permitted.js'
import type { MessagingLog } from './platform.js'
import { onBroker } from './registry.js'

const { Kafka, KafkaJSNonRetriableError, logLevel, Partitioners } = kafkajs

/** How to reach the brokers. `ssl` and `sasl` are handed to kafkajs as they are. */
export interface KafkaAccess {
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly ssl?: boolean | ConnectionOptions
  readonly sasl?: SASLOptions
}

// Settings of research/07 sections 2.2 and 3.3, with the measurements behind each.
const consumerSettings = {
  maxWaitTimeInMs: 1_000,
  minBytes: 1,
  maxBytes: 10 * 1024 * 1024,
  sessionTimeout: 15_000,
  heartbeatInterval: 1_000,
  rebalanceTimeout: 20_000,
  allowAutoTopicCreation: false,
  // A broker restart then costs 1 s instead of 30 s. Safe only because our handler never throws.
  retry: { retries: 1_000_000, initialRetryTime: 100, maxRetryTime: 1_000 },
} as const
const PRODUCE_TIMEOUT_MS = 5_000
const ALL_REPLICAS = -1
const REQUEST_TIMEOUT_MS = 10_000
const SAY_AGAIN_MS = 10_000
const SKIPS = 'Offset out of range, resetting to default offset'
const membershipErrors = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID', 'NOT_COORDINATOR_FOR_GROUP'])

/** A fetch asked for records that are gone, or not there yet: kafkajs would jump to another offset and say nothing. */
class OffsetOutOfRange extends KafkaJSNonRetriableError {
  constructor(topic: unknown, partition: unknown) {
    super(`offset out of range on ${String(topic)} partition ${String(partition)}`)
  }
}

/** For tests that cannot wait: after how much silence a member is dropped, and how long the others wait for it in a rebalance. */
export interface MemberTimes {
  readonly sessionMs?: number
  readonly rebalanceMs?: number
}

export function kafkaJsDriver(access: KafkaAccess, namespace: string, log: MessagingLog, times: MemberTimes = {}): KafkaDriver {
  return new KafkaJsDriver(access, namespace, log, times)
}

/** How often, and how long apart, connecting is tried before it counts as failed. */
const connecting = {
  // The relay owns the retry, and looks again within 2 s; kafkajs' default tries for 10 s, with pauses that outlast the broker's return.
  producer: { retries: 1, initialRetryTime: 50 },
  // A consumer that gives up loses its membership: when the broker is back, the group waits a whole session for the member it was.
  consumer: consumerSettings.retry,
  admin: { retries: 2, initialRetryTime: 100 },
} as const

class KafkaJsDriver implements KafkaDriver {
  private readonly config: KafkaConfig
  private openAdmin: Promise<Admin> | undefined

  constructor(
    access: KafkaAccess,
    private readonly namespace: string,
    log: MessagingLog,
    private readonly times: MemberTimes,
  ) {
    quietIdleConnections()
    this.config = configOf(access, log)
  }

  async openProducer(): Promise<KafkaProducer> {
    const retry = connecting.producer
    const producer = this.client(retry).producer({
      idempotent: false,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry,
    })
    await producer.connect()
    return {
      send: async (records) => {
        const topicMessages = this.byTopic(records)
        await this.explained({ topics: topicMessages.map(({ topic }) => topic) }, () => producer.sendBatch({ topicMessages, acks: ALL_REPLICAS, timeout: PRODUCE_TIMEOUT_MS }))
      },
      close: () => producer.disconnect(),
    }
  }

  async openConsumer(group: string, topics: readonly string[], hooks: ConsumerHooks): Promise<KafkaConsumer> {
    const names = topics.map((topic) => onBroker(this.namespace, topic))
    const needed = { group: onBroker(this.namespace, group), topics: names }
    const partitions = await this.explained(needed, () => this.partitionCount(names))
    const consumer = this.client(connecting.consumer).consumer({
      ...consumerSettings,
      sessionTimeout: this.times.sessionMs ?? consumerSettings.sessionTimeout,
      rebalanceTimeout: this.times.rebalanceMs ?? consumerSettings.rebalanceTimeout,
      groupId: onBroker(this.namespace, group),
      // Bounds what one round can hold. Few topics may bring more of each.
      maxBytesPerPartition: (topics.length <= 3 ? 256 : 128) * 1024,
    })
    const { CRASH, GROUP_JOIN, FETCH } = consumer.events
    consumer.on(CRASH, ({ payload }) => {
      const explained = this.explained(needed, () => Promise.reject(payload.error))
      explained.catch((error: Error) => hooks.onCrash(error, payload.restart))
    })
    consumer.on(FETCH, () => hooks.onFetched())
    consumer.on(GROUP_JOIN, ({ payload }) => {
      hooks.onJoined(new Map(Object.entries(payload.memberAssignment).map(([name, numbers]) => [this.logical(name), numbers])))
    })
    try {
      await this.explained(needed, async () => {
        await consumer.connect()
        await consumer.subscribe({ topics: names, fromBeginning: true })
        await consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          // As many as partitions: one fetch then arrives whole, in one tick, and is the round.
          partitionsConsumedConcurrently: partitions,
          eachBatch: (payload) => hooks.onBatch(this.fetched(payload)),
        })
      })
    } catch (error) {
      await consumer.disconnect().catch(() => undefined)
      throw error
    }
    return {
      commit: (offsets) => consumer.commitOffsets(offsets.map(({ topic, partition, offset }) => ({ topic: onBroker(this.namespace, topic), partition, offset: offset.toString() }))),
      stop: () => consumer.disconnect(),
    }
  }

  async offsets(group: string, topics: readonly string[]): Promise<readonly PartitionOffsets[]> {
    const names = topics.map((topic) => onBroker(this.namespace, topic))
    const asked = (): Promise<PartitionOffsets[]> => this.asAdmin(async (admin) => {
      const committed = await admin.fetchOffsets({ groupId: onBroker(this.namespace, group), topics: names })
      const all: PartitionOffsets[] = []
      for (const name of names) {
        const mine = new Map(committed.find(({ topic }) => topic === name)?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
        for (const { partition, low, high } of await admin.fetchTopicOffsets(name)) {
          const offset = mine.get(partition)
          all.push({ topic: this.logical(name), partition, low: BigInt(low), high: BigInt(high), committed: offset === undefined || offset < 0n ? null : offset })
        }
      }
      return all
    })
    return this.explained({ group: onBroker(this.namespace, group), topics: names }, asked)
  }

  async moveGroup(group: string, offsets: readonly PartitionOffset[]): Promise<void> {
    const topics = new Map<string, { partition: number; offset: string }[]>()
    for (const { topic, partition, offset } of offsets) topics.set(topic, [...(topics.get(topic) ?? []), { partition, offset: offset.toString() }])
    await this.asAdmin(async (admin) => {
      for (const [topic, partitions] of topics) await admin.setOffsets({ groupId: onBroker(this.namespace, group), topic: onBroker(this.namespace, topic), partitions })
    })
  }

  async close(): Promise<void> {
    const admin = await this.openAdmin?.catch(() => undefined)
    this.openAdmin = undefined
    await admin?.disconnect().catch(() => undefined)
  }

  private fetched({ batch, resolveOffset, heartbeat }: EachBatchPayload): FetchedBatch {
    const topic = this.logical(batch.topic)
    const lastOffset = batch.lastOffset()
    return {
      topic,
      partition: batch.partition,
      records: batch.messages.map((message) => ({
        topic,
        partition: batch.partition,
        offset: BigInt(message.offset),
        key: message.key,
        value: message.value,
        headers: message.headers ?? {},
        timestamp: message.timestamp,
      })),
      nextOffset: BigInt(lastOffset) + 1n,
      highWatermark: BigInt(batch.highWatermark),
      resolve: () => resolveOffset(lastOffset),
      heartbeat: () =>
        heartbeat().catch((error: Error & { readonly type?: string }) => {
          // A broker that does not answer is no reason to drop work: only the group's own word is.
          if (membershipErrors.has(error.type ?? '')) throw new MembershipLost(error)
        }),
    }
  }

  private byTopic(records: readonly OutgoingRecord[]) {
    const topics = new Map<string, { key: string; value: Buffer; headers: Record<string, string> }[]>()
    for (const { topic, key, value, headers } of records) {
      const message = { key, value, headers: { ...headers } }
      const messages = topics.get(topic)
      if (messages) messages.push(message)
      else topics.set(topic, [message])
    }
    return [...topics].map(([topic, messages]) => ({ topic: onBroker(this.namespace, topic), messages }))
  }

  private async partitionCount(names: readonly string[]): Promise<number> {
    const { topics } = await this.asAdmin((admin) => admin.fetchTopicMetadata({ topics: [...names] }))
    const count = topics.reduce((sum, topic) => sum + topic.partitions.length, 0)
    invariant(count > 0, 'subscribed topics have partitions', { names })
    return count
  }

  private logical(name: string): string {
    invariant(name.startsWith(this.namespace), 'a topic of another namespace is not ours', { name })
    return name.slice(this.namespace.length)
  }

  /** Says what exactly the brokers refuse, if that is why it fails. */
  private async explained<R>(needed: { readonly group?: string; readonly topics: readonly string[] }, work: () => Promise<R>): Promise<R> {
    try {
      return await work()
    } catch (error) {
      const { sasl } = this.config
      const user = sasl && 'username' in sasl ? sasl.username : 'this client'
      if (hasNoCoordinator(error)) throw new Error(`${error.message} of ${needed.group}: the brokers have none just now, or refuse ${user} the group`, { cause: error })
      if (!isRefusal(error)) throw error
      throw await this.asAdmin((admin) => explainRefusal(admin, user, needed, error))
    }
  }

  private async asAdmin<R>(work: (admin: Admin) => Promise<R>): Promise<R> {
    this.openAdmin ??= this.connectAdmin()
    const opened = this.openAdmin
    try {
      return await work(await opened)
    } catch (error) {
      if (this.openAdmin === opened) await this.close()
      throw error
    }
  }

  /** Connections take their patience from the client, not from the producer or consumer that uses them. */
  private client(retry: RetryOptions): kafkajs.Kafka {
    return new Kafka({ ...this.config, retry })
  }

  private async connectAdmin(): Promise<Admin> {
    const retry = connecting.admin
    const admin = this.client(retry).admin({ retry })
    await admin.connect()
    return admin
  }
}

/** A kafkajs client as configured for this house; for the driver, for tools and tests. */
export const kafkaJsClient = (access: KafkaAccess, log: MessagingLog): kafkajs.Kafka => new Kafka(configOf(access, log))

function configOf(access: KafkaAccess, log: MessagingLog): KafkaConfig {
  return {
    brokers: [...access.brokers],
    clientId: access.clientId ?? 'waybill',
    ...(access.ssl === undefined ? {} : { ssl: access.ssl }),
    ...(access.sasl === undefined ? {} : { sasl: access.sasl }),
    connectionTimeout: 3_000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    logCreator: logInto(log),
  }
}

/** Passes kafkajs' words on, and throws where it is about to skip records: the throw ends the consumer before the skip is stored. */
function logInto(log: MessagingLog): logCreator {
  // Over all clients: a relay opens a new one for every try.
  const saidAt = new Map<string, number>()
  return () => ({ namespace, level, log: { message, topic, partition, groupId, broker, error, retryCount } }) => {
    if (message === SKIPS) throw new OffsetOutOfRange(topic, partition)
    // While a broker is away kafkajs says the same several times a second.
    if (Date.now() - (saidAt.get(message) ?? 0) < SAY_AGAIN_MS) return
    if (saidAt.size > 100) saidAt.clear()
    saidAt.set(message, Date.now())
    const data = { kafkajs: namespace, topic, partition, groupId, broker, error: error instanceof Error ? error.message : error, retryCount }
    if (level === logLevel.ERROR) log.warn(data, message)
    else log.info(data, message)
  }
}
