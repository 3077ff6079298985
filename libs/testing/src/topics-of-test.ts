import { randomUUID } from 'node:crypto'
import { type EventDefinition, type TopicDefinition, allTopics, eventOfType } from '@waybill/contracts'
import { createTopics, encode, onBroker } from '@waybill/messaging'
import { type Consumer, type IHeaders, Kafka, type Producer, logLevel } from 'kafkajs'
import { deleteTopics, readerGroup } from './delete-topics.js'
import { eventually } from './eventually.js'
import { servers } from './servers.js'

/** A fact to publish as its owner would. What is left out is made up. */
export interface FactToPublish<P> {
  readonly key: string
  readonly subject: string
  readonly payload: P
  /** Default: the next of this subject. Give one to make a gap or a repetition. */
  readonly sequence?: number
  /** Default: a new one. Give one to send the same message twice. */
  readonly eventId?: string
  readonly correlationId?: string
  readonly causationId?: string
  readonly actor?: string
  readonly time?: Date
}

/** A fact found on its topic. */
export interface PublishedFact<P> {
  readonly eventId: string
  readonly type: string
  readonly source: string
  readonly subject: string
  readonly key: string
  readonly sequence: number | null
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly actor: string
  readonly time: string
  readonly traceparent: string | null
  readonly partition: number
  readonly offset: bigint
  readonly payload: P
}

/** Any record at all, for what no well-behaved writer would send. */
export interface RawRecordToSend {
  readonly key: string | Buffer | null
  readonly value: string | Buffer | null
  readonly headers?: IHeaders
  readonly partition?: number
}

const partitions = 2
const publishedWithinMs = 20_000

/** The topics of one namespace: made when first needed, written as owners write, read by a reader that keeps everything. */
export class TopicsOfTest {
  private readonly kafka: Kafka
  private readonly sequences = new Map<string, number>()
  private readonly seen: PublishedFact<unknown>[] = []
  private readonly sent = new Map<string, { readonly topic: TopicDefinition; readonly record: RawRecordToSend }>()
  private made: Promise<unknown> | undefined
  private producer: Promise<Producer> | undefined
  private reader: Promise<Consumer> | undefined

  constructor(private readonly prefix: string) {
    this.kafka = new Kafka({ clientId: 'waybill-test', brokers: [...servers().kafkaBrokers], logLevel: logLevel.NOTHING })
  }

  make(): Promise<unknown> {
    this.made ??= createTopics({ kafka: { brokers: servers().kafkaBrokers }, namespace: this.prefix, partitions })
    return this.made
  }

  async publish<P>(event: EventDefinition<P>, fact: FactToPublish<P>): Promise<string> {
    const eventId = fact.eventId ?? randomUUID()
    const { headers, payload } = encode(
      event,
      {
        id: eventId,
        source: event.topic.writtenBy[0] ?? 'test',
        subject: fact.subject,
        key: fact.key,
        time: (fact.time ?? new Date()).toISOString(),
        sequence: event.topic.sequenced ? (fact.sequence ?? this.nextSequence(event.topic, fact.subject)) : null,
        correlationId: fact.correlationId ?? null,
        causationId: fact.causationId ?? null,
        actor: fact.actor ?? 'system:test',
        traceparent: null,
      },
      fact.payload,
    )
    const record = { key: fact.key, value: payload, headers: { ...headers } }
    await this.send(event.topic, record)
    this.sent.set(eventId, { topic: event.topic, record })
    return eventId
  }

  async publishAgain(eventId: string, copies: number): Promise<void> {
    const { topic, record } = this.sent.get(eventId) ?? {}
    if (topic === undefined || record === undefined) throw new Error(`${eventId} was not published here`)
    await this.send(topic, ...Array.from({ length: copies }, (_, copy) => (copies === 1 ? record : { ...record, partition: copy % partitions })))
  }

  async send(topic: TopicDefinition, ...records: readonly RawRecordToSend[]): Promise<void> {
    await this.make()
    this.producer ??= this.startProducer()
    await (await this.producer).send({ topic: onBroker(this.prefix, topic.name), acks: -1, messages: [...records] })
  }

