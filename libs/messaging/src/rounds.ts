import { crashPoint } from '@waybill/kernel'
import { guardOffsets, NextOffsets, partitionId, type LostRecords } from './offsets.js'
import { MembershipLost, type FetchedBatch, type KafkaConsumer, type KafkaDriver, type PartitionOffset } from './kafka-driver.js'
import { messageOf } from './failure.js'
import { NotPermitted } from './not-permitted.js'
import { isCompacted } from './registry.js'
import { RoundAborted, RoundWork, type RoundLife, type WorkParts } from './round-work.js'
import { backoffMs, Bell, pause, periodOf, within } from './waiting.js'

/** Rounds that follow each other at once and hold less than this are paced: a round costs 2 ms whatever it holds, a message 26 us. */
const SMALL_ROUND_MESSAGES = 200
/** Pause after a small round: a third of the CPU at 500 messages a second, no latency at 20. Source: research/07 section 3.2. */
const PACE_MS = 25
const COMMIT_EVERY_MS = 500
const HEARTBEAT_EVERY_MS = 1_000
const START_RETRY_FIRST_MS = 250
const START_RETRY_MAX_MS = 5_000
const BLOCKED_LOOK_MS = 5_000
const FINISH_ROUND_MS = 10_000
const LEAVE_MS = 3_000

export interface RoundsParts extends WorkParts {
  readonly driver: KafkaDriver
  readonly subscribed: readonly string[]
  /** Has the owners of compacted topics publish them again as a whole. */
  readonly askForTopics: (names: readonly string[]) => Promise<void>
  readonly onFatal: (error: Error) => void
  readonly watchdog?: { readonly unreadyAfterMs?: number; readonly fatalAfterMs?: number; readonly checkEveryMs?: number }
}

export type ConsumerState = 'starting' | 'running' | 'paused' | 'blocked' | 'stopped'

interface Arrived {
  readonly batch: FetchedBatch
  readonly done: () => void
}

/**
 * A group's consumer. Everything one fetch brings is a round; a round is done before the next fetch begins.
 * Never throws into the Kafka client, never skips in silence, retries for ever what can succeed.
 */
export class KafkaRounds {
  readonly work: RoundWork
  readonly offsets: NextOffsets
  private consumer: KafkaConsumer | undefined
  private stopped = false
  private blocked: readonly LostRecords[] = []
  private arrived: Arrived[] = []
  private chain: Promise<void> = Promise.resolve()
  private lastRoundAt = 0
  private inRound = false
  private readonly done = new Map<string, PartitionOffset>()
  private readonly dirty = new Set<string>()
  private expected: Map<string, bigint> | undefined
  private assigned: ReadonlyMap<string, readonly number[]> = new Map()
  private committing: Promise<void> | undefined
  private timers: NodeJS.Timeout[] = []
  private readonly stopSignal = new AbortController()
  private readonly decided = new Bell()
  private starting: Promise<void> | undefined
  private fatal = false
  private unready: string | null = null
  private watchedAt = 0

  constructor(private readonly parts: RoundsParts) {
    this.work = new RoundWork(parts)
    this.offsets = new NextOffsets(parts.pool, parts.group)
  }

  private get watchEveryMs(): number {
    return this.parts.watchdog?.checkEveryMs ?? 10_000
  }

  get state(): ConsumerState {
    if (this.stopped) return 'stopped'
    if (this.blocked.length > 0) return 'blocked'
    if (this.consumer === undefined) return 'starting'
    return this.work.paused ? 'paused' : 'running'
  }

  /** Why the process should get no traffic, if so. An unreachable broker is no reason. */
  get notReady(): string | null {
    if (this.blocked.length > 0) return `records of ${this.blocked.map(({ topic, partition }) => partitionId(topic, partition)).join(', ')} are lost and nobody has accepted it`
    return this.unready
  }

  /** Connects in the background, for ever: a service starts without its broker. */
  start(): void {
    this.starting ??= this.connect()
    this.watchedAt = Date.now()
    this.timers = [setInterval(() => void this.commit(), COMMIT_EVERY_MS), setInterval(() => void this.watch(), this.watchEveryMs)]
  }

  /** A person has decided about lost records: do not wait for the next look. */
  lookAgain(): void {
    this.decided.ring()
  }

  /** Finishes the transaction under way, commits, leaves the group. */
  async stop(): Promise<void> {
    if (this.stopped) return
    this.stopped = true
    this.stopSignal.abort()
    this.decided.ring()
    for (const timer of this.timers) clearInterval(timer)
    // A handler that hangs, or a broker that is away, must not keep the process from ending.
    await within(FINISH_ROUND_MS, Promise.all([this.starting, this.chain]))
    await within(LEAVE_MS, this.commit())
    await this.leave()
  }

