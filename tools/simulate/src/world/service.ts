import { consumers, TaskClosed, TaskOpened, type EventDefinition, type TopicDefinition } from '@waybill/contracts'
import type { Cause, EventCause, JsonObject, RequestCause } from '@waybill/kernel'
import type { Received } from '@waybill/messaging'
import { ON_TIMER, UnitOfWork, type Due, type NewTask, type Outcome, type Publication, type Timer, type Tx } from '@waybill/service-kit'
import type { Database } from '../database/database.js'
import type { Undo } from '../database/table.js'
import type { Fact } from './bus.js'
import type { VirtualClock } from './clock.js'
import { ids, shortOf } from './ids.js'
import { Outside } from './outside.js'
import { Tasks } from './tasks.js'
import { Timers } from './timers.js'

/** How a transaction ends, where not well: rolled back with an error; committed with an error; the process dies before, or after, the commit. */
export type CommitFault = 'fails' | 'unknown' | 'dies-before' | 'dies-after'

/** The surroundings broke: whoever asked does it again.*/
export class ConnectionLost extends Error {
  readonly code = '08006'
}

/** What comes right when it is tried again. */
export const isSurroundings = (error: unknown): boolean => error instanceof ConnectionLost || (error as { code?: unknown }).code === '40001'

/** What died does not answer any more. */
const never = new Promise<never>(() => undefined)

type EventHandler = (batch: readonly Received<unknown>[]) => Promise<void>
type TimerHandler = (due: readonly Due[]) => Promise<void>

/** A service's core: use-cases for people, and classes whose methods are declared handlers. */
export interface Core {
  readonly handlers: readonly object[]
}

/** A method that is declared to handle a type of message or a kind of timer. */
interface Declared {
  readonly name: string
  readonly type: string | undefined
  readonly timer: string | undefined
}

const declared = new WeakMap<object, readonly Declared[]>()

/** By what its decorators say. */
function handlersOf(handler: object): readonly Declared[] {
  const prototype = Object.getPrototypeOf(handler) as Record<string, object>
  const known = declared.get(prototype)
  if (known) return known
  const found = Object.getOwnPropertyNames(prototype).flatMap((name): Declared[] => {
    const method = prototype[name]
    if (name === 'constructor' || typeof method !== 'function') return []
    const [type] = (Reflect.getMetadata('microservices:pattern', method) ?? []) as readonly string[]
    const timer = Reflect.getMetadata(ON_TIMER, method) as { readonly kind: string } | undefined
    return [{ name, type, timer: timer?.kind }]
  })
  declared.set(prototype, found)
  return found
}

/** One running process of a service: it dies as a whole, and what it was about to do never happens. */
export class Process<C extends Core = Core> extends UnitOfWork {
  readonly core: C
  isDead = false
  readonly events = new Map<string, EventHandler>()
  readonly timers = new Map<string, TimerHandler>()
  /** Timers that a handler is working on. */
  readonly inHand = new Set<Due>()
  /** How far the relay has sent; the cursor is what survives. */
  sent: number
  private readonly waiting = new Set<(nothing: undefined) => void>()
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    readonly service: Service<C>,
    makeCore: (process: Process) => C,
  ) {
    super()
    this.sent = service.cursor
    this.core = makeCore(this)
    this.findHandlers()
  }

  private findHandlers(): void {
    for (const handler of this.core.handlers) {
      const methods = handler as Record<string, (given: readonly unknown[]) => Promise<void>>
      for (const { name, type, timer } of handlersOf(handler)) {
        if (type !== undefined) this.events.set(type, (batch) => (methods[name] as EventHandler)(batch))
        if (timer !== undefined) this.timers.set(timer, (due) => (methods[name] as TimerHandler)(due))
      }
    }
  }

  die(): void {
    this.isDead = true
    for (const tell of this.waiting) tell(undefined)
  }

  /** What came of something; undefined: the process died before anything did. */
  orDeath<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.add(resolve)
      work.then(resolve, reject).finally(() => this.waiting.delete(resolve))
    })
  }

  override async change<I extends { readonly cause: Cause }, R = void>(inputs: readonly I[], work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>): Promise<readonly Outcome<R>[]> {
    if (inputs.length === 0) return []
    // one transaction at a time, as the locks would have it
    const before = this.turn
    let end: (value: unknown) => void = () => undefined
    this.turn = new Promise((resolve) => {
      end = resolve
    })
    await before
    try {
      return this.isDead ? await never : await this.service.transact(this, inputs, work)
    } finally {
      end(undefined)
    }
  }

  override query<Row>(name: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.isDead ? never : Promise.resolve([...this.service.database.query(name, sql, values, [])] as Row[])
  }
}

