import type { TopicDefinition } from '@waybill/contracts'
import type { KafkaDriver, PartitionOffset, PartitionOffsets } from './kafka-driver.js'
import type { MessagingLog, RaiseAlarm, SqlClient, SqlPool } from './platform.js'
import { isCompacted } from './registry.js'

/**
 * How far a group has got, by its own database. It is a lower bound: written with every commit of Kafka's offsets and always before it,
 * so Kafka's can never be ahead unless somebody moved them.
 */
export class NextOffsets {
  constructor(
    private readonly pool: SqlPool,
    private readonly group: string,
  ) {}

  async save(offsets: readonly PartitionOffset[], client: SqlClient = this.pool): Promise<void> {
    if (offsets.length === 0) return
    await client.query({
      name: 'messaging.offsets.save',
      text: `INSERT INTO messaging.next_offset AS n (consumer_group, topic, partition, next_offset)
        SELECT $1, topic, partition, next FROM unnest($2::text[], $3::integer[], $4::bigint[]) AS t (topic, partition, next) ORDER BY topic, partition
        ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = greatest(n.next_offset, excluded.next_offset)`,
      values: [this.group, offsets.map(({ topic }) => topic), offsets.map(({ partition }) => partition), offsets.map(({ offset }) => offset.toString())],
    })
  }

  async load(): Promise<ReadonlyMap<string, bigint>> {
    const { rows } = await this.pool.query<{ topic: string; partition: number; next_offset: string }>({
      name: 'messaging.offsets.load',
      text: 'SELECT topic, partition, next_offset FROM messaging.next_offset WHERE consumer_group = $1',
      values: [this.group],
    })
    return new Map(rows.map(({ topic, partition, next_offset }) => [partitionId(topic, partition), BigInt(next_offset)]))
  }

  /** Starts over at an offset, also a smaller one: the topic was made anew, or a person accepted a loss. */
  async reset({ topic, partition, offset }: PartitionOffset, client: SqlClient = this.pool): Promise<void> {
    await client.query({
      name: 'messaging.offsets.reset',
      text: `INSERT INTO messaging.next_offset (consumer_group, topic, partition, next_offset) VALUES ($1, $2, $3, $4)
        ON CONFLICT (consumer_group, topic, partition) DO UPDATE SET next_offset = excluded.next_offset`,
      values: [this.group, topic, partition, offset.toString()],
    })
  }
}

export const partitionId = (topic: string, partition: number): string => `${topic}/${partition}`

/** Where reading may not begin: records we have not read are gone from the broker. */
export interface LostRecords extends PartitionOffset {
  readonly low: bigint
}

export interface GuardParts {
  readonly driver: KafkaDriver
  readonly group: string
  readonly topics: ReadonlyMap<string, TopicDefinition>
  readonly offsets: NextOffsets
  readonly askForTopics: (names: readonly string[]) => Promise<void>
  readonly log: MessagingLog
  readonly alarm: RaiseAlarm
}

/**
 * Before the consumer runs: compares what the log holds, what the group committed and what our database says was done.
 * kafkajs alone would skip deleted records without a word, even with `fromBeginning: true`. Source: research/07 section 4.1.
 * Returns the partitions that may not be read until a person has accepted the loss.
 */
export async function guardOffsets(parts: GuardParts, topics: readonly string[]): Promise<readonly LostRecords[]> {
  // Other members may work meanwhile: what is compared with a bound of the log was read before it, what Kafka's offset is compared with after it.
  const before = await parts.offsets.load()
  const offsets = await parts.driver.offsets(parts.group, topics)
  const after = await parts.offsets.load()
  const lost: LostRecords[] = []
  const moves: PartitionOffset[] = []
  const emptied = new Set<string>()
  for (const found of offsets) {
    const { topic, partition } = found
    const id = partitionId(topic, partition)
    const verdict = judge(found, before.get(id) ?? null, after.get(id) ?? null)
    if (verdict.kind === 'lost' && !isCompactedTopic(parts, topic)) {
      lost.push({ topic, partition, offset: verdict.offset, low: found.low })
    } else if (verdict.kind === 'made anew') {
      parts.alarm('topic-made-anew', 'a topic is shorter than what was read of it: it is read again from its start', { topic, partition, high: found.high.toString(), committed: String(found.committed) })
      await parts.offsets.reset({ topic, partition, offset: found.low })
      moves.push({ topic, partition, offset: found.low })
      if (isCompactedTopic(parts, topic)) emptied.add(topic)
    } else if (verdict.kind === 'loss accepted') {
      moves.push({ topic, partition, offset: verdict.offset })
    } else if (verdict.kind === 'moved forward') {
      parts.alarm('group-moved-forward', 'the group was moved past records it has not handled, or the database was restored: reading goes back', { topic, partition, from: String(found.committed), to: verdict.offset.toString() })
      moves.push({ topic, partition, offset: verdict.offset })
    }
  }
  // Nothing in it is numbered, so no gap and no watermark would show what is missing.
  if (emptied.size > 0) await parts.askForTopics([...emptied])
  if (moves.length > 0 && lost.length === 0) await parts.driver.moveGroup(parts.group, moves)
  return lost
}

type Verdict = { readonly kind: 'fine' | 'made anew' } | { readonly kind: 'lost' | 'loss accepted' | 'moved forward'; readonly offset: bigint }

function judge({ low, high, committed }: PartitionOffsets, before: bigint | null, stored: bigint | null): Verdict {
  if ((before ?? 0n) > high || (committed ?? 0n) > high) return { kind: 'made anew' }
  const done = stored ?? committed
  if (done === null) return { kind: 'fine' }
  if (done < low) return { kind: 'lost', offset: done }
  if (committed !== null && committed < low) return { kind: 'loss accepted', offset: done }
  if (stored !== null && committed !== null && committed > stored) return { kind: 'moved forward', offset: stored }
  return { kind: 'fine' }
}

const isCompactedTopic = ({ topics }: GuardParts, name: string): boolean => {
  const topic = topics.get(name)
  return topic !== undefined && isCompacted(topic)
}