  private async leave(): Promise<void> {
    const consumer = this.consumer
    this.consumer = undefined
    const left = consumer?.stop().catch((error: unknown) => this.parts.log.warn({ error: messageOf(error) }, 'the consumer did not leave cleanly'))
    await within(LEAVE_MS, left)
  }

  private async connect(): Promise<void> {
    for (let tries = 0; !this.stopped; tries++) {
      try {
        this.blocked = await guardOffsets({ ...this.parts, offsets: this.offsets }, this.parts.subscribed)
        if (this.blocked.length > 0) {
          if (tries % 60 === 0) this.parts.alarm('records-lost', 'records were deleted before they were read: the consumer waits until somebody accepts the loss', { partitions: this.blocked.map(({ topic, partition, offset, low }) => ({ topic, partition, next: offset.toString(), low: low.toString() })) })
          await this.decided.wait(BLOCKED_LOOK_MS)
          continue
        }
        const consumer = await this.parts.driver.openConsumer(this.parts.group, this.parts.subscribed, {
          onBatch: (batch) => this.arrive(batch),
          onJoined: (assigned) => this.joined(assigned),
          onFetched: () => undefined,
          onCrash: (error, restarts) => this.crashed(error, restarts),
        })
        this.work.progressAt = Date.now()
        this.consumer = consumer
        if (this.stopped) await this.leave()
        return
      } catch (error) {
        if (tries % 20 === 0 && error instanceof NotPermitted) this.parts.alarm('not-permitted', 'the consumer may not read what it has to: it tries again until it may', { group: this.parts.group, error: messageOf(error) })
        else if (tries % 20 === 0) this.parts.log.warn({ group: this.parts.group, error: messageOf(error), tries: tries + 1 }, 'the consumer could not start and tries again')
        await pause(backoffMs(tries, START_RETRY_FIRST_MS, START_RETRY_MAX_MS), this.stopSignal.signal)
      }
    }
  }

  private joined(assigned: ReadonlyMap<string, readonly number[]>): void {
    this.assigned = assigned
    this.expected = undefined
    const mine = new Set([...assigned].flatMap(([topic, partitions]) => partitions.map((partition) => partitionId(topic, partition))))
    for (const id of this.done.keys()) if (!mine.has(id)) this.done.delete(id)
    for (const id of this.dirty) if (!mine.has(id)) this.dirty.delete(id)
    this.parts.metrics.lag.reset()
    this.parts.log.info({ group: this.parts.group, partitions: mine.size }, 'the consumer has joined its group')
  }

  private crashed(error: Error, restarts: boolean): void {
    if (this.stopped) return
    this.parts.log.warn({ group: this.parts.group, error: messageOf(error), restarts }, 'the consumer crashed')
    // Without a restart the Kafka client has given up for good: a missing right, an offset out of range, a defect.
    if (!restarts) this.die(error)
  }

  private die(error: Error): void {
    if (this.fatal || this.stopped) return
    this.fatal = true
    this.parts.alarm('consumer-dead', 'the consumer cannot go on: the process has to end', { group: this.parts.group, error: messageOf(error) })
    this.parts.onFatal(error)
  }

  private async arrive(batch: FetchedBatch): Promise<void> {
    if (this.stopped || this.fatal) {
      // kafkajs fetches the same again until stop() reaches it.
      await pause(50)
      return
    }
    await new Promise<void>((done) => {
      this.arrived.push({ batch, done })
      // The whole fetch arrives within this tick.
      if (this.arrived.length === 1)
        setImmediate(() => {
          this.chain = this.chain.then(() => this.round())
        })
    })
  }

  private async round(): Promise<void> {
    crashPoint('C11-fetched')
    const arrived = this.arrived
    this.arrived = []
    const startedAt = Date.now()
    const lost = new AbortController()
    const ends = AbortSignal.any([lost.signal, this.stopSignal.signal])
    const life: RoundLife = {
      get aborted() {
        return ends.aborted
      },
      wait: async (ms) => {
        await pause(ms, ends)
        if (ends.aborted) throw new RoundAborted()
      },
    }
    const batches = arrived.map(({ batch }) => batch)
    const heartbeats = setInterval(() => {
      batches[0]?.heartbeat().catch((error: unknown) => {
        if (error instanceof MembershipLost) lost.abort()
      })
    }, HEARTBEAT_EVERY_MS)
    const records = batches.flatMap((batch) => batch.records)
    this.inRound = true
    try {
      await this.checkForHoles(batches, life)
      if (!this.fatal) {
        await this.work.run(records, life)
        for (const batch of batches) this.finished(batch)
      }
    } catch (error) {
      if (!(error instanceof RoundAborted)) this.parts.log.error({ group: this.parts.group, error: messageOf(error) }, 'a round failed and comes again')
      if (!ends.aborted) await pause(1_000, ends)
    } finally {
      clearInterval(heartbeats)
      this.inRound = false
    }
    this.parts.metrics.roundMessages.observe(records.length)
    await this.pace(startedAt, records.length)
    for (const { done } of arrived) done()
  }

