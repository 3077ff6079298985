import type { ConsumerGroup, EventDefinition, TopicDefinition } from '@waybill/contracts'
import type { Cause, EventCause, JsonObject } from '@waybill/kernel'
import { Server, type CustomTransportStrategy } from '@nestjs/microservices'
import type { Pool } from 'pg'
import type { Registry } from 'prom-client'

/** The part of a pg client that messaging needs: the transaction of the caller. */
export interface SqlClient {
  query<Row>(statement: { readonly name?: string; readonly text: string; readonly values?: unknown[] }): Promise<{ readonly rows: Row[]; readonly rowCount: number | null }>
}

/** Where log lines go. pino fits. Never gets payloads. */
export interface MessagingLog {
  info(data: object, message: string): void
  warn(data: object, message: string): void
  error(data: object, message: string): void
}

/** Something a person has to know of at once. Counted in `waybill_alarms_total{code}` and logged as an error. */
export interface Alarm {
  readonly code: string
  readonly message: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What can be said on the wire and who listens. Default: the house's own (libs/contracts). */
export interface MessageRegistry {
  readonly topics: readonly TopicDefinition[]
  readonly eventOfType: (type: string) => EventDefinition | undefined
  readonly consumers: Readonly<Record<string, ConsumerGroup>>
}
export declare const houseRegistry: MessageRegistry

/** How to reach the brokers. `ssl` and `sasl` are handed to kafkajs as they are. */
export interface KafkaAccess {
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly ssl?: boolean | object
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly username: string; readonly password: string }
}

export interface MessagingOptions {
  /** The service's name: `ce_source`, and whose RepublishAsked it answers. */
  readonly service: string
  /** Its consumer group in the registry; left out: it consumes nothing. */
  readonly group?: string
  /** Prefix of topics and groups; default ''. */
  readonly namespace?: string
  readonly kafka: KafkaAccess
  readonly registry?: MessageRegistry
  /** The service's database. The relay holds one of its connections for good, the retries and offsets borrow one at a time. */
  readonly pool: Pool
  readonly metrics: Registry
  readonly log: MessagingLog
  /** The consumer is dead or hangs: the process has to end. Called once. */
  readonly onFatal: (error: Error) => void
  readonly onAlarm?: (alarm: Alarm) => void
}

/** A migration as TypeORM runs it, declared by shape. */
export interface MessagingMigration {
  name: string
  up(runner: { query(sql: string): Promise<unknown> }): Promise<void>
  down(): Promise<void>
}
/** Migration classes for TypeORM's `migrations`; tables live in schema `messaging`. */
export declare const messagingMigrations: readonly (new () => MessagingMigration)[]
/** The rights a service's role needs on schema `messaging` when somebody else owns it. Run after the migrations. */
export declare function messagingGrants(role: string): string

/** A fact to be published. */
export interface OutgoingMessage<P = unknown> {
  readonly event: EventDefinition<P>
  readonly subject: string
  readonly key: string
  readonly payload: P
  readonly cause: Cause
  /** The order id; default: that of the cause. */
  readonly correlationId?: string | undefined
}

export declare class Journal {
  /**
   * Writes messages to the journal inside the caller's open transaction, in this order: assigns the sequence per (topic, subject),
   * validates with the strict schema, builds the final bytes. Call it after the business rows are locked and written, once per transaction.
   * Throws: MessageRefused (schema, or larger than the topic takes): a defect, the transaction must roll back.
   */
  append(client: SqlClient, messages: readonly OutgoingMessage[], now?: Date): Promise<void>
  /** Wakes the relay, here or in the replica that leads. Call after the commit of a transaction that appended; cheap and coalesced. */
  afterCommit(): void
}

/** fresh: do the work; seen: done before; parked: queued behind a parked message of its key, or a gap; refused: went to quarantine. */
export type Admission = 'fresh' | 'seen' | 'parked' | 'refused'

export declare class Inbox {
  /**
   * First step of a consumer's transaction: parked-key check, inbox rows, sequences and gaps. One answer per cause, same order.
   * Do the work of the fresh ones only. If any was parked or refused, committing is what records it.
   * Works on causes handed out by this process's consumer, and on hand-made ones (tests), for which nothing can be parked.
   */
  admit(client: SqlClient, causes: readonly EventCause[]): Promise<readonly Admission[]>
}

/** A message as a handler gets it. */
export interface Received<P> {
  readonly cause: EventCause
  readonly payload: P
}

/** Thrown by a handler that knows which message is the culprit: its key is parked, the rest of the batch is done again without it. */
export declare class Poison extends Error {
  readonly eventId: string
  readonly code: string
  constructor(eventId: string, code: string, detail?: string)
}

type HandlerOf<P> = (batch: readonly Received<P>[]) => Promise<void>
/** Declares a method of a Nest controller as the handler of one event. One handler per event and service. */
export declare function On<P>(event: EventDefinition<P>): (target: object, name: string | symbol, descriptor: TypedPropertyDescriptor<HandlerOf<P>>) => void

