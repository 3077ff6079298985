import { randomUUID } from 'node:crypto'
import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import type { TimerCause } from '@waybill/kernel'
import type { Registry } from 'prom-client'
import { askForRepublish } from './republish.js'
import { inTransaction, type Alarm, type MessagingLog, type RaiseAlarm, type SqlClient, type SqlPool } from './platform.js'
import { dropOldHistory } from './held-history.js'
import { Inbox, INBOX_DAYS } from './inbox.js'
import { Journal } from './journal.js'
import type { KafkaDriver } from './kafka-driver.js'
import { kafkaJsDriver, type KafkaAccess } from './kafkajs-driver.js'
import { messageOf } from './failure.js'
import { MessagingMetrics } from './metrics.js'
import { Operations, record, type Operator } from './operations.js'
import { houseRegistry, isCompacted, republishAsked, topicsOf, watermarkSet, type MessageRegistry } from './registry.js'
import { Relay, type RelayParts } from './relay.js'
import { Retries } from './retries.js'
import { KafkaRounds, type ConsumerState, type RoundsParts } from './rounds.js'
import type { Handler } from './round-work.js'
import { expiredScopes, forgetCopies } from './sealed-copies.js'
import { RoundsTransport } from './transport-strategy.js'
import { WatermarkCheck, type WatermarkCheckParts } from './watermark-check.js'
import { Watermarks, type WatermarkParts } from './watermarks.js'

export interface MessagingOptions {
  /** The service's name: `ce_source`, and whose RepublishAsked it answers. */
  readonly service: string
  /** Its consumer group in the registry; left out: it consumes nothing. */
  readonly group?: string
  /** Prefix of topics and groups; default ''. */
  readonly namespace?: string
  readonly kafka: KafkaAccess
  readonly registry?: MessageRegistry
  /**
   * The service's database. The relay holds one of its connections for good; retries and offsets borrow one at a time.
   * Every statement has to end: limits on the server, and connections that fall silent are cut (service-kit's pool does both).
   */
  readonly pool: SqlPool
  readonly metrics: Registry
  readonly log: MessagingLog
  /** The consumer is dead or hangs: the process has to end. Called once. */
  readonly onFatal: (error: Error) => void
  readonly onAlarm?: (alarm: Alarm) => void
  /** Publishes keys ('*': all) of this service's compacted topics again from its tables, begun in this transaction. Left out: the journal's latest. */
  readonly tellAgain?: (client: SqlClient, asked: readonly { readonly topic: string; readonly subject: string }[]) => Promise<void>
  /** Another Kafka client, or the same with faults. */
  readonly driver?: KafkaDriver
  /** For tests that cannot wait. */
  readonly times?: { readonly relay?: RelayParts['times']; readonly watchdog?: RoundsParts['watchdog']; readonly breakerPauseMs?: number; readonly watermarks?: WatermarkParts['times'] & WatermarkCheckParts['times'] }
}

export interface MessagingHealth {
  /** Readiness: false while the consumer makes no progress though it could. An unreachable broker does not turn it off. */
  readonly ready: boolean
  readonly reason: string | null
  readonly consumer: 'off' | ConsumerState
  readonly relay: 'leading' | 'standing by' | 'stopped'
}

/** What messaging says to itself over the control topic, whatever the registry holds. */
const ownEvents: readonly EventDefinition[] = [republishAsked as EventDefinition, watermarkSet as EventDefinition]

/** In RepublishAsked: every key of a compacted topic. */
const ALL_SUBJECTS = '*'

const KEEP_PARTITIONS_EVERY_MS = 3_600_000

export const createMessaging = (options: MessagingOptions): Messaging => new Messaging(options)

/** Everything of one service that has to do with messages. Touches no process global. */
export class Messaging {
  readonly journal: Journal
  readonly inbox: Inbox
  readonly transport: RoundsTransport
  readonly operations: Operations
  private readonly alarm: RaiseAlarm
  private readonly driver: KafkaDriver
  private readonly relay: Relay
  private readonly retries: Retries | undefined
  private readonly rounds: KafkaRounds | undefined
  private readonly watermarks: Watermarks
  private readonly watermarkCheck: WatermarkCheck | undefined
  /** Filled when the transport listens: Nest knows the handlers only then. */
  private readonly handlers = new Map<string, Handler>()
  private keeper: NodeJS.Timeout | undefined
  private stoppedConsuming: Promise<void> | undefined
  private stopped: Promise<void> | undefined

