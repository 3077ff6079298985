import type { TopicDefinition, WatermarkSet } from '@waybill/contracts'
import type { EventCause } from '@waybill/kernel'
import { headersAsText, type RawRecord } from './envelope.js'
import { messageOf } from './failure.js'
import type { Journal } from './journal.js'
import type { KafkaDriver, PartitionOffsets } from './kafka-driver.js'
import type { MessagingMetrics } from './metrics.js'
import { partitionId, type NextOffsets } from './offsets.js'
import { inTransaction, type MessagingLog, type RaiseAlarm, type SqlPool } from './platform.js'
import { republishAsked, watermarkSet } from './registry.js'

const LOOK_EVERY_MS = 2_000
/** A fact that was asked for and has not come is asked for again after this, doubling. */
const ASK_AGAIN_MS = 30_000
const ASK_AGAIN_MAX_MS = 3_600_000
/** Journals hold no more: what is older cannot be had from them. */
const GIVE_UP_MS = 7 * 86_400_000
/** Watermarks kept in mind of one service. Those beyond are not met, and so asked for when there is room. */
const IN_MIND_MAX = 200
/** Subjects asked for at once. */
const ASKED_AT_ONCE = 500
const SAMPLE = 5
/** A watermark that was asked for so often, with its owner at work, is not in its journal any more. */
const HOLE_ASKED_MAX = 8

export interface WatermarkCheckParts {
  readonly group: string
  readonly pool: SqlPool
  readonly driver: KafkaDriver
  readonly offsets: NextOffsets
  readonly topics: ReadonlyMap<string, TopicDefinition>
  readonly subscribed: readonly string[]
  readonly journal: Journal
  readonly metrics: MessagingMetrics
  readonly log: MessagingLog
  readonly alarm: RaiseAlarm
  readonly times?: { readonly lookEveryMs?: number; readonly askAgainMs?: number }
}

/** A subject and how far its owner says it has published. */
interface Mark {
  readonly topic: string
  readonly subject: string
  readonly last: number
}

interface Behind extends Mark {
  /** What this group has; 0: nothing. */
  readonly had: number
}

/** A watermark that was read and not yet met. */
interface Heard {
  readonly service: string
  readonly number: number
  readonly cause: EventCause
  readonly marks: readonly Mark[]
  /** Where the topics ended when it was looked at first: what it speaks of lies before. Undefined: not looked at yet. */
  ends: readonly PartitionOffsets[] | undefined
  /** How many of its subjects were found behind, last time. */
  behind: number
  asked: number
  askAt: number
}

// What waits in parking has arrived all the same.
const BEHIND = `
  WITH behind AS MATERIALIZED (
    SELECT m.topic, m.subject, m.last, coalesce(c.sequence, 0) AS had
    FROM unnest($2::text[], $3::text[], $4::bigint[]) AS m (topic, subject, last)
    LEFT JOIN messaging.consumed_sequence c ON c.consumer_group = $1 AND c.topic = m.topic AND c.subject = m.subject
    WHERE coalesce(c.sequence, 0) < m.last
  ), waiting AS (
    SELECT topic, subject, max(sequence) AS last FROM messaging.parked_message
    WHERE consumer_group = $1 AND status = 'waiting' AND (topic, subject) IN (SELECT topic, subject FROM behind) GROUP BY topic, subject
  )
  SELECT topic, subject, b.last, b.had FROM behind b LEFT JOIN waiting w USING (topic, subject) WHERE coalesce(w.last, 0) < b.last`

/**
 * Compares what owners say they have published with what this group has taken in. Behind a watermark, with everything read that lay
 * on the topics when it came: the end of a topic was lost. The owner is asked to publish again, and a person is told.
 * Watermarks are numbered without a gap; one that is missing, or was forgotten in a crash, is asked for itself.
 */
export class WatermarkCheck {
  private readonly heard = new Map<string, Map<number, Heard>>()
  /** Met, but one before them is not. */
  private readonly metAhead = new Map<string, Set<number>>()
  /** What the latest one of each service came with. */
  private readonly causes = new Map<string, EventCause>()
  private readonly holes = new Map<string, { readonly number: number; asked: number; askAt: number }>()
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined

  constructor(private readonly parts: WatermarkCheckParts) {}