const RECORD = Symbol('record')

/** A cause as a consumer hands it over, with the record behind it. */
export const causeOf = (group: string, fact: Fact, isRetried = false): EventCause =>
  ({
    kind: 'event',
    group,
    topic: fact.topic,
    partition: 0,
    offset: 0n,
    key: fact.key,
    eventId: fact.eventId,
    type: fact.type,
    subject: fact.subject,
    sequence: fact.sequence,
    payloadHash: '',
    time: fact.time,
    correlationId: fact.correlationId,
    actor: fact.actor,
    traceparent: null,
    [RECORD]: { fact, isRetried },
  }) as EventCause

const recordOf = (cause: EventCause): { readonly fact: Fact; readonly isRetried: boolean } | undefined => (cause as EventCause & { readonly [RECORD]?: { readonly fact: Fact; readonly isRetried: boolean } })[RECORD]

type Admitted = { readonly isFresh: true } | { readonly isFresh: false; readonly result?: unknown }

const fresh: Admitted = { isFresh: true }
const seen: Admitted = { isFresh: false }

/** Everything of a service that survives its process, and the transaction over it: what libs/service-kit and libs/messaging do in PostgreSQL. */
export class Service<C extends Core = Core> {
  readonly group: string
  process: Process<C>
  /** Rows of the journal the relay knows to be sent. */
  cursor = 0
  readonly journal: Fact[] = []
  readonly inbox: Set<string>
  /** What could not be handled, by topic and key: it waits, and with it all that follows of its key. */
  readonly parked: Map<string, readonly Fact[]>
  timers: Timers
  tasks: Tasks
  nextCommit: CommitFault | undefined
  /** Told when its process has died: what it had read and not committed will be read again. */
  onCrash: () => void = () => undefined
  private readonly lastConsumed: Map<string, number>
  private readonly lastPublished: Map<string, number>
  private readonly answers: Map<string, unknown>
  private readonly handled: ReadonlySet<string>
  private readonly changes: ((service: Service) => void)[]
  private readonly processChanges: ((process: Process) => void)[]

  constructor(
    readonly name: string,
    readonly database: Database,
    readonly clock: VirtualClock,
    private readonly makeCore: (process: Process) => C,
    /** Told of what must never happen. */
    readonly complain: (what: string) => void,
    readonly outside: Outside,
    from?: Service<C>,
  ) {
    this.group = `${name}.main`
    this.handled = new Set((consumers[this.group]?.handles ?? []).map(({ type }) => type))
    this.timers = new Timers(from?.timers)
    this.tasks = new Tasks(from?.tasks)
    this.inbox = new Set(from?.inbox)
    this.parked = new Map(from?.parked)
    this.lastConsumed = new Map(from?.lastConsumed)
    this.lastPublished = new Map(from?.lastPublished)
    this.answers = new Map(from?.answers)
    this.changes = [...(from?.changes ?? [])]
    this.processChanges = [...(from?.processChanges ?? [])]
    this.process = this.start()
    for (const change of this.changes) change(this)
  }

  /** Changes something about this service, and about every copy of it. */
  alter(change: (service: Service) => void): void {
    this.changes.push(change)
    change(this)
  }

  /** Changes something about its process, and about every later one. */
  alterProcess(change: (process: Process) => void): void {
    this.processChanges.push(change)
    change(this.process)
  }

  /** The same state in another place: what is done there is not done here. */
  fork(clock: VirtualClock): Service<C> {
    return new Service(this.name, this.database.copy(() => clock.now), clock, this.makeCore, this.complain, new Outside(), this)
  }

  get core(): C {
    return this.process.core
  }

  start(): Process<C> {
    const process = new Process(this, this.makeCore)
    const missing = [...this.handled].filter((type) => !process.events.has(type))
    if (missing.length > 0) throw new Error(`${this.name} has no handler of ${missing.join(', ')}: see its core.ts`)
    for (const change of this.processChanges) change(process)
    this.process = process
    return process
  }

  handles(type: string): boolean {
    return this.handled.has(type)
  }

  get unsent(): number {
    return this.journal.length - this.process.sent
  }