  async published<P>(event: EventDefinition<P>, matches: (fact: PublishedFact<P>) => boolean, withinMs = publishedWithinMs): Promise<PublishedFact<P>> {
    await this.read()
    return eventually(() => {
      const found = this.seenOf(event).find(matches)
      if (found === undefined) {
        const others = this.seenOf(event).map(({ subject, payload }) => `${subject}: ${JSON.stringify(payload)}`)
        throw new Error(`No ${event.type} fits. Seen ${others.length}${others.map((other) => `\n  ${other.slice(0, 300)}`).join('')}`)
      }
      return found
    }, withinMs)
  }

  async allPublished<P>(event: EventDefinition<P>): Promise<readonly PublishedFact<P>[]> {
    await this.read()
    await this.readToEnd(event.topic)
    return this.seenOf(event)
  }

  async drop(): Promise<void> {
    await (await this.producer)?.disconnect()
    await (await this.reader)?.disconnect()
    await deleteTopics(servers().kafkaBrokers, this.prefix)
  }

  private nextSequence(topic: TopicDefinition, subject: string): number {
    const counter = `${topic.name} ${subject}`
    const next = (this.sequences.get(counter) ?? 0) + 1
    this.sequences.set(counter, next)
    return next
  }

  private seenOf<P>(event: EventDefinition<P>): readonly PublishedFact<P>[] {
    return this.seen.filter((fact): fact is PublishedFact<P> => fact.type === event.type)
  }

  private async startProducer(): Promise<Producer> {
    const producer = this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false })
    await producer.connect()
    return producer
  }

  private async read(): Promise<void> {
    await this.make()
    this.reader ??= this.startReader()
    await this.reader
  }

  private async startReader(): Promise<Consumer> {
    const consumer = this.kafka.consumer({ groupId: onBroker(this.prefix, readerGroup), maxWaitTimeInMs: 50, allowAutoTopicCreation: false })
    await consumer.connect()
    await consumer.subscribe({ topics: allTopics.map((topic) => onBroker(this.prefix, topic.name)), fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const message of batch.messages) {
          this.nextOffsets.set(`${batch.topic} ${batch.partition}`, BigInt(message.offset) + 1n)
          const fact = factOf(message, batch.partition)
          if (fact !== undefined) this.seen.push(fact)
        }
      },
    })
    return consumer
  }
  private readonly nextOffsets = new Map<string, bigint>()

  /** Waits until the reader has everything that lies on the topic now. */
  private async readToEnd(topic: TopicDefinition): Promise<void> {
    const name = onBroker(this.prefix, topic.name)
    const admin = this.kafka.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(name).finally(() => admin.disconnect())
    await eventually(() => {
      for (const { partition, high } of ends) {
        if ((this.nextOffsets.get(`${name} ${partition}`) ?? 0n) < BigInt(high)) throw new Error(`${name} was not read to ${high} of partition ${partition}`)
      }
    }, publishedWithinMs)
  }
}

/** A record as a fact, where it is one: tests also send what is none. */
function factOf(message: { key: Buffer | null; value: Buffer | null; headers?: IHeaders; offset: string }, partition: number): PublishedFact<unknown> | undefined {
  const header = (name: string): string | null => message.headers?.[name]?.toString() ?? null
  const type = header('ce_type')
  if (type === null || eventOfType(type) === undefined || message.value === null) return undefined
  const sequence = header('ce_sequence')
  return {
    eventId: header('ce_id') ?? '',
    type,
    source: header('ce_source') ?? '',
    subject: header('ce_subject') ?? '',
    key: message.key?.toString() ?? '',
    sequence: sequence === null ? null : Number(sequence),
    correlationId: header('ce_correlationid'),
    causationId: header('ce_causationid'),
    actor: header('ce_actor') ?? '',
    time: header('ce_time') ?? '',
    traceparent: header('traceparent'),
    partition,
    offset: BigInt(message.offset),
    payload: parsed(message.value.toString()),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Sent on purpose by a test of bad input.
    return undefined
  }
}