  constructor(private readonly options: MessagingOptions) {
    const { service, group = '', namespace = '', registry = houseRegistry, pool, log } = options
    const topics = topicsOf(registry)
    const metrics = new MessagingMetrics(options.metrics)
    const alarm: RaiseAlarm = (code, message, data = {}) => {
      metrics.alarms.inc({ code })
      log.error({ alarm: code, ...data }, message)
      options.onAlarm?.({ code, message, data })
    }
    this.alarm = alarm
    this.driver = options.driver ?? kafkaJsDriver({ clientId: service, ...options.kafka }, namespace, log)
    this.relay = new Relay({ pool, driver: this.driver, topics, metrics, log, alarm, ...(options.times?.relay ? { times: options.times.relay } : {}) })
    this.journal = new Journal(service, () => this.relay.kick())
    this.watermarks = new Watermarks({ service, pool, journal: this.journal, log, ...(options.times?.watermarks ? { times: options.times.watermarks } : {}) })
    this.inbox = new Inbox({ group, topics, journal: this.journal, alarm })
    const handled = new Set((registry.consumers[group]?.handles ?? []).map(({ type }) => type))
    this.transport = new RoundsTransport({ handled, group, startConsuming: (handlers) => this.startConsuming(handlers), stopConsuming: () => this.stopConsuming() })
    if (options.group === undefined) {
      this.operations = new Operations(undefined)
      return
    }
    if (!registry.consumers[group]) throw new Error(`${group} is not a consumer group of the registry`)
    const work = {
      group,
      topics,
      eventOfType: (type: string) => ownEvents.find((own) => own.type === type) ?? registry.eventOfType(type),
      handlers: this.handlers,
      pool,
      inbox: this.inbox,
      noteWatermark: (...heard: Parameters<WatermarkCheck['note']>) => this.watermarkCheck?.note(...heard),
      metrics,
      log,
      alarm,
      ...(options.times?.breakerPauseMs === undefined ? {} : { breakerPauseMs: options.times.breakerPauseMs }),
    }
    const askForTopics = (names: readonly string[]) => this.askForTopics(topics, names)
    const subscribed = [...new Set([republishAsked.topic.name, ...registry.consumers[group].handles.map(({ topic }) => topic.name)])]
    const rounds = new KafkaRounds({ ...work, driver: this.driver, subscribed, askForTopics, onFatal: options.onFatal, ...(options.times?.watchdog ? { watchdog: options.times.watchdog } : {}) })
    this.rounds = rounds
    this.watermarkCheck = new WatermarkCheck({ ...work, driver: this.driver, offsets: rounds.offsets, subscribed, journal: this.journal, ...(options.times?.watermarks ? { times: options.times.watermarks } : {}) })
    this.retries = new Retries(work, rounds.work)
    this.operations = new Operations({ ...work, work: rounds.work, retries: this.retries, offsets: rounds.offsets, driver: this.driver, lookAgain: () => rounds.lookAgain() })
  }

  /** Starts relay, watermarks and partition keeper. Does not wait for the broker. The consumer starts with the transport's `listen`. */
  async start(): Promise<void> {
    await this.keepPartitions()
    this.keeper = setInterval(() => void this.keepPartitions(), KEEP_PARTITIONS_EVERY_MS)
    this.relay.start()
    this.watermarks.start()
  }

  /** Finishes the transaction under way, commits offsets, leaves the group. First step of a shutdown, after readiness went off. Idempotent. */
  stopConsuming(): Promise<void> {
    this.stoppedConsuming ??= Promise.all([this.rounds?.stop(), this.retries?.stop(), this.watermarkCheck?.stop()]).then(() => undefined)
    return this.stoppedConsuming
  }

  /** Sends what is committed (5 s at most), gives the lease back, closes connections. After HTTP drained. Stops consuming too if not done. Idempotent. */
  stop(): Promise<void> {
    this.stopped ??= this.stopAll()
    return this.stopped
  }

  health(): MessagingHealth {
    const reason = this.rounds?.notReady ?? null
    return { ready: reason === null, reason, consumer: this.rounds?.state ?? 'off', relay: this.relay.state }
  }

  private startConsuming(handlers: ReadonlyMap<string, Handler>): void {
    if (!this.rounds) throw new Error(`${this.options.service} has handlers but no consumer group`)
    for (const [type, handler] of handlers) this.handlers.set(type, handler)
    this.handlers.set(republishAsked.type, (batch) => this.republish(batch as Parameters<Messaging['republish']>[0]))
    // Taken in beside the handlers; one that comes out of quarantine has nothing to say any more.
    this.handlers.set(watermarkSet.type, () => Promise.resolve())
    this.rounds.start()
    this.watermarkCheck?.start()
    this.retries?.start()
  }