  async transact<I extends { readonly cause: Cause }, R>(process: Process<C>, inputs: readonly I[], work: (tx: Tx, fresh: readonly I[]) => Promise<readonly R[] | void>): Promise<readonly Outcome<R>[]> {
    const undo: Undo[] = []
    const fault = this.nextCommit
    this.nextCommit = undefined
    const now = this.clock.now
    const [first] = inputs
    ids.begin(first ? nameOf(first.cause) : '', now)
    let outcomes: readonly Outcome<R>[]
    try {
      const admitted = inputs.map(({ cause }) => this.admit(cause, undo))
      const taken = inputs.filter((_, place) => admitted[place]?.isFresh)
      const tx = new OpenTx(this, now, undo)
      const results = taken.length > 0 ? ((await work(tx, taken)) ?? []) : []
      tx.settle()
      for (const [place, { cause }] of taken.entries()) if (cause.kind === 'request') this.keepAnswer(cause, results[place], undo)
      this.append(tx.told, undo)
      let next = 0
      outcomes = admitted.map((each): Outcome<R> => (each.isFresh ? { result: results[next++], replayed: false } : { result: each.result as R | undefined, replayed: true }))
      if (fault === 'fails' || fault === 'dies-before') throw new ConnectionLost('the commit failed')
    } catch (error) {
      for (const take of undo.reverse()) take()
      if (fault !== 'dies-before') throw error
      this.crash(process)
      return await never
    }
    if (fault === 'dies-after') {
      this.crash(process)
      return await never
    }
    if (fault === 'unknown') throw new ConnectionLost('the answer of the commit is lost')
    return outcomes
  }

  /** The process ends here and now; another one begins from what was kept. */
  crash(process = this.process): void {
    process.die()
    if (process !== this.process) return
    this.start()
    this.onCrash()
  }

  /** Puts a message that cannot be handled aside, and with it all that follows of its key. */
  park(fact: Fact): void {
    const name = keyOf(fact)
    this.parked.set(name, [...(this.parked.get(name) ?? []), fact])
  }

  /** Takes note of a message that no handler takes. */
  pass(fact: Fact): void {
    if (this.isWaiting(fact)) this.park(fact)
    else this.advance(fact, [])
  }

  /** Messages that come out of parking without a handler of theirs. */
  passParked(fact: Fact): void {
    this.leaveParking(fact, [])
    this.advance(fact, [])
  }

  private admit(cause: Cause, undo: Undo[]): Admitted {
    switch (cause.kind) {
      case 'event':
        return this.admitEvent(cause, undo) ? fresh : seen
      case 'request': {
        const name = `${cause.client}\n${cause.key}`
        return this.answers.has(name) ? { isFresh: false, result: this.answers.get(name) } : fresh
      }
      case 'timer': {
        const consumed = this.timers.consume(cause)
        if (consumed) undo.push(consumed)
        return consumed ? fresh : seen
      }
      default:
        return cause satisfies never
    }
  }

  /** Is this message to be handled? As libs/messaging/src/inbox.ts decides. */
  admitEvent(cause: EventCause, undo: Undo[]): boolean {
    const record = recordOf(cause)
    if (!record) return true
    const { fact, isRetried } = record
    if (isRetried) this.leaveParking(fact, undo)
    else if (this.isWaiting(fact)) {
      const before = this.parked.get(keyOf(fact)) ?? []
      if (this.inbox.has(fact.eventId) || before.some(({ eventId }) => eventId === fact.eventId)) return false
      this.park(fact)
      undo.push(() => this.parked.set(keyOf(fact), before))
      return false
    }
    if (this.inbox.has(fact.eventId)) return false
    const last = this.lastConsumed.get(subjectOf(fact))
    if (fact.sequence !== null && last !== undefined && fact.sequence !== last + 1) {
      this.complain(`G12: ${this.name} was given number ${fact.sequence} of ${fact.type} ${fact.subject} after number ${last}`)
      return false
    }
    this.inbox.add(fact.eventId)
    undo.push(() => this.inbox.delete(fact.eventId))
    this.advance(fact, undo)
    return true
  }

  /** Does something of its key wait in parking? Then it waits behind it. */
  isWaiting(fact: Fact): boolean {
    return this.parked.has(keyOf(fact))
  }

  private leaveParking(fact: Fact, undo: Undo[]): void {
    const name = keyOf(fact)
    const before = this.parked.get(name) ?? []
    const rest = before.filter(({ eventId }) => eventId !== fact.eventId)
    if (rest.length > 0) this.parked.set(name, rest)
    else this.parked.delete(name)
    undo.push(() => this.parked.set(name, before))
  }

  private advance(fact: Fact, undo: Undo[]): void {
    if (fact.sequence === null) return
    const name = subjectOf(fact)
    const last = this.lastConsumed.get(name)
    if (last !== undefined && last >= fact.sequence) return
    this.lastConsumed.set(name, fact.sequence)
    undo.push(() => (last === undefined ? this.lastConsumed.delete(name) : this.lastConsumed.set(name, last)))
  }