/** Nest's microservice strategy: `app.connectMicroservice({ strategy: messaging.transport })`. `listen` refuses two handlers of one event and a list that differs from the registry. */
export declare class RoundsTransport extends Server implements CustomTransportStrategy {
  on(): never
  unwrap<T>(): T
  listen(callback: (error?: unknown) => void): void
  close(): Promise<void>
}

export interface MessagingHealth {
  /** Readiness: false while the consumer makes no progress though it could. An unreachable broker does not turn it off. */
  readonly ready: boolean
  readonly reason: string | null
  readonly consumer: 'off' | 'starting' | 'running' | 'paused' | 'blocked' | 'stopped'
  readonly relay: 'leading' | 'standing by' | 'stopped'
}

/** Who acts on parked and quarantined messages, and why. Both are recorded. */
export interface Operator {
  /** role:id */
  readonly who: string
  readonly why: string
}

/** A key whose messages wait: the first failed, or misses one before it; the others queue behind. */
export interface ParkedKey {
  readonly topic: string
  readonly key: string
  /** waiting: tried again at `nextAttemptAt`; stopped: only a person goes on. */
  readonly status: 'waiting' | 'stopped'
  readonly code: string
  readonly error: string
  readonly attempts: number
  readonly parkedAt: Date
  readonly nextAttemptAt: Date | null
  readonly messages: number
  readonly head: { readonly id: string; readonly eventId: string; readonly type: string; readonly subject: string; readonly sequence: number | null; readonly correlationId: string | null }
}

/** A stored message; the payload as UTF-8 text where it is text, else base64. */
export interface StoredMessage {
  readonly id: string
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: string | null
  readonly eventId: string | null
  readonly type: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | null
  readonly payloadEncoding: 'utf8' | 'base64'
  readonly status: string
  readonly code: string
  readonly detail: string | null
  readonly at: Date
  readonly decidedBy: string | null
  readonly decidedWhy: string | null
}

export interface Paged { readonly limit?: number; readonly after?: string }

/** What operators do with what could not be handled. Everything is recorded with who and why. */
export declare class Operations {
  parkedKeys(filter?: { readonly topic?: string; readonly key?: string; readonly code?: string } & Paged): Promise<readonly ParkedKey[]>
  parkedMessages(topic: string, key: string): Promise<readonly StoredMessage[]>
  /** Tries now. By key, or all whose first message failed with this code. Returns how many keys. */
  retryParked(which: { readonly topic: string; readonly key: string } | { readonly code: string }, by: Operator): Promise<number>
  /** Replaces the payload of a parked message, then tries now. Returns false if it is not parked any more. Throws: MessageRefused. */
  editParked(id: string, payload: JsonObject, by: Operator): Promise<boolean>
  /** Gives a parked message up; those behind it go on. Returns false if it is not parked any more. */
  skipParked(id: string, by: Operator): Promise<boolean>
  quarantined(filter?: { readonly status?: 'open' | 'done' | 'discarded'; readonly code?: string; readonly topic?: string } & Paged): Promise<readonly StoredMessage[]>
  quarantinedMessage(id: string): Promise<StoredMessage | undefined>
  /** Decodes and handles again, as it is. One outcome per message. */
  retryQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<readonly Redriven[]>
  /** Replaces key, headers or payload, then handles. */
  editQuarantined(id: string, change: { readonly key?: string; readonly headers?: Readonly<Record<string, string>>; readonly payload?: string }, by: Operator): Promise<Redriven>
  discardQuarantined(which: { readonly ids: readonly string[] } | { readonly code: string }, by: Operator): Promise<number>
  /** Records of this partition are gone from the broker before we read them: go on behind the hole. */
  acceptLoss(topic: string, partition: number, by: Operator): Promise<void>
}
export interface Redriven {
  readonly id: string
  /** done: handled; parked: its key is or became parked; refused: still not acceptable, `code` says why; gone: not open any more. */
  readonly outcome: 'done' | 'parked' | 'refused' | 'gone'
  readonly code?: string
}

/** Everything of one service that has to do with messages. */
export interface Messaging {
  readonly journal: Journal
  readonly inbox: Inbox
  readonly transport: RoundsTransport
  readonly operations: Operations
  /** Starts relay, retries and partition keeper. Does not wait for the broker. The consumer starts with the transport's `listen`. */
  start(): Promise<void>
  /** Finishes the round, commits offsets, leaves the group. First step of a shutdown, after readiness went off. Idempotent. */
  stopConsuming(): Promise<void>
  /** Sends what is committed (5 s at most), gives the lease back, closes connections. After HTTP drained. Stops consuming too if not done. */
  stop(): Promise<void>
  health(): MessagingHealth
}
export declare function createMessaging(options: MessagingOptions): Messaging

/** Creates what is missing of the registry's topics and waits until a probe finds every partition's leader. */
export declare function createTopics(options: { readonly kafka: KafkaAccess; readonly registry?: MessageRegistry; readonly namespace?: string; readonly partitions?: number; readonly replicationFactor?: number }): Promise<{ readonly created: readonly string[] }>

/** The name a topic or group has on the broker of a namespace. */
export declare function onBroker(namespace: string, name: string): string

/** For tests and tools that write as a service would. */
export { encode, type Envelope } from './envelope.js'
