import type { EventDefinition, WatermarkSet } from '@waybill/contracts'
import type { TimerCause } from '@waybill/kernel'
import { randomUUID } from 'node:crypto'
import { messageOf } from './failure.js'
import type { Journal, OutgoingMessage } from './journal.js'
import { inTransaction, type MessagingLog, type SqlClient, type SqlPool } from './platform.js'
import { watermarkSet } from './registry.js'

/** Source: reliability G13. */
const EVERY_MS = 30_000
/** A service without news says so this often: its last watermark could be what was lost. */
const QUIET_MS = 300_000
/** Subjects in one record: 90 kB with ids of ours. */
const SUBJECTS_MAX = 2_000
/** Journal rows looked at in one transaction. */
const ROWS_MAX = 50_000

export interface WatermarkParts {
  readonly service: string
  readonly pool: SqlPool
  readonly journal: Journal
  readonly log: MessagingLog
  readonly times?: { readonly everyMs?: number; readonly quietMs?: number }
}

// Locked by whoever looks; another replica passes by. The time of the last look stands there too, so that replicas take turns.
const POSITION = `
  SELECT w.prev::text, coalesce(w.target, r.prev)::text AS target, CASE WHEN w.target IS NULL THEN r.floor_seq ELSE w.target_floor END AS target_floor, w.last_seq, w.floor_seq,
    w.set_at IS NULL OR w.set_at < clock_timestamp() - make_interval(secs => $2) AS is_quiet
  FROM messaging.watermark w, messaging.relay r WHERE w.looked_at < clock_timestamp() - make_interval(secs => $1) FOR UPDATE OF w SKIP LOCKED`

// The same step from snapshot to snapshot as the relay's own read, to a snapshot the relay has left behind: all of it is on the topics.
const NEWS = `
  WITH sent AS MATERIALIZED (
    SELECT * FROM (
      (SELECT seq, topic, subject, sequence FROM messaging.journal
        WHERE seq > greatest($3::bigint, $4::bigint) AND xid >= pg_snapshot_xmax($1::pg_snapshot) AND pg_visible_in_snapshot(xid, $2::pg_snapshot)
        ORDER BY seq LIMIT $5)
      UNION ALL
      (SELECT z.seq, z.topic, z.subject, z.sequence
        FROM pg_snapshot_xip($1::pg_snapshot) AS x CROSS JOIN LATERAL (SELECT * FROM messaging.journal WHERE xid = x OFFSET 0) AS z
        WHERE z.seq > $3 AND pg_visible_in_snapshot(z.xid, $2::pg_snapshot))) AS step
    ORDER BY seq LIMIT $5
  ), extent AS (SELECT count(*) AS rows, coalesce(max(seq), 0) AS last_seq FROM sent)
  SELECT e.rows, e.last_seq, n.topic, n.subject, n.last FROM extent e
  LEFT JOIN (SELECT topic, subject, max(sequence) AS last FROM sent WHERE sequence IS NOT NULL AND topic <> $6 GROUP BY topic, subject) n ON true
  ORDER BY n.topic, n.subject`

interface News {
  readonly topic: string
  readonly subject: string
  readonly last: number
}

/**
 * Says every 30 s how far this service has published: the last sequence of each subject told of since the watermark before.
 * Only what the relay has confirmed is said, and the watermark goes the same way behind it: whoever has read it and everything that
 * lay on the topics by then, and has less, has lost something.
 */
export class Watermarks {
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | undefined
  private readonly everyMs: number

  constructor(private readonly parts: WatermarkParts) {
    this.everyMs = parts.times?.everyMs ?? EVERY_MS
  }

  start(): void {
    this.timer = setInterval(() => this.look(), this.everyMs)
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    await this.looking
  }

  private look(): void {
    this.looking ??= this.setAll().finally(() => (this.looking = undefined))
  }

  private async setAll(): Promise<void> {
    try {
      for (let isFirst = true; await this.set(isFirst); isFirst = false) this.parts.journal.afterCommit()
      this.parts.journal.afterCommit()
    } catch (error) {
      this.parts.log.info({ error: messageOf(error) }, 'no watermark could be set; the next one will say it')
    }
  }

  /** One step. True: there is more to be said. */
  private set(isFirst: boolean): Promise<boolean> {
    return inTransaction(this.parts.pool, async (client) => {
      const position = await this.position(client, isFirst)
      if (!position) return false
      // As for the relay: the journal is read by index only.
      await client.query({ text: 'SET LOCAL enable_seqscan = off; SET LOCAL jit = off' })
      const { rows } = await client.query<{ rows: string; last_seq: string; topic: string | null; subject: string; last: string }>({
        name: 'messaging.watermark.news',
        text: NEWS,
        values: [position.prev, position.target, position.last_seq, position.floor_seq, ROWS_MAX, watermarkSet.topic.name],
      })
      const hasMore = Number(rows[0]?.rows ?? 0) === ROWS_MAX
      const news = rows.flatMap(({ topic, subject, last }): News[] => (topic === null ? [] : [{ topic, subject, last: Number(last) }]))
      const isSaid = news.length > 0 || position.is_quiet
      if (isSaid) await this.parts.journal.append(client, this.messages(news))
      await client.query({
        name: hasMore ? 'messaging.watermark.go-on' : 'messaging.watermark.move',
        text: hasMore
          ? 'UPDATE messaging.watermark SET target = $1, target_floor = $2, last_seq = $3, set_at = CASE WHEN $4 THEN clock_timestamp() ELSE set_at END'
          : 'UPDATE messaging.watermark SET prev = $1, floor_seq = $2, last_seq = $3, set_at = CASE WHEN $4 THEN clock_timestamp() ELSE set_at END, target = NULL, looked_at = clock_timestamp()',
        values: [position.target, position.target_floor, hasMore ? rows[0]?.last_seq : 0, isSaid],
      })
      return hasMore
    })
  }

  private async position(client: SqlClient, isFirst: boolean) {
    const { rows } = await client.query<{ prev: string; target: string; target_floor: string; last_seq: string; floor_seq: string; is_quiet: boolean }>({
      name: 'messaging.watermark.position',
      text: POSITION,
      values: [isFirst ? (this.everyMs * 0.9) / 1000 : 0, (this.parts.times?.quietMs ?? QUIET_MS) / 1000],
    })
    return rows[0]
  }

  /** At least one, and as many as the news need. */
  private messages(news: readonly News[]): OutgoingMessage[] {
    const { service } = this.parts
    const chunks = Array.from({ length: Math.max(1, Math.ceil(news.length / SUBJECTS_MAX)) }, (_, index) => news.slice(index * SUBJECTS_MAX, (index + 1) * SUBJECTS_MAX))
    return chunks.map((chunk) => ({ event: watermarkSet as EventDefinition, subject: service, key: service, payload: { service, topics: byTopic(chunk) }, cause: cause(service), counted: true }))
  }
}

function byTopic(news: readonly News[]): WatermarkSet['topics'] {
  const topics = new Map<string, { topic: string; subjects: string[]; last: number[] }>()
  for (const { topic, subject, last } of news) {
    const entry = topics.get(topic) ?? { topic, subjects: [], last: [] }
    topics.set(topic, entry)
    entry.subjects.push(subject)
    entry.last.push(last)
  }
  return [...topics.values()]
}

const cause = (service: string): TimerCause => ({ kind: 'timer', timer: 'watermark', subject: service, token: randomUUID(), correlationId: null, actor: 'system:messaging', traceparent: null })
