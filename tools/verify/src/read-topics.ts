import { randomUUID } from 'node:crypto'
import { allTopics } from '@waybill/contracts'
import { onBroker } from '@waybill/messaging'
import { Kafka, logLevel, type IHeaders } from 'kafkajs'
import type { TopicRecord } from './world.js'

/** Longest silence of the broker while records are still to come. */
const SILENCE_MS = 15_000

const headerOf = (headers: IHeaders | undefined, name: string): string | null => {
  const value = headers?.[name]
  return value === undefined || Array.isArray(value) ? null : value.toString()
}

/** Reads all topics from their beginning to where they end now, with a group of its own that is deleted afterwards. */
export async function readTopics(brokers: readonly string[], namespace: string): Promise<readonly TopicRecord[]> {
  const kafka = new Kafka({ clientId: 'waybill-verify', brokers: [...brokers], logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const names = new Map(allTopics.map(({ name }) => [onBroker(namespace, name), name]))
  const there = new Set(await admin.listTopics())
  const topics = [...names.keys()].filter((topic) => there.has(topic))
  const ends = new Map<string, bigint>()
  for (const topic of topics) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) if (BigInt(high) > BigInt(low)) ends.set(`${topic} ${partition}`, BigInt(high))
  }
  const records: TopicRecord[] = []
  if (ends.size > 0) {
    const groupId = `waybill-verify-${randomUUID()}`
    const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false })
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
    try {
      await new Promise<void>((done, failed) => {
        let heard = Date.now()
        const watch = setInterval(() => {
          if (Date.now() - heard > SILENCE_MS) finish(new Error(`Kafka gave no more records for ${SILENCE_MS / 1000} s; ${ends.size} partition(s) not read to their end`))
        }, 1000)
        const finish = (error?: Error): void => {
          clearInterval(watch)
          if (error) failed(error)
          else done()
        }
        consumer
          .run({
            autoCommit: false,
            partitionsConsumedConcurrently: ends.size,
            eachBatch: ({ batch }) => {
              heard = Date.now()
              const place = `${batch.topic} ${batch.partition}`
              const end = ends.get(place)
              for (const message of batch.messages) {
                if (end !== undefined && BigInt(message.offset) < end) records.push(toRecord(names.get(batch.topic) ?? batch.topic, batch.partition, message))
              }
              // compaction and aborted batches leave holes: where the batch ends counts, not its last message
              if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) {
                ends.delete(place)
                if (ends.size === 0) finish()
              }
              return Promise.resolve()
            },
          })
          .catch(finish)
      })
    } finally {
      await consumer.disconnect()
      // a group that cannot be deleted holds nothing but its name, and the broker forgets it
      await admin.deleteGroups([groupId]).catch(() => undefined)
      await admin.disconnect()
    }
  } else await admin.disconnect()
  return records
}

function toRecord(topic: string, partition: number, message: { offset: string; key: Buffer | null; value: Buffer | null; headers?: IHeaders | undefined }): TopicRecord {
  const sequence = headerOf(message.headers, 'ce_sequence')
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key === null ? null : message.key.toString(),
    eventId: headerOf(message.headers, 'ce_id'),
    type: headerOf(message.headers, 'ce_type'),
    subject: headerOf(message.headers, 'ce_subject'),
    sequence: sequence !== null && /^\d{1,15}$/.test(sequence) ? Number(sequence) : null,
    version: versionOf(message.value),
  }
}

/** The version that a compacted fact says it is; null of everything else. */
function versionOf(value: Buffer | null): number | null {
  if (value === null || !value.includes('"version"')) return null
  try {
    const { version } = JSON.parse(value.toString()) as { version?: unknown }
    return typeof version === 'number' ? version : null
  } catch (error) {
    // what is no JSON has no version; that it lies there is for the quarantine to say
    if (error instanceof SyntaxError) return null
    throw error
  }
}
