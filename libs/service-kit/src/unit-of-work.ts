import type { EventDefinition, TopicDefinition } from '@waybill/contracts'
import type { Cause, JsonObject } from '@waybill/kernel'
import type { Problem } from './problem.js'

/** How one input of a change ended. */
export interface Outcome<R> {
  /** What `work` returned for it; of a request seen before: what it was answered then. */
  readonly result: R | undefined
  /** It had been done before: nothing was changed now. */
  readonly replayed: boolean
  /** A request that could not be admitted among others (key reused or in progress). Alone, it is thrown instead. */
  readonly problem?: Problem
}

/**
 * The one way a service changes its state: state, inbox, timers and journal commit together or not at all.
 * Returned means committed, thrown means rolled back.
 */
export abstract class UnitOfWork {
  /**
   * Runs `work` on those inputs whose cause was not seen before, in one transaction, and returns one outcome per input,
   * in the same order. `work` gives one JSON-able result per fresh input, or nothing.
   * What requests or timers caused is tried again up to 5 times after a transient failure; what messages caused surfaces
   * to their consumer, which retries for ever. Throws: Problem `idempotency-key-reused`, `request-in-progress` or
   * `database-unavailable`.
   */
  abstract change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>,
  ): Promise<readonly Outcome<R>[]>

  /** Reads, outside any transaction. `name` names the prepared statement: one text per name. */
  abstract query<Row>(name: string, sql: string, values?: readonly unknown[]): Promise<Row[]>
}

/** A fact to tell the others, for Tx.publish. */
export interface Publication<P> {
  readonly subject: string
  readonly key: string
  readonly payload: P
  readonly cause: Cause
  /** The order id; default: that of the cause. */
  readonly correlationId?: string
}

/** When to be woken, and about what. One timer per kind and subject: scheduling again moves it. */
export interface Timer {
  readonly kind: string
  readonly subject: string
  readonly dueAt: Date
  readonly payload?: JsonObject
  readonly correlationId?: string
}

/** Something that waits for a person. One open task per kind and subject. */
export interface NewTask {
  readonly kind: string
  readonly subject: string
  readonly why: string
  /** The role that has to act. */
  readonly owner: string
  readonly dueAt: Date
  readonly order?: string
  readonly cause: Cause
}

/** What `work` may do inside its transaction. No network call belongs here. */
export interface Tx {
  /** The database's clock at admission. Read `clock_timestamp()` with the lock where the order of two changes matters. */
  readonly now: Date
  /** A named prepared statement; give batches as arrays (`unnest`), never one query a row. */
  query<Row>(name: string, sql: string, values?: readonly unknown[]): Promise<Row[]>
  /** Queues a fact: written to the journal at the end, in call order, with the subject's next sequence. */
  publish<P>(event: EventDefinition<P>, message: Publication<P>): void
  /** Sets the timer of (kind, subject). Due now or before: runs at once after commit. */
  schedule(timer: Timer): void
  cancelTimer(kind: string, subject: string): void
  /** Opens a task and publishes TaskOpened, unless one of this kind and subject is open. */
  openTask(task: NewTask): void
  /** Closes the task of (kind, subject), if open, and publishes TaskClosed. */
  closeTask(kind: string, subject: string, resolution: string, cause: Cause): void
  /** No parked or quarantined copy of what came on this topic under this key can be read any more. */
  forgetCopies(topic: TopicDefinition, key: string): Promise<void>
}
