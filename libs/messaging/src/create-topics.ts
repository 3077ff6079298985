import kafkajs, { type Admin, type ITopicConfig } from 'kafkajs'
import { kafkaJsClient, type KafkaAccess } from './kafkajs-driver.js'
import { houseRegistry, isCompacted, onBroker, RECORD_BYTES_MAX, topicsOf, type MessageRegistry } from './registry.js'
import { pause } from './waiting.js'

const { ConfigResourceTypes } = kafkajs

const DAY_MS = 86_400_000
/** A busy broker that makes 180 partitions may lose touch with its controller for a while: 10 s were too few. Together a minute. */
const PROBE_TRIES = 600
const PROBE_PAUSE_MS = 100
/** Room for the headers that brokers and clients add to the largest record. */
const RECORD_OVERHEAD_BYTES = 64 * 1024

export interface CreateTopicsOptions {
  readonly kafka: KafkaAccess
  readonly registry?: MessageRegistry
  readonly namespace?: string
  /** Instead of the registry's: tests take 2. Never changed on a topic that exists: its keys would change partitions. */
  readonly partitions?: number
  /** Default 1: a development broker. Production: 3, with min.insync.replicas 2. */
  readonly replicationFactor?: number
}

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Creates what is missing of the registry's topics, then waits until every partition answers a probe: fresh topics refuse for up to a second. */
export async function createTopics(options: CreateTopicsOptions): Promise<{ readonly created: readonly string[] }> {
  const { registry = houseRegistry, namespace = '' } = options
  const admin = kafkaJsClient(options.kafka, silent).admin({ retry: { retries: 8, initialRetryTime: 100 } })
  await admin.connect()
  try {
    const wanted = [...topicsOf(registry).values()].map((topic) => ({
      topic: onBroker(namespace, topic.name),
      numPartitions: options.partitions ?? topic.partitions,
      replicationFactor: options.replicationFactor ?? 1,
      configEntries: [
        ...(isCompacted(topic)
          ? [{ name: 'cleanup.policy', value: 'compact' }]
          : [
              { name: 'cleanup.policy', value: 'delete' },
              { name: 'retention.ms', value: String((topic.retentionDays ?? 0) * DAY_MS) },
            ]),
        // Our client reads no snappy, lz4 or zstd, which outsiders' clients write as they please: one such record would end every
        // consumer that meets it, again after each restart. The broker unpacks them.
        { name: 'compression.type', value: 'uncompressed' },
        // A batch of records must fit, and no single one larger than the journal takes.
        { name: 'max.message.bytes', value: String(Math.max(1024 * 1024, RECORD_BYTES_MAX + RECORD_OVERHEAD_BYTES)) },
        ...((options.replicationFactor ?? 1) >= 3 ? [{ name: 'min.insync.replicas', value: '2' }] : []),
      ],
    }))
    const existing = new Set(await admin.listTopics())
    const missing = wanted.filter(({ topic }) => !existing.has(topic))
    if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: false })
    await probe(admin, wanted)
    return { created: missing.map(({ topic }) => topic) }
  } finally {
    await admin.disconnect()
  }
}

async function probe(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      for (const { topic } of topics) await admin.fetchTopicOffsets(topic)
      await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: topics[0]?.topic ?? '' }] })
      return
    } catch (error) {
      if (tries === PROBE_TRIES) throw error
      await pause(PROBE_PAUSE_MS)
    }
  }
}
