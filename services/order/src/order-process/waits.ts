import { isEnded } from '../orders/line-quantities.js'
import { countUnits, minus } from '../orders/unit-set.js'
import { expiresAt, openOperations } from '../payments/payment.js'
import type { Step, Reaction } from './facts.js'
import { isOpen, leftOf } from './fulfillment.js'
import type { LineStanding } from './line-standing.js'
import type { OrderProcess, ProcessContext, ProcessLimits } from './order-process.js'
import type { OrderStatus } from './order-status.js'
import { orderTimers, type OrderTimer } from './order-timers.js'

interface View extends ProcessContext {
  readonly process: OrderProcess
  readonly standings: readonly LineStanding[]
}

/** A state in which an order waits for somebody else, and what happens when nobody comes. */
export interface Wait {
  readonly meaning: string
  /** Statuses in which an order can wait for this. */
  readonly in: readonly OrderStatus[]
  readonly isWaiting: (view: View) => boolean
  /** How long it may take, from its beginning. Unit: ms. */
  readonly limitMs: (limits: ProcessLimits) => number
  /** When it comes due, where that is not its beginning plus the limit. */
  readonly dueAt?: (view: View) => Date | null
  /** Whose task it becomes when it comes due; null: the process acts by itself. */
  readonly owner: string | null
  /** May outlast the end of the order. */
  readonly outlastsOrder?: true
}

const later = (at: Date, ms: number): Date => new Date(at.getTime() + ms)

const earliest = (dates: readonly (Date | null)[]): Date | null =>
  dates.reduce<Date | null>((first, date) => (first === null || (date !== null && date < first) ? date : first), null)

/** Every state in which an order waits. An order that is not final is in at least one of them (a property test walks them). */
export const orderWaits: Readonly<Record<OrderTimer, Wait>> = {
  'stock-answer-overdue': {
    meaning: 'inventory has not said what becomes of some units',
    in: ['PLACED', 'CONFIRMED'],
    isWaiting: ({ standings }) => standings.some(({ quantities, isOverAnswered, open }) => quantities.unanswered > 0 || (isOverAnswered && countUnits(open) > 0)),
    limitMs: ({ stockAnswerMs }) => stockAnswerMs,
    owner: 'operator',
  },
  'places-unknown': {
    meaning: 'a location or lane of the promise is not known here yet',
    in: ['PLACED'],
    isWaiting: ({ process, standings }) =>
      (process.money === 'secured' || process.money === 'not-needed') && standings.every(({ quantities }) => quantities.unanswered === 0),
    limitMs: ({ placesMs }) => placesMs,
    owner: null,
  },
  'payment-window-ended': {
    meaning: 'the customer, or the provider, has not secured the money',
    in: ['PLACED'],
    isWaiting: ({ process }) => process.money === 'asked' || process.money === 'declined',
    limitMs: ({ paymentWindowMs }) => paymentWindowMs,
    dueAt: ({ process, now, limits }) => {
      if (process.payUntil === null) return null
      const until = new Date(process.payUntil)
      // a call without an answer may have succeeded: it gets the time that unknown calls get before the order ends without it
      return process.money === 'asked' && now >= until ? later(until, limits.paymentUnresolvedMs) : until
    },
    owner: null,
  },
  'payment-unresolved': {
    meaning: 'the provider has not said what became of a call',
    in: ['PLACED', 'CONFIRMED'],
    isWaiting: ({ payment }) => openOperations(payment).length > 0,
    limitMs: ({ paymentUnresolvedMs }) => paymentUnresolvedMs,
    owner: 'operator',
    outlastsOrder: true,
  },
  'authorization-expiring': {
    meaning: 'the authorization will run out while units wait',
    in: ['PLACED', 'CONFIRMED'],
    isWaiting: ({ process, payment }) => process.hold === null && openOperations(payment).length === 0 && expiresAt(payment) !== null,
    limitMs: ({ renewBeforeMs }) => renewBeforeMs,
    dueAt: ({ process, payment, limits }) => {
      const end = expiresAt(payment)
      const since = process.since['authorization-expiring']
      if (end === null || since === undefined) return null
      // authorizations that live shorter than that are renewed half way, not again and again
      const halfWay = new Date((new Date(since).getTime() + end.getTime()) / 2)
      const before = later(end, -limits.renewBeforeMs)
      return before > halfWay ? before : halfWay
    },
    owner: null,
  },
  'backorder-overdue': {
    meaning: 'units wait for supply',
    in: ['PLACED', 'CONFIRMED'],
    isWaiting: ({ standings }) => standings.some(({ quantities }) => quantities.backordered > 0),
    limitMs: ({ backorderUnknownMs }) => backorderUnknownMs,
    dueAt: ({ standings, process, limits }) => {
      const dates = standings.flatMap(({ waiting }) => waiting.map(({ availableOn }) => availableOn))
      const known = dates.flatMap((date) => (date === null ? [] : [later(new Date(`${date}T00:00:00Z`), limits.backorderLateMs)]))
      const since = process.since['backorder-overdue']
      const unknown = dates.includes(null) && since !== undefined ? later(new Date(since), limits.backorderUnknownMs) : null
      return earliest([...known, unknown])
    },
    owner: 'agent',
  },
  'dispatch-overdue': {
    meaning: 'a location has not sent what it was asked for',
    in: ['CONFIRMED'],
    isWaiting: ({ process }) => process.fulfillments.some(isOpen),
    limitMs: ({ dispatchMs }) => dispatchMs,
    // of each request, not of the first of an order in which there was always one open
    dueAt: ({ process, limits }) => earliest(process.fulfillments.filter(isOpen).map(({ requestedAt }) => later(new Date(requestedAt), limits.dispatchMs))),
    owner: 'operator',
  },
  'delivery-overdue': {
    meaning: 'a shipment has not arrived',
    in: ['CONFIRMED'],
    isWaiting: ({ process }) =>
      process.fulfillments.some(({ lines }) =>
        lines.some((line) => countUnits(minus(minus(minus(leftOf(line), line.delivered), line.lost), line.returned)) > 0),
      ),
    limitMs: ({ deliveryMs }) => deliveryMs,
    owner: 'agent',
  },
  'task-overdue': {
    meaning: 'something about the order waits for a person',
    in: ['PLACED', 'CONFIRMED'],
    isWaiting: ({ process }) => process.tasks.some(({ kind }) => kind !== 'task-overdue'),
    limitMs: ({ taskMs }) => 2 * taskMs,
    owner: 'operator',
  },
}