  keepAnswer(cause: RequestCause, result: unknown, undo: Undo[]): void {
    const name = `${cause.client}\n${cause.key}`
    this.answers.set(name, result)
    undo.push(() => this.answers.delete(name))
  }

  append(told: readonly Told[], undo: Undo[]): void {
    for (const { event, message } of told) {
      const { topic, type } = event
      const { subject, key, payload, cause, correlationId } = message
      let sequence: number | null = null
      if (topic.sequenced) {
        const name = `${topic.name}\n${subject}`
        const last = this.lastPublished.get(name)
        sequence = (last ?? 0) + 1
        this.lastPublished.set(name, sequence)
        undo.push(() => (last === undefined ? this.lastPublished.delete(name) : this.lastPublished.set(name, last)))
      }
      this.journal.push({
        topic: topic.name,
        key,
        eventId: ids.next(),
        type,
        subject,
        sequence,
        // as it lies on the topic: what JSON cannot say is not said
        payload: JSON.parse(JSON.stringify(payload)) as JsonObject,
        correlationId: correlationId ?? cause.correlationId,
        actor: cause.actor,
        time: this.clock.now.toISOString(),
      })
      undo.push(() => this.journal.pop())
    }
  }
}

export const keyOf = ({ topic, key }: Pick<Fact, 'topic' | 'key'>): string => `${topic}\n${key}`
const subjectOf = ({ topic, subject }: Fact): string => `${topic}\n${subject}`

/** Names a cause by nothing that tells the time, so that what it makes is named alike when other steps are left out before it. */
const nameOf = (cause: Cause): string => {
  switch (cause.kind) {
    case 'event':
      return shortOf(cause.eventId)
    case 'request':
      return `${cause.client}/${cause.key}`
    case 'timer':
      return `${cause.timer}/${shortOf(cause.subject)}${cause.token.slice(cause.token.lastIndexOf('\n'))}`
    default:
      return cause satisfies never
  }
}

interface Told {
  readonly event: EventDefinition
  readonly message: Publication<unknown>
}

/** A transaction over a service's tables. */
class OpenTx implements Tx {
  readonly told: Told[] = []
  private readonly wakes: (() => void)[] = []
  private readonly asks: (() => void)[] = []

  constructor(
    private readonly service: Service,
    readonly now: Date,
    private readonly undo: Undo[],
  ) {}

  query<Row>(name: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return Promise.resolve([...this.service.database.query(name, sql, values, this.undo)] as Row[])
    } catch (error) {
      return Promise.reject(error as Error)
    }
  }

  publish<P>(event: EventDefinition<P>, message: Publication<P>): void {
    this.told.push({ event: event as EventDefinition, message })
  }

  schedule(timer: Timer): void {
    if (!this.service.process.timers.has(timer.kind)) throw new Error(`${this.service.name} sets a timer ${timer.kind} that nothing handles`)
    this.wakes.push(() => this.undo.push(this.service.timers.set(timer)))
  }

  cancelTimer(kind: string, subject: string): void {
    this.wakes.push(() => this.undo.push(this.service.timers.cancel(kind, subject)))
  }

  openTask(task: NewTask): void {
    this.asks.push(() => {
      const opened = this.service.tasks.add(task, () => ids.next())
      if (!opened) return
      this.undo.push(opened.undo)
      const { id, kind, subject, order, owner, why, dueAt } = opened.task
      this.publish(TaskOpened, {
        subject: id,
        key: id,
        payload: { task: id, service: this.service.name as 'order', kind, subject, order, owner, why, dueAt: dueAt.toISOString() },
        cause: task.cause,
        ...(order === null ? {} : { correlationId: order }),
      })
    })
  }

  closeTask(kind: string, subject: string, resolution: string, cause: Cause): void {
    this.asks.push(() => {
      const closed = this.service.tasks.close(kind, subject)
      if (!closed) return
      this.undo.push(closed.undo)
      const { id, order } = closed.task
      this.publish(TaskClosed, { subject: id, key: id, payload: { task: id, kind, subject, order, resolution, by: cause.actor }, cause, ...(order === null ? {} : { correlationId: order }) })
    })
  }

  forgetCopies(_topic: TopicDefinition, _key: string): Promise<void> {
    return Promise.resolve()
  }

  /** Tasks and timers, in this order, as the kit writes them at the end. */
  settle(): void {
    for (const ask of this.asks) ask()
    for (const wake of this.wakes) wake()
  }
}
