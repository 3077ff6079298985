import { randomUUID } from 'node:crypto'
import type { TopicDefinition } from '@waybill/contracts'
import { crashPoint, crashPointAfterThisTurn } from '@waybill/kernel'
import { messageOf } from './failure.js'
import type { KafkaDriver, KafkaProducer } from './kafka-driver.js'
import type { MessagingMetrics } from './metrics.js'
import type { MessagingLog, RaiseAlarm, SqlClient, SqlPool } from './platform.js'
import { oneAtATime } from './one-at-a-time.js'
import { isCompacted } from './registry.js'
import { acquireLease, giveLeaseBack, JournalCursor, LEASE_MS, renewLease, type CursorRead, type JournalRow, type Lease } from './relay-cursor.js'
import { dropRepublish, dueRepublishes, isOurs, rowsToRepublish, sendLatestAgain, type Republish } from './republish.js'
import { backoffMs, Bell, pause, periodOf, within } from './waiting.js'

/** Knee of the measurement: 28 us of CPU a row at 2,000, 40 at 500. Source: research/07 section 2.3. */
const READ_ROWS = 2_000
/** One request stays below the brokers' default of 1 MiB a record batch, even if all of it goes to one partition. */
const SEND_BYTES_MAX = 800_000
/** kafkajs left sends pending for more than 15 s when a broker was killed. */
const SEND_GUARD_MS = 15_000
const RETRY_FIRST_MS = 50
const RETRY_MAX_MS = 2_000
/** Without any wake-up call a row waits this long at most. */
const POLL_MS = 1_000
const STANDBY_MS = 2_000
const RENEWED_WITHIN_MS = 2_000
/** By then a send that was under way when a lease changed hands or a send failed has ended, and the latest of its keys can be put on top. */
const AFTERMATH_MS = SEND_GUARD_MS + 5_000
const NOTIFY_EVERY_MS = 50
/** A send costs the same for one row as for a hundred: few rows that follow each other at once wait for each other so long at least. */
const PACE_MS = 5
const CHANNEL = 'waybill_journal'
const ALARM_AFTER_FAILURES = 5
const SAY_EVERY_FAILURES = 20

export interface RelayParts {
  readonly pool: SqlPool
  readonly driver: KafkaDriver
  readonly topics: ReadonlyMap<string, TopicDefinition>
  readonly metrics: MessagingMetrics
  readonly log: MessagingLog
  readonly alarm: RaiseAlarm
  /** For tests that cannot wait. */
  readonly times?: { readonly leaseMs?: number; readonly sendGuardMs?: number; readonly aftermathMs?: number; readonly standbyMs?: number }
}

/**
 * Publishes the journal. One relay per service database is at work, by a lease row with an epoch; the others stand by.
 * Never gives up: a broker that is away, or a topic that refuses, stops it where it stands, and it tries again.
 * Only duplicates can result; consumers drop them.
 */
export class Relay {
  private readonly holder = randomUUID()
  private readonly bell = new Bell()
  private readonly leaseMs: number
  private readonly stopping = new AbortController()
  private flushUntil = 0
  private running: Promise<void> | undefined
  private producer: KafkaProducer | undefined
  private leading = false
  /** A send was given up without an answer: it may still land. */
  private hasSendUnderWay = false
  private lastConfirmed = 0
  private oldestUnsent: Date | undefined
  private lastNotify = 0
  private notifyTimer: NodeJS.Timeout | undefined
  private republishLooked = 0

  constructor(private readonly parts: RelayParts) {
    this.leaseMs = parts.times?.leaseMs ?? LEASE_MS
  }

  get state(): 'leading' | 'standing by' | 'stopped' {
    return this.running === undefined ? 'stopped' : this.leading ? 'leading' : 'standing by'
  }

  /** Age of the oldest row known not to be on its topic. Unit: seconds. */
  get ageSeconds(): number {
    return this.oldestUnsent ? Math.max(0, (Date.now() - this.oldestUnsent.getTime()) / 1000) : 0
  }

  start(): void {
    this.running ??= this.run()
  }

