import { allTopics, consumers, RepublishAsked, type ServiceName } from '@waybill/contracts'
import type { World } from '@waybill/verify'
import fc from 'fast-check'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { isForged } from './forged.js'
import { messagePlans, type RecordToSend, recordsOf, Sequences, typeSaid } from './message-plan.js'

/** Records of one send: a few of everything, and less than a broker takes at once. */
const BATCH = 40
const PAUSE_MS = 50
const CHUNK = 5_000
const NAMED_MAX = 20

interface SentRecord {
  readonly record: RecordToSend
  readonly partition: number
  readonly offset: string
}

export interface MessageFuzzOptions {
  readonly kafkaBrokers: string
  readonly messages: number
  readonly seed: number
  readonly signal: AbortSignal
  /** How far the whole run is, from 0 to 1: messages keep step with requests. */
  readonly progress: () => number
}

/** Sends messages that no service would, to every topic, and looks where each of them ended. */
export class MessageFuzz {
  private readonly kafka: Kafka
  private readonly records: SentRecord[] = []

  constructor(private readonly options: MessageFuzzOptions) {
    this.kafka = new Kafka({ clientId: 'fuzz', brokers: options.kafkaBrokers.split(','), logLevel: logLevel.NOTHING })
  }

  /** Records that the broker took. */
  get sent(): number {
    return this.records.length
  }

  /** Records larger than any topic takes. */
  refusedByBroker = 0

  async run(): Promise<void> {
    const { messages, seed, signal, progress } = this.options
    const producer = this.kafka.producer({ idempotent: false, allowAutoTopicCreation: false })
    await producer.connect()
    try {
      const sequences = new Sequences()
      const plans = fc.sample(messagePlans, { numRuns: messages, seed })
      for (let next = 0; this.sent < messages && !signal.aborted; ) {
        if (this.sent > progress() * messages) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
        else {
          const some = plans.slice(next, next + BATCH).flatMap((plan) => recordsOf(plan, sequences))
          next += BATCH
          await this.sendAll(producer, some)
        }
      }
    } finally {
      await producer.disconnect()
    }
  }

  private async sendAll(producer: Producer, some: readonly RecordToSend[]): Promise<void> {
    // a broker takes about a megabyte of one partition at once: what is large goes alone
    const parcels = Map.groupBy(some, (record) => (isLarge(record) ? record : record.topic)).values()
    for (const records of parcels) {
      const { topic = '' } = records[0] ?? {}
      const { partitions = 1 } = allTopics.find(({ name }) => name === topic) ?? {}
      const placed = records.map((record) => ({ record, partition: record.number % partitions }))
      const answers = await producer.send({ topic, acks: -1, messages: placed.map(({ record: { key, value, headers }, partition }) => ({ key: key as Buffer, value, headers, partition })) }).catch(tooLarge)
      if (answers === undefined) {
        this.refusedByBroker += records.length
        continue
      }
      const next = new Map(answers.map(({ partition, baseOffset }) => [partition, BigInt(baseOffset ?? '0')]))
      for (const { record, partition } of placed) {
        const offset = next.get(partition) ?? 0n
        next.set(partition, offset + 1n)
        this.records.push({ record, partition, offset: offset.toString() })
      }
    }
  }

  /** Records that no group has read yet, over all groups. */
  async lag(): Promise<ReadonlyMap<string, number>> {
    const admin = this.kafka.admin()
    await admin.connect()
    try {
      const lags = new Map<string, number>()
      const ends = new Map(await Promise.all(allTopics.map(async ({ name }) => [name, await admin.fetchTopicOffsets(name)] as const)))
      for (const group of Object.keys(consumers)) {
        const committed = await admin.fetchOffsets({ groupId: group, topics: allTopics.filter(({ name }) => reads(group, name)).map(({ name }) => name) })
        const lag = committed.reduce((sum, { topic, partitions }) => sum + partitions.reduce((inner, { partition, offset }) => {
          const end = ends.get(topic)?.find((one) => one.partition === partition)
          return inner + (end === undefined ? 0 : Math.max(0, Number(end.high) - Math.max(Number(end.low), Number(offset))))
        }, 0), 0)
        lags.set(group, lag)
      }
      return lags
    } finally {
      await admin.disconnect()
    }
  }

