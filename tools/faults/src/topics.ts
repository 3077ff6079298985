import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { allTopics } from '@waybill/contracts'
import { Kafka, logLevel, type IHeaders } from 'kafkajs'

/** One record as it lies on a topic. */
export interface TopicRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: string
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: IHeaders
}

export type RecordToSend = Omit<TopicRecord, 'offset'>

/** A client whose broker is killed may wait for ever; it is left behind. */
const WITHIN_MS = 30_000
const SEND_AT_ONCE = 500

/**
 * The topics as somebody sees them who may write what he likes: past the services, and past the proxies.
 * Compacted ones are left alone: an older record there would be a lie about what is, not a repetition.
 */
export class Topics {
  private readonly kafka: Kafka
  constructor(brokers: string) {
    this.kafka = new Kafka({ clientId: 'fault-run', brokers: brokers.split(','), logLevel: logLevel.NOTHING, retry: { retries: 3 } })
  }

  get names(): readonly string[] {
    return allTopics.filter(({ retentionDays }) => retentionDays !== null).map(({ name }) => name)
  }

  /** The records of a topic, by partition in their order, each event once; only the last so many of each partition, where told. */
  read(topic: string, lastOfEach = Number.POSITIVE_INFINITY): Promise<readonly TopicRecord[]> {
    return inTime(`reading ${topic}`, this.readAll(topic, lastOfEach))
  }

  /** Sends records to where they say, in their order; where an answer is lost, twice. */
  send(records: readonly RecordToSend[]): Promise<void> {
    return inTime('sending', this.sendAll(records))
  }

  private async readAll(topic: string, lastOfEach: number): Promise<readonly TopicRecord[]> {
    const admin = this.kafka.admin()
    await admin.connect()
    const groupId = `fault-run-${randomUUID()}`
    const consumer = this.kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false, retry: { retries: 3 } })
    try {
      const places = (await admin.fetchTopicOffsets(topic)).flatMap(({ partition, low, high }) => {
        const from = Math.max(Number(low), Number(high) - lastOfEach)
        return from < Number(high) ? [{ partition, from, end: Number(high) }] : []
      })
      if (places.length === 0) return []
      await consumer.connect()
      await consumer.subscribe({ topic, fromBeginning: true })
      return await new Promise<readonly TopicRecord[]>((resolve, reject) => {
        const records: TopicRecord[] = []
        const ends = new Map(places.map(({ partition, end }) => [partition, end]))
        consumer
          .run({
            autoCommit: false,
            eachBatch: ({ batch }) => {
              const end = ends.get(batch.partition)
              if (end === undefined) return Promise.resolve()
              for (const { offset, key, value, headers } of batch.messages) {
                if (Number(offset) < end) records.push({ topic, partition: batch.partition, offset, key, value, headers: headers ?? {} })
              }
              if (Number(batch.lastOffset()) + 1 >= end) ends.delete(batch.partition)
              if (ends.size === 0) resolve(onceEach(records))
              return Promise.resolve()
            },
          })
          .catch(reject)
        for (const { partition, from } of places) consumer.seek({ topic, partition, offset: String(from) })
      })
    } finally {
      await consumer.disconnect()
      // a group that cannot be deleted holds nothing but its name, and the broker forgets it
      await admin.deleteGroups([groupId]).catch(() => undefined)
      await admin.disconnect()
    }
  }

  private async sendAll(records: readonly RecordToSend[]): Promise<void> {
    const producer = this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false })
    await producer.connect()
    try {
      for (let start = 0; start < records.length; start += SEND_AT_ONCE) {
        const byTopic = Map.groupBy(records.slice(start, start + SEND_AT_ONCE), ({ topic }) => topic)
        const topicMessages = [...byTopic].map(([topic, own]) => ({ topic, messages: own.map(({ partition, key, value, headers }) => ({ partition, key, value, headers })) }))
        await producer.sendBatch({ acks: -1, topicMessages })
      }
    } finally {
      await producer.disconnect()
    }
  }
}

async function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const ending = new AbortController()
  const late = pause(WITHIN_MS, undefined, ending).then(() => Promise.reject(new Error(`${what} took too long`)))
  try {
    return await Promise.race([work, late])
  } finally {
    ending.abort()
    // whichever lost the race has nobody who waits for it
    work.catch(() => undefined)
    late.catch(() => undefined)
  }
}

/** What was sent again by earlier faults is not multiplied by later ones. */
function onceEach(records: readonly TopicRecord[]): readonly TopicRecord[] {
  const seen = new Set<string>()
  return records.filter(({ headers, topic, partition, offset }) => {
    const id = String(headers['ce_id'] ?? `${topic} ${partition} ${offset}`)
    if (seen.has(id)) return false
    seen.add(id)
    return true
  })
}