/** The waits an order is in now. */
export function waitsOf(process: OrderProcess, standings: readonly LineStanding[], context: ProcessContext): OrderTimer[] {
  const view = { ...context, process, standings }
  return orderTimers.filter((timer) => (orderWaits[timer].outlastsOrder || orderWaits[timer].in.includes(process.status)) && orderWaits[timer].isWaiting(view))
}

/** Closes the tasks of waits that are over: what was overdue has happened. */
export function closeSettledTasks(process: OrderProcess, standings: readonly LineStanding[], context: ProcessContext): Reaction {
  const waiting = new Set<string>(waitsOf(process, standings, context))
  const isSettled = ({ kind }: { readonly kind: string }): boolean => Object.hasOwn(orderWaits, kind) && !waiting.has(kind)
  return {
    process: { ...process, tasks: process.tasks.filter((task) => !isSettled(task)) },
    steps: process.tasks.filter(isSettled).map(({ kind, subject }) => ({ do: 'close-task', kind, subject, resolution: 'it went on' })),
  }
}

/** Sets a timer for every wait and drops those of waits that are over: timers are never set by hand. */
export function settleTimers(process: OrderProcess, standings: readonly LineStanding[], context: ProcessContext): Reaction {
  const waiting = waitsOf(process, standings, context)
  const since: Partial<Record<OrderTimer, string>> = {}
  for (const timer of waiting) since[timer] = process.since[timer] ?? context.now.toISOString()
  const begun = { ...process, since }
  const view = { ...context, process: begun, standings }
  const timers: Partial<Record<OrderTimer, string>> = {}
  const steps: Step[] = []
  for (const timer of waiting) {
    const dueAt = dueOf(timer, view).toISOString()
    timers[timer] = dueAt
    if (process.timers[timer] !== dueAt) steps.push({ do: 'set-timer', timer, dueAt })
  }
  for (const timer of orderTimers) {
    if (process.timers[timer] !== undefined && timers[timer] === undefined) steps.push({ do: 'cancel-timer', timer })
  }
  return { process: { ...begun, timers }, steps }
}

/** A wait that somebody was told of after it was due comes due again after a task's time, not at once: people need theirs. */
function dueOf(timer: OrderTimer, view: View): Date {
  const wait = orderWaits[timer]
  const told = new Date(view.process.since[timer] ?? view.now.toISOString())
  const due = wait.dueAt?.(view) ?? later(told, wait.limitMs(view.limits))
  return wait.owner !== null && due <= told ? later(told, view.limits.taskMs) : due
}

/** Nothing is awaited any more from anybody. */
export const isAllEnded = (standings: readonly LineStanding[]): boolean => standings.every(({ quantities }) => isEnded(quantities))