  /** What had to be refused and was not, by the groups that read it. */
  async astray(world: World): Promise<readonly string[]> {
    const refused = this.records.filter(({ record }) => record.isRefused)
    const found: string[] = []
    for (const [group, { service, handles }] of Object.entries(consumers)) {
      const handled = new Set(handles.map(({ type }) => type))
      const own = refused.filter(({ record }) => reads(group, record.topic))
      for (let start = 0; start < own.length && found.length < NAMED_MAX; start += CHUNK) {
        const chunk = own.slice(start, start + CHUNK)
        const rows = await world.query<{ place: string; fate: string }>(service, FATES, [group, chunk.map(({ record }) => record.topic), chunk.map(({ partition }) => partition), chunk.map(({ offset }) => offset), chunk.map(({ record }) => idSaid(record))])
        for (const { place, fate } of rows) {
          const one = chunk[Number(place) - 1] as SentRecord
          const type = typeSaid(one.record)
          // of a type that the group does not handle, what it says is nothing to it; its place in the sequence is
          const isFine = fate === 'quarantined' || (fate !== 'handled' && type !== undefined && !handled.has(type))
          if (!isFine) found.push(`${group} ${one.record.topic} ${one.partition} ${one.offset} (${one.record.what}) is ${fate}`)
        }
      }
    }
    return found.slice(0, NAMED_MAX)
  }
}

/** A record that the broker refuses for its size is no message; anything else ends the run. */
function tooLarge(error: unknown): undefined {
  if ((error as { type?: unknown }).type === 'MESSAGE_TOO_LARGE') return undefined
  throw error
}

const LARGE_BYTES = 20_000

const isLarge = ({ value, headers }: RecordToSend): boolean => (value?.length ?? 0) + JSON.stringify(headers).length > LARGE_BYTES

const reads = (group: string, topic: string): boolean => topic === RepublishAsked.topic.name || (consumers[group]?.handles.some((event) => event.topic.name === topic) ?? false)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function idSaid({ headers }: RecordToSend): string | null {
  const id = headers['ce_id']
  return typeof id === 'string' && UUID.test(id) ? id : null
}

// quarantine first: what lay there and was taken again is what somebody decided
const FATES = `
  SELECT r.place, CASE
    WHEN EXISTS (SELECT FROM messaging.quarantine q WHERE q.consumer_group = $1 AND q.topic = r.topic AND q.partition = r.partition AND q."offset" = r."offset") THEN 'quarantined'
    WHEN EXISTS (SELECT FROM messaging.parked_message p WHERE p.consumer_group = $1 AND p.event_id = r.event_id) THEN 'parked'
    WHEN EXISTS (SELECT FROM messaging.inbox i WHERE i.consumer_group = $1 AND i.event_id = r.event_id) THEN 'handled'
    ELSE 'nowhere' END AS fate
  FROM unnest($2::text[], $3::integer[], $4::bigint[], $5::uuid[]) WITH ORDINALITY AS r (topic, partition, "offset", event_id, place)`

/** How many of each kind lie where: what people look at when they ask what became of it all. */
export async function whereabouts(world: World): Promise<readonly string[]> {
  const lines: string[] = []
  for (const service of servicesThatRead) {
    const rows = await world.query<{ place: string; code: string; type: string | null; times: string }>(
      service,
      `SELECT 'quarantined' AS place, code, NULL AS type, count(*) AS times FROM messaging.quarantine GROUP BY code
       UNION ALL SELECT 'parked key', k.code, (SELECT m.type FROM messaging.parked_message m WHERE (m.consumer_group, m.topic, m.key) = (k.consumer_group, k.topic, k.key) AND m.status = 'waiting' ORDER BY m.id LIMIT 1), count(*) FROM messaging.parked_key k GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    )
    lines.push(...rows.map(({ place, code, type, times }) => `${service.padEnd(13)} ${place.padEnd(12)} ${code.padEnd(24)} ${times.padStart(6)}  ${type ?? ''}`))
  }
  return lines
}

/** Keys of real traffic that wait: none should, whatever else lies on their topics. */
export async function realKeysParked(world: World): Promise<readonly string[]> {
  const found: string[] = []
  for (const service of servicesThatRead) {
    const rows = await world.query<{ topic: string; key: string; code: string; error: string }>(service, 'SELECT topic, key, code, error FROM messaging.parked_key')
    found.push(...rows.filter(({ key }) => !isForged(key)).map(({ topic, key, code, error }) => `${service}: ${topic} ${key} waits: ${code} ${error}`))
  }
  return found
}

const servicesThatRead: readonly ServiceName[] = Object.values(consumers).map(({ service }) => service)