  /** New rows are committed. Where another process leads, it is told: after commit, from a connection of its own, at most 20 times a second. */
  kick(): void {
    if (this.leading || this.running === undefined) this.bell.ring()
    else this.notifySoon()
  }

  /** Sends what is committed, for so long at most, and gives the lease back. */
  async stop(flushMs = 5_000): Promise<void> {
    if (!this.running) return
    this.flushUntil = Date.now() + flushMs
    this.stopping.abort()
    this.bell.ring()
    clearTimeout(this.notifyTimer)
    await this.running
    this.running = undefined
    await this.closeProducer()
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopped; ) {
      try {
        await this.withConnection(async (client) => {
          failures = 0
          await this.standByAndLead(client)
        })
      } catch (error) {
        this.parts.log.warn({ error: messageOf(error) }, 'the relay lost its database connection and connects again')
        await pause(backoffMs(failures++, RETRY_FIRST_MS, RETRY_MAX_MS), this.stopping.signal)
      }
    }
  }

  private async withConnection(work: (client: SqlClient) => Promise<void>): Promise<void> {
    const client = await this.parts.pool.connect()
    let broken: Error | undefined
    const onError = (error: Error) => (broken = error)
    const onNotification = () => this.bell.ring()
    client.on('error', onError)
    client.on('notification', onNotification)
    try {
      // The journal is read by index only. A day written by few large transactions looks to the planner as if all of it belonged to
      // the one transaction asked for, and it would read the day; and compiling the query costs 500 times running it.
      await client.query({ text: 'SET enable_seqscan = off; SET jit = off' })
      await work(oneAtATime(client))
    } catch (error) {
      broken ??= error as Error
      throw error
    } finally {
      this.leading = false
      this.parts.metrics.relayLeads.set(0)
      client.removeListener('error', onError)
      client.removeListener('notification', onNotification)
      // Named statements and LISTEN stay with the connection: nobody else should get it.
      client.release(broken ?? true)
    }
  }

  private async standByAndLead(client: SqlClient): Promise<void> {
    while (!this.stopped) {
      const lease = await acquireLease(client, this.holder, this.leaseMs)
      if (lease) await this.lead(client, lease)
      else await pause(this.parts.times?.standbyMs ?? STANDBY_MS, this.stopping.signal)
    }
  }

  private async lead(client: SqlClient, lease: Lease): Promise<void> {
    await client.query({ text: `LISTEN ${CHANNEL}` })
    this.leading = true
    this.hasSendUnderWay = false
    this.lastConfirmed = Date.now()
    this.parts.metrics.relayLeads.set(1)
    this.parts.log.info({ epoch: lease.epoch }, 'the relay leads')
    const lost = new AbortController()
    let renewing: Promise<void> | undefined
    const renew = (): void => void (renewing ??= this.renew(client, lease.epoch, lost).finally(() => (renewing = undefined)))
    const renewal = setInterval(renew, this.leaseMs / 3)
    try {
      await this.publish(client, lease, lost.signal)
      if (!lost.signal.aborted) await giveLeaseBack(client, lease.epoch, this.hasSendUnderWay)
    } finally {
      clearInterval(renewal)
      // it uses the connection, and may have something to say: not after the end
      await within(RENEWED_WITHIN_MS, renewing)
      this.leading = false
      this.parts.metrics.relayLeads.set(0)
    }
  }

  private async renew(client: SqlClient, epoch: number, lost: AbortController): Promise<void> {
    this.parts.metrics.journalAge.set(this.ageSeconds)
    try {
      if (await renewLease(client, epoch, this.leaseMs)) this.lastConfirmed = Date.now()
      else lost.abort()
      crashPoint('C10-lease-renewed')
    } catch (error) {
      this.parts.log.warn({ error: messageOf(error) }, 'the relay could not renew its lease')
      lost.abort()
    }
    this.bell.ring()
  }

  /** Reads, sends, confirms, until the lease is lost or the process stops. The next rows are read while a send is under way. */
  private async publish(client: SqlClient, lease: Lease, lost: AbortSignal): Promise<void> {
    const cursor = new JournalCursor(client, lease.epoch, this.leaseMs)
    let position = lease.position
    let ahead: Promise<CursorRead> | undefined
    let startedAt = 0
    // Whoever held the lease and did not give it back may still have its last batch under way.
    let rowsOfPredecessor = lease.givenBack ? 0 : READ_ROWS
    while (!lost.aborted) {
      // What was read ahead may be older than what was committed while a send was tried again and again.
      const isCurrent = ahead === undefined
      const read = await (ahead ?? cursor.read(position, READ_ROWS))
      ahead = undefined
      if (read.rows.length === 0) {
        if (position.target !== null && !(await cursor.confirm(read))) return
        position = read.next
        await this.caughtUp(client, lost, startedAt)
        if (this.stopped && isCurrent) return
        startedAt = Date.now()
        continue
      }
      this.oldestUnsent = read.rows[0]?.createdAt
      ahead = cursor.read(read.next, READ_ROWS)
      // Its failure is seen where it is awaited; until then nobody may call it unhandled.
      ahead.catch(() => undefined)
      if (rowsOfPredecessor > 0) {
        await this.sendLatestLater(client, read.rows)
        rowsOfPredecessor -= read.rows.length
      }
      const sent = await this.sendAll(client, read.rows, lost)
      if (!sent) return
      if (!(await cursor.confirm(read))) {
        await this.sendLatestLater(client, read.rows)
        return
      }
      crashPoint('C9-cursor-moved')
      this.lastConfirmed = Date.now()
      position = read.next
      this.parts.metrics.journalBacklog.set(Math.max(0, read.drawn - (read.rows.at(-1)?.seq ?? 0)))
      if (Date.now() - this.republishLooked > POLL_MS) await this.republish(client, lost)
    }
  }

  /** At the journal's end: what else is to be sent, then wait for the bell. */
  private async caughtUp(client: SqlClient, lost: AbortSignal, startedAt: number): Promise<void> {
    const took = Date.now() - startedAt
    this.oldestUnsent = undefined
    this.parts.metrics.journalAge.set(0)
    this.parts.metrics.journalBacklog.set(0)
    if (Date.now() - this.republishLooked > POLL_MS) await this.republish(client, lost)
    if (this.stopped) return
    await this.bell.wait(POLL_MS)
    const left = startedAt + periodOf(took, PACE_MS) - Date.now()
    if (left > 0) await pause(left, this.stopping.signal)
  }

  private async republish(client: SqlClient, lost: AbortSignal): Promise<void> {
    this.republishLooked = Date.now()
    const due = await dueRepublishes(client)
    let asked: Republish[] = []
    let rows: JournalRow[] = []
    for (const one of due) {
      asked.push(one)
      rows.push(...(await this.rowsAskedFor(client, one)))
      // Where much was lost much is asked for, a little each: it goes together.
      if (rows.length < READ_ROWS && one !== due.at(-1)) continue
      if (!(await this.sendAll(client, rows, lost))) return
      for (const sent of asked) await dropRepublish(client, sent)
      this.parts.log.info({ asked: asked.length, topics: [...new Set(asked.map(({ topic }) => topic))], rows: rows.length }, 'published again')
      asked = []
      rows = []
    }
  }

  private async rowsAskedFor(client: SqlClient, asked: Republish): Promise<readonly JournalRow[]> {
    const rows = await rowsToRepublish(client, asked)
    if (asked.fromSequence !== null && rows[0]?.sequence !== asked.fromSequence && (await isOurs(client, asked)))
      this.parts.alarm('republish-incomplete', 'a reader asked for facts the journal does not hold any more', { topic: asked.topic, subject: asked.subject, from: asked.fromSequence })
    return rows
  }

  /** False: gave up because the lease is lost or the time to flush is over. Nothing is confirmed then. */
  private async sendAll(client: SqlClient, rows: readonly JournalRow[], lost: AbortSignal): Promise<boolean> {
    for (const slice of slices(rows)) if (!(await this.sendUntilTaken(client, slice, lost))) return false
    return true
  }

  private async sendUntilTaken(client: SqlClient, rows: readonly JournalRow[], lost: AbortSignal): Promise<boolean> {
    for (let failures = 0; ; failures++) {
      // A process that was stopped and wakes up finds its lease long run out, whatever the timers say.
      const isOver = lost.aborted || (this.stopped && Date.now() > this.flushUntil) || Date.now() - this.lastConfirmed > this.leaseMs
      if (isOver) {
        if (failures > 0) this.hasSendUnderWay = true
        return false
      }
      try {
        await this.sendGuarded(rows)
        if (failures > 0) await this.sendLatestLater(client, rows)
        return true
      } catch (error) {
        await this.closeProducer()
        if (failures % SAY_EVERY_FAILURES === 0) this.parts.log.warn({ error: messageOf(error), rows: rows.length, failures: failures + 1 }, 'a send failed and is tried again with a new producer')
        if (failures === ALARM_AFTER_FAILURES)
          this.parts.alarm('relay-stuck', 'the relay cannot publish: the brokers are away, or a topic refuses', { error: messageOf(error), topics: [...new Set(rows.map(({ topic }) => topic))] })
        await pause(backoffMs(failures, RETRY_FIRST_MS, RETRY_MAX_MS), lost)
      }
    }
  }

  private async sendGuarded(rows: readonly JournalRow[]): Promise<void> {
    const end = this.parts.metrics.sendSeconds.startTimer()
    const guardMs = this.parts.times?.sendGuardMs ?? SEND_GUARD_MS
    let timer: NodeJS.Timeout | undefined
    const guard = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${guardMs} ms`)), guardMs)
    })
    const send = async () => {
      this.producer ??= await this.parts.driver.openProducer()
      crashPoint('C6-batch-selected')
      const sent = this.producer.send(rows.map(({ topic, key, payload, headers }) => ({ topic, key, value: payload, headers })))
      crashPointAfterThisTurn('C7-sent')
      await sent
    }
    try {
      await Promise.race([send(), guard])
    } finally {
      clearTimeout(timer)
    }
    crashPoint('C8-acked')
    end()
    for (const { topic } of rows) this.parts.metrics.sent.inc({ topic })
  }

  /** Puts the latest of each compacted subject among the rows on top once more, after whatever is still under way has landed. */
  private async sendLatestLater(client: SqlClient, rows: readonly JournalRow[]): Promise<void> {
    const subjects = rows.filter(({ topic }) => {
      const definition = this.parts.topics.get(topic)
      return definition !== undefined && isCompacted(definition)
    })
    await sendLatestAgain(client, subjects, this.parts.times?.aftermathMs ?? AFTERMATH_MS)
  }

  private async closeProducer(): Promise<void> {
    const producer = this.producer
    this.producer = undefined
    // Not awaited while the relay works: a producer that hangs may hang in closing too.
    const closed = producer?.close().catch((error: unknown) => this.parts.log.info({ error: messageOf(error) }, 'a producer did not close cleanly'))
    if (this.stopped) await within(1_000, closed)
  }

  private notifySoon(): void {
    if (this.notifyTimer || this.stopped) return
    const wait = Math.max(0, this.lastNotify + NOTIFY_EVERY_MS - Date.now())
    this.notifyTimer = setTimeout(() => {
      this.notifyTimer = undefined
      this.lastNotify = Date.now()
      // Only a hint: who misses it polls.
      this.parts.pool.query({ text: `SELECT pg_notify('${CHANNEL}', '')` }).catch((error: unknown) => this.parts.log.info({ error: messageOf(error) }, 'the leading relay could not be told'))
    }, wait)
  }
}

function* slices(rows: readonly JournalRow[]): Generator<readonly JournalRow[]> {
  let slice: JournalRow[] = []
  let bytes = 0
  for (const row of rows) {
    const size = row.payload.length + 800
    if (slice.length > 0 && bytes + size > SEND_BYTES_MAX) {
      yield slice
      slice = []
      bytes = 0
    }
    slice.push(row)
    bytes += size
  }
  if (slice.length > 0) yield slice
}
