import type { Headers, RawRecord } from './envelope.js'

/**
 * All that messaging asks of a Kafka client. Topics and groups are named without namespace; the driver adds it.
 * A second client (kafkajs is unmaintained) has to fulfil this page and nothing else.
 */
export interface KafkaDriver {
  /** A producer that never is idempotent: kafkajs' loses acknowledged messages. Source: research/07 section 2. */
  openProducer(): Promise<KafkaProducer>
  /** Joins the group and reads. Resolves when it runs; rejects if a topic is missing. */
  openConsumer(group: string, topics: readonly string[], hooks: ConsumerHooks): Promise<KafkaConsumer>
  /** What the log of each partition holds, and what the group has committed. */
  offsets(group: string, topics: readonly string[]): Promise<readonly PartitionOffsets[]>
  /** Moves the group's committed offsets. Only possible while the group has no member. */
  moveGroup(group: string, offsets: readonly PartitionOffset[]): Promise<void>
  close(): Promise<void>
}

export interface OutgoingRecord {
  readonly topic: string
  readonly key: string
  readonly value: Buffer
  readonly headers: Headers
}

export interface KafkaProducer {
  /** One request over all topics; resolves when every in-sync replica has all of it. Records of a partition keep their order. */
  send(records: readonly OutgoingRecord[]): Promise<void>
  close(): Promise<void>
}

export interface KafkaConsumer {
  commit(offsets: readonly PartitionOffset[]): Promise<void>
  /** Leaves the group; waits for the running `onBatch` calls. */
  stop(): Promise<void>
}

export interface ConsumerHooks {
  /** All partitions of one fetch arrive in the same tick. Must never throw. The next fetch starts when all of them returned. */
  readonly onBatch: (batch: FetchedBatch) => Promise<void>
  readonly onJoined: (assigned: ReadonlyMap<string, readonly number[]>) => void
  /** The fetch loop is alive: called for every answer of a broker, empty ones too. */
  readonly onFetched: () => void
  readonly onCrash: (error: Error, restarts: boolean) => void
}

export interface FetchedBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly RawRecord[]
  /** The offset after the last record, where the next fetch goes on once resolved. */
  readonly nextOffset: bigint
  readonly highWatermark: bigint
  /** All of it is done: do not fetch it again. */
  resolve(): void
  /** Throws: MembershipLost when the group has moved on or is about to. Other troubles are not reported here. */
  heartbeat(): Promise<void>
}

/** The group rebalances or has dropped this member: what is not done yet will be given to somebody. */
export class MembershipLost extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause })
    this.name = 'MembershipLost'
  }
}

export interface PartitionOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
}

export interface PartitionOffsets {
  readonly topic: string
  readonly partition: number
  readonly low: bigint
  readonly high: bigint
  /** Null: the group has committed nothing here. */
  readonly committed: bigint | null
}