  /** Somebody misses facts of ours. */
  private async republish(batch: readonly { readonly cause: Parameters<Inbox['admit']>[1][number]; readonly payload: { readonly service: string; readonly topic: string; readonly subject: string; readonly from: number } }[]): Promise<void> {
    await inTransaction(this.options.pool, async (client) => {
      const admissions = await this.inbox.admit(client, batch.map(({ cause }) => cause))
      const ours = batch.filter(({ payload }, index) => admissions[index] === 'fresh' && payload.service === this.options.service)
      await this.sendAgain(client, ours.map(({ payload }) => payload))
    })
    this.relay.kick()
  }

  /**
   * An operator wants facts of this service published again: the latest of one key or of all of a compacted topic, or a subject's facts
   * from a sequence on. Returned: why not.
   */
  async publishAgain({ topic, subject, from }: { readonly topic: string; readonly subject?: string; readonly from: number }, by: Operator): Promise<string | undefined> {
    const { service, registry = houseRegistry } = this.options
    const definition = topicsOf(registry).get(topic)
    if (!definition?.writtenBy.some((writer) => writer === service)) return `${service} writes no ${topic}`
    if (subject === undefined && !isCompacted(definition)) return `${topic} is not compacted: whose facts are wanted?`
    await inTransaction(this.options.pool, async (client) => {
      await this.sendAgain(client, [{ topic, subject: subject ?? ALL_SUBJECTS, from }])
      await record(client, by, 'publish again', { topic, subject, from })
    })
    this.relay.kick()
    return undefined
  }

  /** From the journal, or, of compacted topics, from the owner's tables: they know what the journal has forgotten. */
  private async sendAgain(client: SqlClient, asked: readonly { readonly topic: string; readonly subject: string; readonly from: number }[]): Promise<void> {
    const topics = topicsOf(this.options.registry ?? houseRegistry)
    const fromTables = asked.filter(({ topic }) => this.options.tellAgain !== undefined && isCompacted(topics.get(topic) ?? republishAsked.topic))
    await this.options.tellAgain?.(client, fromTables)
    await askForRepublish(client, asked.filter((one) => !fromTables.includes(one)).map(({ topic, subject, from }) => ({ topic, subject, fromSequence: isCompacted(topics.get(topic) ?? republishAsked.topic) ? null : from })))
  }

  /** A compacted topic was lost as a whole: its owners have it in their tables. */
  private async askForTopics(topics: ReadonlyMap<string, TopicDefinition>, names: readonly string[]): Promise<void> {
    const cause: TimerCause = { kind: 'timer', timer: 'topic-made-anew', subject: this.options.service, token: randomUUID(), correlationId: null, actor: 'system:messaging', traceparent: null }
    const asked = names.flatMap((topic) =>
      (topics.get(topic)?.writtenBy ?? []).map((service) => ({ event: republishAsked as EventDefinition, subject: service, key: service, payload: { service, topic, subject: ALL_SUBJECTS, from: 1 }, cause })),
    )
    await inTransaction(this.options.pool, (client) => this.journal.append(client, asked))
    this.journal.afterCommit()
  }

  private async stopAll(): Promise<void> {
    clearInterval(this.keeper)
    await this.stopConsuming()
    await this.watermarks.stop()
    await this.relay.stop()
    await this.driver.close()
  }

  /** Makes tables for the days ahead, drops those nobody needs any more. */
  private async keepPartitions(): Promise<void> {
    try {
      const { rows } = await this.options.pool.query<{ done: readonly string[] }>({ text: 'SELECT messaging.keep_partitions() AS done' })
      const done = rows[0]?.done ?? []
      if (done.length > 0) this.options.log.info({ done }, 'partitions kept')
      await this.forgetOldCopies()
    } catch (error) {
      // There are tables for a week ahead: the next try is soon enough.
      this.options.log.warn({ error: messageOf(error) }, 'partitions could not be kept and will be tried again')
    }
  }

  /** Copies of personal data are kept as long as they may be and no longer, whatever they wait for. */
  private async forgetOldCopies(): Promise<void> {
    const expired = await inTransaction(this.options.pool, async (client) => {
      const scopes = await expiredScopes(client)
      await forgetCopies(client, scopes, 'expired')
      await dropOldHistory(client, INBOX_DAYS)
      return scopes.length
    })
    if (expired > 0) this.alarm('copies-expired', 'copies of personal data were kept as long as they may be: what waited unread is passed over', { scopes: expired })
  }
}