  private finished(batch: FetchedBatch): void {
    batch.resolve()
    const id = partitionId(batch.topic, batch.partition)
    this.done.set(id, { topic: batch.topic, partition: batch.partition, offset: batch.nextOffset })
    this.dirty.add(id)
    this.expected?.set(id, batch.nextOffset)
    this.parts.metrics.lag.set({ topic: batch.topic, partition: String(batch.partition) }, Number(batch.highWatermark - batch.nextOffset))
  }

  private async pace(startedAt: number, messages: number): Promise<void> {
    const sinceLast = startedAt - this.lastRoundAt
    this.lastRoundAt = startedAt
    const took = Date.now() - startedAt
    const period = periodOf(took, PACE_MS)
    if (messages < SMALL_ROUND_MESSAGES && sinceLast < 4 * period && took < period) await pause(period - took, this.stopSignal.signal)
  }

  /** A first offset behind the one that is next: records are gone. Only the log's own start tells a hole from offsets that never held a message. */
  private async checkForHoles(batches: readonly FetchedBatch[], life: RoundLife): Promise<void> {
    const next = (this.expected ??= new Map(await this.work.insist(life, () => this.offsets.load())))
    const suspicious = batches.filter((batch) => {
      const topic = this.parts.topics.get(batch.topic)
      const expected = next.get(partitionId(batch.topic, batch.partition))
      const first = batch.records[0]?.offset
      return topic !== undefined && !isCompacted(topic) && expected !== undefined && first !== undefined && first > expected
    })
    if (suspicious.length === 0) return
    const found = await this.parts.driver.offsets(this.parts.group, [...new Set(suspicious.map(({ topic }) => topic))])
    for (const { topic, partition } of suspicious) {
      const low = found.find((offsets) => offsets.topic === topic && offsets.partition === partition)?.low
      const expected = next.get(partitionId(topic, partition)) ?? 0n
      if (low !== undefined && low > expected) return this.die(new Error(`records from ${expected} to ${low} of ${partitionId(topic, partition)} were deleted before they were read`))
    }
  }

  /** Our database first, then Kafka: what Kafka says can then never be ahead of what is done. */
  private commit(): Promise<void> {
    this.committing ??= this.commitDirty().finally(() => (this.committing = undefined))
    return this.committing
  }

  private async commitDirty(): Promise<void> {
    const offsets = [...this.dirty].flatMap((id) => this.done.get(id) ?? [])
    if (offsets.length === 0) return
    this.dirty.clear()
    try {
      await this.offsets.save(offsets)
      await this.consumer?.commit(offsets)
      crashPoint('C16-offset-committed')
    } catch (error) {
      // Offsets are an optimisation: what is not committed comes again and the inbox drops it.
      for (const { topic, partition } of offsets) this.dirty.add(partitionId(topic, partition))
      this.parts.log.info({ group: this.parts.group, error: messageOf(error) }, 'offsets were not committed and will be later')
    }
  }

  /** Liveness is progress: records wait, the broker answers, and nothing gets done. */
  private async watch(): Promise<void> {
    const { unreadyAfterMs = 60_000, fatalAfterMs = 120_000 } = this.parts.watchdog ?? {}
    // A process that stood still itself (stopped, or with a stalled event loop) has given the consumer no chance either.
    const stoodStill = Date.now() - this.watchedAt > 3 * this.watchEveryMs
    this.watchedAt = Date.now()
    if (stoodStill) this.work.progressAt = Date.now()
    const excused = this.consumer === undefined || this.work.paused || this.work.waitsForDatabase || this.stopped
    const stillMs = Date.now() - this.work.progressAt
    if (!excused && stillMs < unreadyAfterMs) {
      this.unready = null
      return
    }
    if (excused || !(await this.lagsBehind())) {
      this.work.progressAt = Date.now()
      this.unready = null
      return
    }
    this.unready = `no progress for ${Math.round(stillMs / 1000)} s although records wait`
    this.parts.log.error({ group: this.parts.group, stillMs }, 'the consumer makes no progress although records wait')
    if (stillMs >= fatalAfterMs) this.die(new Error(`the consumer made no progress for ${Math.round(stillMs / 1000)} s`))
  }

  /** False also when the broker does not answer: then there is nothing to be done. */
  private async lagsBehind(): Promise<boolean> {
    try {
      const found = await this.parts.driver.offsets(this.parts.group, this.parts.subscribed)
      if (this.inRound) return true
      return found.some(({ topic, partition, low, high, committed }) => {
        if (!this.assigned.get(topic)?.includes(partition)) return false
        return (this.done.get(partitionId(topic, partition))?.offset ?? committed ?? low) < high
      })
    } catch (error) {
      this.parts.log.info({ group: this.parts.group, error: messageOf(error) }, 'the broker does not answer the watchdog')
      return false
    }
  }
}
