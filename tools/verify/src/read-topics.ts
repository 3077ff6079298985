import { randomUUID } from 'node:crypto'
import { allTopics } from '@waybill/contracts'
import { onBroker } from '@waybill/messaging'
import { Kafka, logLevel, type Admin, type Consumer, type IHeaders } from 'kafkajs'
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
  try {
    const names = new Map(allTopics.map(({ name }) => [onBroker(namespace, name), name]))
    const ends = await endsOf(admin, [...names.keys()])
    if (ends.size === 0) return []
    const groupId = `waybill-verify-${randomUUID()}`
    try {
      return await readUpTo(ends, kafka.consumer({ groupId, maxWaitTimeInMs: 100, allowAutoTopicCreation: false }), names)
    } finally {
      // a group that cannot be deleted holds nothing but its name, and the broker forgets it
      await admin.deleteGroups([groupId]).catch(() => undefined)
    }
  } finally {
    await admin.disconnect()
  }
}

/** Where the partitions end that hold something. */
async function endsOf(admin: Admin, names: readonly string[]): Promise<Map<string, bigint>> {
  const there = new Set(await admin.listTopics())
  const ends = new Map<string, bigint>()
  for (const topic of names.filter((name) => there.has(name))) {
    for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) if (BigInt(high) > BigInt(low)) ends.set(placeOf(topic, partition), BigInt(high))
  }
  return ends
}

/** Takes each partition out of `ends` as it is read to its end. */
async function readUpTo(ends: Map<string, bigint>, consumer: Consumer, names: ReadonlyMap<string, string>): Promise<readonly TopicRecord[]> {
  const records: TopicRecord[] = []
  const topics = [...new Set([...ends.keys()].map((place) => place.slice(0, place.indexOf(' '))))]
  try {
    await consumer.connect()
    await consumer.subscribe({ topics, fromBeginning: true })
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
            const place = placeOf(batch.topic, batch.partition)
            const end = ends.get(place)
            if (end === undefined) return Promise.resolve()
            for (const message of batch.messages) if (BigInt(message.offset) < end) records.push(toRecord(names.get(batch.topic) ?? batch.topic, batch.partition, message))
            // compaction leaves holes: where the batch ends counts, not its last message
            if (BigInt(batch.lastOffset()) + 1n >= end) {
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
  }
  return records
}

const placeOf = (topic: string, partition: number): string => `${topic} ${partition}`

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
    isEmpty: message.value === null,
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
