import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import { crashPoint, type Cause, type CrashPoint, type EventCause, type RequestCause, type TimerCause } from '@waybill/kernel'
import { forgetCopies, type Inbox, type Journal, type OutgoingMessage, type SqlClient } from '@waybill/messaging'
import { setTimeout as wait } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import { withClient } from './database.js'
import { isTransient, problemOfFailure } from './failures.js'
import { admitRequests, keepResults } from './idempotency.js'
import type { Problem } from './problem.js'
import { currentScope, runInScope, scopeAfter } from './scope.js'
import { settleTimers } from './settled-timers.js'
import { writeTasks, type TaskChange } from './task-table.js'
import { consumeTimers, stillSet, writeTimers, type TimerChange } from './timer-table.js'
import { UnitOfWork, type NewTask, type Outcome, type Publication, type Timer, type Tx } from './unit-of-work.js'

/** How often a request's work is tried again after a transient failure. */
const RETRIES_MAX = 5
const RETRY_FIRST_MS = 20
/** After that a caller is told to come back, rather than kept waiting for a database that does not answer. */
const RETRY_WITHIN_MS = 4_000

/** How an input's cause was taken: new, done before (with its result), the same as another input of this batch, or refused. */
type Admitted =
  | { readonly as: 'fresh' }
  | { readonly as: 'done'; readonly result: unknown }
  | { readonly as: 'twin'; readonly of: number }
  | { readonly as: 'refused'; readonly problem: Problem }

/** Messaging and timers, as far as a transaction touches them. */
export interface UnitOfWorkParts {
  /** The service's name: who owns the tasks it opens. */
  readonly service: string
  readonly pool: Pool
  readonly inbox: Pick<Inbox, 'admit'>
  readonly journal: Pick<Journal, 'append' | 'afterCommit'>
  /** Told after commit when the earliest timer set falls due. */
  readonly onScheduled: (dueAt: Date) => void
}

/** The unit of work over the service's PostgreSQL. */
export class PostgresUnitOfWork extends UnitOfWork {
  constructor(private readonly parts: UnitOfWorkParts) {
    super()
  }

  async change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Outcome<R>[]> {
    if (inputs.length === 0) return []
    const order = commonOrderOf(inputs.map(({ cause }) => cause))
    const scope = currentScope()
    // a message's consumer tries again by itself; a timer would come back seconds later, with its call to the outside to be made anew
    const run = () => (inputs.every(({ cause }) => cause.kind !== 'event') ? this.retried(inputs, work) : this.once(inputs, work))
    const outcomes = await (order === undefined || scope?.order === order
      ? run()
      : runInScope(scope ? { ...scope, order } : scopeAfter(inputs[0]?.cause.traceparent, order), run))
    const [only] = outcomes
    if (outcomes.length === 1 && only?.problem) throw only.problem
    return outcomes
  }

  async query<Row>(name: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const { rows } = await this.parts.pool.query<Row & object>({ name, text: sql, values: [...values] })
    return rows
  }