  start(): void {
    this.timer ??= setInterval(() => void this.look(), this.parts.times?.lookEveryMs ?? LOOK_EVERY_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  /** Takes a watermark in. The same one again changes nothing. */
  note(record: RawRecord, cause: EventCause, payload: unknown): void {
    const number = Number(headersAsText(record.headers)['ce_sequence'])
    const { service, topics } = payload as WatermarkSet
    const known = this.heard.get(service) ?? new Map<number, Heard>()
    this.heard.set(service, known)
    this.causes.set(service, cause)
    if (!Number.isSafeInteger(number) || known.has(number) || known.size >= IN_MIND_MAX) return
    const marks = topics
      .filter(({ topic }) => this.parts.subscribed.includes(topic) && this.parts.topics.get(topic)?.sequenced === true)
      .flatMap(({ topic, subjects, last }) => subjects.flatMap((subject, index): Mark[] => (last[index] === undefined ? [] : [{ topic, subject, last: last[index] }])))
    known.set(number, { service, number, cause, marks, ends: undefined, behind: 0, asked: 0, askAt: 0 })
  }

  /** One look at all that is in mind. Never throws: what cannot be compared now is later. */
  look(): Promise<void> {
    this.looking ??= this.lookNow()
      .catch((error: unknown) => this.parts.log.info({ group: this.parts.group, error: messageOf(error) }, 'watermarks could not be compared and will be later'))
      .finally(() => (this.looking = undefined))
    return this.looking
  }

  private async lookNow(): Promise<void> {
    const open = [...this.heard.values()].flatMap((numbers) => [...numbers.values()])
    if (open.length > 0) {
      await this.noteEnds(open.filter(({ ends, marks }) => ends === undefined && marks.length > 0))
      // Read after the ends: what is done by now is at least what was read by then.
      const next = await this.parts.offsets.load()
      for (const watermark of open) if (isRead(watermark, next) && watermark.askAt <= Date.now()) await this.compare(watermark)
    }
    await this.settle()
    this.parts.metrics.behindWatermarks.set(open.reduce((sum, { behind }) => sum + behind, 0))
  }

  private async noteEnds(fresh: readonly Heard[]): Promise<void> {
    if (fresh.length === 0) return
    const ends = await this.parts.driver.offsets(this.parts.group, [...new Set(fresh.flatMap(({ marks }) => marks.map(({ topic }) => topic)))])
    for (const watermark of fresh) {
      const topics = new Set(watermark.marks.map(({ topic }) => topic))
      watermark.ends = ends.filter(({ topic }) => topics.has(topic))
    }
  }

  private async compare(watermark: Heard): Promise<void> {
    const behind = watermark.marks.length === 0 ? [] : await this.behind(watermark.marks)
    watermark.behind = behind.length
    if (behind.length === 0) return this.met(watermark)
    if (Date.now() - Date.parse(watermark.cause.time) > GIVE_UP_MS) {
      this.parts.alarm('tail-not-healed', 'facts that were lost are too old to be published again', { service: watermark.service, ...told(behind) })
      return this.met(watermark)
    }
    await this.ask(watermark, behind)
  }

  private async behind(marks: readonly Mark[]): Promise<readonly Behind[]> {
    const { rows } = await this.parts.pool.query<{ topic: string; subject: string; last: string; had: string }>({
      name: 'messaging.watermark.behind',
      text: BEHIND,
      values: [this.parts.group, marks.map(({ topic }) => topic), marks.map(({ subject }) => subject), marks.map(({ last }) => last)],
    })
    return rows.map(({ topic, subject, last, had }) => ({ topic, subject, last: Number(last), had: Number(had) }))
  }

  private async ask(watermark: Heard, behind: readonly Behind[]): Promise<void> {
    const { service, cause } = watermark
    const now = behind.slice(0, ASKED_AT_ONCE)
    await this.askFor(now.map(({ topic, subject, had }) => ({ service, topic, subject, from: had + 1 })), cause)
    if (watermark.asked === 0) for (const { topic } of behind) this.parts.metrics.tailsLost.inc({ topic })
    watermark.asked++
    watermark.askAt = Date.now() + Math.min(ASK_AGAIN_MAX_MS, (this.parts.times?.askAgainMs ?? ASK_AGAIN_MS) * (behind.length > now.length ? 1 : 2 ** (watermark.asked - 1)))
    this.parts.alarm('tail-lost', 'the end of a topic was lost, by what its owner says it has published: the owner is asked to publish again', { service, watermark: watermark.number, asked: watermark.asked, ...told(behind) })
  }

  private async askFor(asked: readonly { readonly service: string; readonly topic: string; readonly subject: string; readonly from: number }[], cause: EventCause): Promise<void> {
    await inTransaction(this.parts.pool, (client) =>
      this.parts.journal.append(client, asked.map((payload) => ({ event: republishAsked, subject: payload.service, key: payload.service, payload, cause }))),
    )
    this.parts.journal.afterCommit()
  }

  private met({ service, number }: Heard): void {
    this.heard.get(service)?.delete(number)
    const ahead = this.metAhead.get(service) ?? new Set()
    this.metAhead.set(service, ahead.add(number))
  }

  /** Writes down how far all was found, and asks for watermarks that are missing between. */
  private async settle(): Promise<void> {
    const services = [...new Set([...this.heard.keys(), ...this.metAhead.keys()])].filter((service) => (this.heard.get(service)?.size ?? 0) + (this.metAhead.get(service)?.size ?? 0) > 0)
    if (services.length === 0) return
    const { rows } = await this.parts.pool.query<{ service: string; number: string }>({
      name: 'messaging.watermark.met-before',
      text: 'SELECT service, number FROM messaging.watermark_met WHERE consumer_group = $1 AND service = ANY($2::text[])',
      values: [this.parts.group, services],
    })
    const before = new Map(rows.map(({ service, number }) => [service, Number(number)]))
    for (const service of services) await this.settleService(service, before.get(service))
  }

  private async settleService(service: string, before: number | undefined): Promise<void> {
    const heard = this.heard.get(service) ?? new Map<number, Heard>()
    const ahead = this.metAhead.get(service) ?? new Set<number>()
    // A group that has met none of them begins with the first it hears.
    let met = before ?? Math.min(...heard.keys(), ...ahead) - 1
    while (ahead.has(met + 1)) met++
    for (const number of ahead) if (number <= met) ahead.delete(number)
    if (met !== before) {
      await this.parts.pool.query({
        name: 'messaging.watermark.met',
        text: `INSERT INTO messaging.watermark_met AS m (consumer_group, service, number) VALUES ($1, $2, $3)
          ON CONFLICT (consumer_group, service) DO UPDATE SET number = greatest(m.number, excluded.number), met_at = clock_timestamp()`,
        values: [this.parts.group, service, met],
      })
    }
    await this.askForMissing(service, met, heard, ahead)
  }

  private async askForMissing(service: string, met: number, heard: ReadonlyMap<number, Heard>, ahead: Set<number>): Promise<void> {
    const first = met + 1
    const isMissing = Math.max(0, ...heard.keys(), ...ahead) > first && !heard.has(first) && !ahead.has(first)
    const hole = this.holes.get(service)
    if (!isMissing) {
      this.holes.delete(service)
      return
    }
    const askAgainMs = this.parts.times?.askAgainMs ?? ASK_AGAIN_MS
    if (hole?.number !== first) {
      // Watermarks of two replicas, or of a round that is coming: not missed until it has had its time.
      this.holes.set(service, { number: first, asked: 0, askAt: Date.now() + askAgainMs / 3 })
      return
    }
    if (hole.askAt > Date.now()) return
    if (hole.asked === HOLE_ASKED_MAX) {
      const next = Math.min(...heard.keys(), ...ahead)
      this.parts.alarm('watermarks-missing', 'watermarks cannot be had any more: what they said is not compared', { service, from: first, to: next - 1 })
      for (let number = first; number < next; number++) ahead.add(number)
      return
    }
    hole.asked++
    hole.askAt = Date.now() + Math.min(ASK_AGAIN_MAX_MS, askAgainMs * 2 ** (hole.asked - 1))
    const cause = this.causes.get(service)
    if (cause === undefined) return
    this.parts.log.info({ group: this.parts.group, service, from: first }, 'watermarks are missing and are asked for')
    await this.askFor([{ service, topic: watermarkSet.topic.name, subject: service, from: first }], cause)
  }
}

/** Is everything done that lay on its topics when it was looked at first? */
const isRead = ({ marks, ends }: Heard, next: ReadonlyMap<string, bigint>): boolean =>
  marks.length === 0 || (ends !== undefined && ends.every(({ topic, partition, low, high }) => low === high || (next.get(partitionId(topic, partition)) ?? 0n) >= high))

const told = (behind: readonly Behind[]) => ({ subjects: behind.length, sample: behind.slice(0, SAMPLE).map(({ topic, subject, last, had }) => `${topic} ${subject}: ${had} of ${last}`) })