  private async retried<I extends { readonly cause: Cause }, R>(
    inputs: readonly I[],
    work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Outcome<R>[]> {
    const beganAt = performance.now()
    for (let retry = 0; ; retry++) {
      try {
        return await this.once(inputs, work)
      } catch (error) {
        if (!isTransient(error)) throw error
        // safe although the commit may have happened: the same keys find their stored results
        if (retry === RETRIES_MAX || performance.now() - beganAt > RETRY_WITHIN_MS) throw problemOfFailure(error) ?? error
        await wait(RETRY_FIRST_MS * 2 ** retry * (0.5 + Math.random()))
      }
    }
  }

  private async once<I extends { readonly cause: Cause }, R>(
    inputs: readonly I[],
    work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Outcome<R>[]> {
    const { changes, outcomes } = await withClient(this.parts.pool, (client, discard) =>
      inTransaction(client, discard, (now) => this.changeWithin(client, now, inputs, work)),
    )
    pass('C4-committed', 'request', inputs)
    settleTimers(inputs.map(({ cause }) => cause))
    if (changes.told) this.parts.journal.afterCommit()
    if (changes.firstDueAt) this.parts.onScheduled(changes.firstDueAt)
    return outcomes
  }

  private async changeWithin<I extends { readonly cause: Cause }, R>(
    client: PoolClient,
    now: Date,
    inputs: readonly I[],
    work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ) {
    const admitted = await this.admit(client, inputs.map(({ cause }) => cause))
    pass('C12-inbox-inserted', 'event', inputs)
    const fresh = inputs.filter((_, place) => admitted[place]?.as === 'fresh')
    const tx = new OpenTx(client, now)
    const results = fresh.length > 0 ? ((await work(tx, fresh)) ?? []) : []
    if (results.length !== 0 && results.length !== fresh.length)
      throw new Error(`A change returned ${results.length} results for ${fresh.length} inputs`)
    pass('C13-domain-written', 'event', inputs)
    tx.close()
    const told = [...tx.told, ...(await writeTasks(client, this.parts.service, tx.tasks))]
    await consumeTimers(client, fresh.flatMap(({ cause }) => (cause.kind === 'timer' ? [cause] : [])))
    await writeTimers(client, tx.timers)
    await keepResults(
      client,
      fresh.flatMap(({ cause }, place) => (cause.kind === 'request' ? [{ cause, result: results[place] }] : [])),
    )
    // last: from here to the commit the subjects' counters are locked
    if (told.length > 0) await this.parts.journal.append(client as SqlClient, told, now)
    pass('C3-journal-inserted', 'request', inputs)
    pass('C14-before-commit', 'event', inputs)
    return {
      outcomes: outcomesOf(admitted, results),
      changes: { told: told.length > 0, firstDueAt: tx.firstDueAt },
    }
  }

  private async admit(client: PoolClient, causes: readonly Cause[]): Promise<readonly Admitted[]> {
    const admitted = new Array<Admitted>(causes.length)
    const admitKind = async <K extends Cause['kind']>(
      kind: K,
      ask: (asked: readonly Extract<Cause, { kind: K }>[], places: readonly number[]) => Promise<readonly Admitted[]>,
    ) => {
      const places = causes.flatMap((cause, place) => (cause.kind === kind ? [place] : []))
      if (places.length === 0) return
      const answers = await ask(places.map((place) => causes[place] as Extract<Cause, { kind: K }>), places)
      for (const [index, place] of places.entries()) admitted[place] = answers[index] as Admitted
    }
    const freshOr = (isFresh: boolean): Admitted => (isFresh ? { as: 'fresh' } : { as: 'done', result: undefined })
    await admitKind('event', async (asked: readonly EventCause[]) =>
      (await this.parts.inbox.admit(client as SqlClient, asked)).map((answer) => freshOr(answer === 'fresh')),
    )
    await admitKind('request', async (asked: readonly RequestCause[], places) =>
      (await admitRequests(client, asked)).map((answer) => (answer.as === 'twin' ? { as: 'twin', of: places[answer.of] ?? 0 } : answer)),
    )
    await admitKind('timer', async (asked: readonly TimerCause[]) => (await stillSet(client, asked)).map(freshOr))
    return admitted
  }
}

/** Passes a crash point that lies on the way of one kind of cause only. */
function pass(point: CrashPoint, kind: Cause['kind'], inputs: readonly { readonly cause: Cause }[]): void {
  if (inputs[0]?.cause.kind === kind) crashPoint(point)
}

async function inTransaction<T>(client: PoolClient, discard: (why: Error) => void, work: (now: Date) => Promise<T>): Promise<T> {
  try {
    // one round trip: two statements, two results
    const [, clock] = (await client.query('begin; select clock_timestamp() as now')) as unknown as [unknown, { rows: { now: Date }[] }]
    const done = await work(clock.rows[0]?.now ?? new Date())
    await client.query('commit')
    return done
  } catch (error) {
    // a connection that cannot even roll back is thrown away, and its transaction with it; the first error is the one to tell
    await client.query('rollback').catch(discard)
    throw error
  }
}

function outcomesOf<R>(admitted: readonly Admitted[], results: readonly R[]): readonly Outcome<R>[] {
  let taken = 0
  const outcomes = admitted.map((answer): Outcome<R> => {
    switch (answer.as) {
      case 'fresh':
        return { result: results[taken++], replayed: false }
      case 'done':
        return { result: answer.result as R | undefined, replayed: true }
      case 'refused':
        return { result: undefined, replayed: false, problem: answer.problem }
      case 'twin':
        return { result: undefined, replayed: true }
    }
    answer satisfies never
  })
  return outcomes.map((outcome, place) => {
    const answer = admitted[place]
    return answer?.as === 'twin' ? { ...outcome, result: outcomes[answer.of]?.result } : outcome
  })
}

/** The order that all causes are about, if it is one. */
function commonOrderOf(causes: readonly Cause[]): string | undefined {
  const first = causes[0]?.correlationId
  return first && causes.every(({ correlationId }) => correlationId === first) ? first : undefined
}

/** Collects what `work` wants told, set and opened; reads and writes through the transaction's connection. */
class OpenTx implements Tx {
  readonly told: OutgoingMessage[] = []
  readonly timers: TimerChange[] = []
  readonly tasks: TaskChange[] = []
  private isOpen = true

  constructor(
    private readonly client: PoolClient,
    readonly now: Date,
  ) {}

  get firstDueAt(): Date | undefined {
    const times = this.timers.flatMap(({ timer }) => timer?.dueAt.getTime() ?? [])
    return times.length > 0 ? new Date(Math.min(...times)) : undefined
  }

  async query<Row>(name: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    this.checkOpen()
    const { rows } = await this.client.query<Row & object>({ name, text: sql, values: [...values] })
    return rows
  }

  publish<P>(event: EventDefinition<P>, { subject, key, payload, cause, correlationId }: Publication<P>): void {
    this.checkOpen()
    this.told.push({ event, subject, key, payload, cause, correlationId } as OutgoingMessage)
  }

  schedule(timer: Timer): void {
    this.checkOpen()
    this.timers.push({ kind: timer.kind, subject: timer.subject, timer })
  }

  cancelTimer(kind: string, subject: string): void {
    this.checkOpen()
    this.timers.push({ kind, subject, timer: null })
  }

  openTask(task: NewTask): void {
    this.checkOpen()
    this.tasks.push({ does: 'open', ...task })
  }

  closeTask(kind: string, subject: string, resolution: string, cause: Cause): void {
    this.checkOpen()
    this.tasks.push({ does: 'close', kind, subject, resolution, cause })
  }

  async forgetCopies(topic: TopicDefinition, key: string): Promise<void> {
    this.checkOpen()
    await forgetCopies(this.client as SqlClient, [{ topic: topic.name, scope: key }])
  }

  close(): void {
    this.isOpen = false
  }

  private checkOpen(): void {
    if (!this.isOpen) throw new Error('The transaction is over: something was not awaited inside work')
  }
}
