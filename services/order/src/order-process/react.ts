import { invariant, nextStates, splitByLargestRemainder } from '@waybill/kernel'
import type { OrderTerms } from '../orders/order-terms.js'
import { moneyOfUnits, priceOf } from '../orders/unit-money.js'
import { countUnits, lowest, minus, noUnits, type UnitSet } from '../orders/unit-set.js'
import { openOperations } from '../payments/payment.js'
import type { ConfirmedLine, ProcessFact, Reaction, RequestedLine, Step } from './facts.js'
import { askFulfillment, leftOf, withOutcome, withRefusal, withShort, type Fulfillment, type NamedUnits } from './fulfillment.js'
import { standingsOf, type LineStanding } from './line-standing.js'
import type { OrderProcess, ProcessContext } from './order-process.js'
import { isFinal, orderTransitions, type OrderStatus, type OrderTrigger } from './order-status.js'
import { isReachable } from './promise-window.js'
import { firstPromises, keptPromises, promiseOf } from './promises.js'
import { filled, granted, noAnswers, released, told, type StockAnswers } from './stock-answers.js'
import type { UnitPromise } from './unit-promise.js'
import { closeSettledTasks, isAllEnded, orderWaits, waitsOf } from './waits.js'

/**
 * The way of one order: takes what was said into the books (`learn`), then does what is due now (`goOn`).
 * Pure, and safe in any order of facts. Timers are not set here: they follow from the waits (`settleTimers`).
 * Source: domain sections 4 and 5.
 */
export function react(process: OrderProcess, fact: ProcessFact, context: ProcessContext): Reaction {
  const learned = learn(process, fact, context)
  // calls to the provider are written down first: whether money is open decides what may come next
  if (learned.steps.some(isPayment)) return learned
  const next = goOn(learned.process, reasonOf(fact), context)
  return { process: next.process, steps: [...learned.steps, ...next.steps] }
}

const isPayment = (step: Step): boolean => ['authorize', 'renew', 'capture', 'give-back', 'retry-refund'].includes(step.do)

/** How often a confirmation waits for a location or lane before it goes without a date. */
const PLACES_ASKED_MAX = 5

/** The word with which a person closes the task of a capture that nobody will try again. */
const WRITTEN_OFF = 'written-off'

// ---------------------------------------------------------------- what was said

function learn(process: OrderProcess, fact: ProcessFact, context: ProcessContext): Reaction {
  switch (fact.kind) {
    case 'stock-reserved':
      return just(answered(process, fact.lines, (answers, { location, units }) => granted(answers, location, units)))
    case 'backorder-filled':
      return just(answered(process, fact.lines, (answers, { location, units }) => filled(answers, location, units)))
    case 'stock-released':
      return just(answered(process, fact.lines, (answers, { location, units }) => released(answers, location, units)))
    case 'stock-backordered':
      return just(answered(process, fact.lines, (answers, { availableOn, units }) => told(answers, availableOn, units)))
    case 'backorder-date-changed':
      return just(answered(process, fact.lines, (answers, line) => told(told(answers, line.old, -line.units), line.new, line.units)))
    case 'reservation-refused':
      if (process.status === 'PLACED') return end(process, 'reservation-refused', 'CANCELLED', fact.why)
      return isFinal(process.status) ? just(process) : openTask(process, 'reservation-refused', context.terms.order, `inventory refuses the open units: ${fact.why}`, 'agent', context)

    case 'fulfillment-rejected':
    case 'shipment-plan-refused':
      return just(withFulfillment(process, fact.fulfillment, (each) => withRefusal(each, fact.why, context.terms.stockedLines)))
    case 'fulfillment-short-picked':
      return just(withFulfillment(process, fact.fulfillment, (each) => withShort(each, fact.lines)))
    case 'shipment-dispatched':
      return leaves(process, fact.fulfillment, (each) => ({ ...withOutcome(each, 'dispatched', fact.lines), dispatchedAt: each.dispatchedAt ?? context.now.toISOString() }), context)
    case 'shipment-delivered':
      return leaves(process, fact.fulfillment, (each) => withOutcome(each, 'delivered', fact.lines), context)
    case 'shipment-failed': {
      const outcome = fact.outcome === 'returned-to-sender' ? 'returned' : 'lost'
      const left = leaves(process, fact.fulfillment, (each) => withOutcome(each, outcome, fact.lines), context)
      return then(left, (next) => openTask(next, 'shipment-failed', fact.fulfillment, `shipment ${fact.outcome}: ${fact.reason}`, 'agent', context))
    }

    case 'payment-authorized':
      return secured(process)
    case 'payment-asked':
      return just(process.status === 'PLACED' ? { ...process, money: 'asked' } : process)
    case 'payment-declined':
      return notPaid(process, fact.reason, fact.isFinal, context)
    case 'payment-captured':
      return just({ ...process, unpaid: process.unpaid.filter(({ fulfillment }) => fulfillment !== fact.fulfillment) })
    case 'capture-failed':
      return notCaptured(process, fact, context)
    case 'authorization-lost': {
      const task = openTask(process, 'authorization-lost', context.terms.order, `the authorization could not be renewed: ${fact.reason}`, 'agent', context)
      return then(task, (next) => applyHold({ ...next, isAuthorizationLost: true }, `no valid authorization: ${fact.reason}`, context))
    }
    case 'refund-failed':
      return fact.amountMinor === 0n
        ? just(process)
        : openTask(process, 'refund-failed', fact.refund, `the provider does not give the money back: ${fact.reason}`, 'agent', context)
    case 'payment-voided':
    case 'payment-refunded':
    case 'channel-refund-due':
    case 'payment-changed':
      return just(process)

    case 'task-closed':
      return taskClosed(process, fact.task, fact.subject, fact.resolution)
    case 'timer':
      return waitedTooLong(process, fact.timer, context)
    default:
      return fact satisfies never
  }
}

function answered<Line extends { readonly stockedLine: string }>(
  process: OrderProcess,
  lines: readonly Line[],
  enter: (answers: StockAnswers, line: Line) => StockAnswers,
): OrderProcess {
  const stock = { ...process.stock }
  for (const line of lines) stock[line.stockedLine] = enter(stock[line.stockedLine] ?? noAnswers, line)
  return { ...process, stock }
}

const withFulfillment = (process: OrderProcess, id: string, change: (fulfillment: Fulfillment) => Fulfillment): OrderProcess => {
  invariant(process.fulfillments.some((each) => each.id === id), 'a fulfillment was requested by its order', { fulfillment: id })
  return { ...process, fulfillments: process.fulfillments.map((each) => (each.id === id ? change(each) : each)) }
}

/** What left is charged, once per unit: the frozen money of exactly these numbers. Whichever fact says first that a unit has left: the first may be one that follows on a lost one. */
function leaves(process: OrderProcess, id: string, change: (fulfillment: Fulfillment) => Fulfillment, { terms }: ProcessContext): Reaction {
  const before = process.fulfillments.find((each) => each.id === id)
  const next = withFulfillment(process, id, change)
  const after = next.fulfillments.find((each) => each.id === id)
  const units = (after?.lines ?? []).flatMap((line, place) => {
    const known = before?.lines[place]
    const fresh = minus(leftOf(line), known ? leftOf(known) : noUnits)
    return countUnits(fresh) > 0 ? [{ line: line.line, unitNumbers: fresh }] : []
  })
  return { process: next, steps: units.length > 0 ? [{ do: 'capture', fulfillment: id, amountMinor: priceOf(terms, units) }] : [] }
}

function secured(process: OrderProcess): Reaction {
  // the order ended while the call was on its way
  if (process.status === 'CANCELLED' || process.status === 'EXPIRED') return { process, steps: [{ do: 'give-back' }] }
  const paid: OrderProcess = { ...process, money: 'secured', payUntil: null, isAuthorizationLost: false }
  return liftHold(closeTask(paid, 'authorization-lost', 'a new authorization was given'), 'a new authorization was given')
}

function notPaid(process: OrderProcess, reason: string, isFinal: boolean, { now, limits }: ProcessContext): Reaction {
  if (process.status !== 'PLACED') return { process, steps: [{ do: 'give-back' }] }
  // the first refusal opens the customer's window anew: until then nobody had asked for another way to pay
  const until = process.declines > 0 && process.payUntil !== null ? process.payUntil : new Date(now.getTime() + limits.paymentWindowMs).toISOString()
  const declined: Step = { do: 'tell', told: { tell: 'payment-declined', reason, until: isFinal ? now.toISOString() : until, isFinal } }
  if (isFinal) return then({ process, steps: [declined] }, (next) => end(next, 'payment-declined-for-good', 'EXPIRED', `payment declined: ${reason}`))
  if (now >= new Date(until)) return then({ process, steps: [declined] }, (next) => end(next, 'payment-window-ended', 'EXPIRED', 'payment-window-ended'))
  return { process: { ...process, money: 'declined', declines: process.declines + 1, payUntil: until }, steps: [declined] }
}

type CaptureFailed = Extract<ProcessFact, { kind: 'capture-failed' }>

/** What left cannot be charged: the rest stays here until a person has seen to it. */
function notCaptured(process: OrderProcess, { fulfillment, amountMinor, reason, tries }: CaptureFailed, context: ProcessContext): Reaction {
  const subject = fulfillment ?? context.terms.order
  const why = `capture failed ${tries} times: ${reason}`
  const unpaid = [...process.unpaid.filter((each) => each.fulfillment !== subject), { fulfillment: subject, amountMinor: amountMinor.toString() }]
  const task = openTask({ ...process, unpaid }, 'capture-failed', subject, why, 'agent', context)
  const isAllGone = standingsOf(context.terms, task.process).every(({ quantities }) => quantities.ordered === quantities.cancelled + quantities.shipped)
  return isAllGone ? task : then(task, (next) => applyHold(next, why, context))
}

/** A person has done what a task of this order asked for. What can be tried again is. */
function taskClosed(process: OrderProcess, kind: string, subject: string, resolution: string): Reaction {
  const isOurs = process.tasks.some((task) => task.kind === kind && task.subject === subject)
  if (!isOurs) return just(process)
  const next = { ...process, tasks: process.tasks.filter((task) => task.kind !== kind || task.subject !== subject) }
  if (kind === 'refund-failed') return { process: next, steps: [{ do: 'retry-refund', refund: subject }] }
  if (kind === 'authorization-lost') return { process: next, steps: [{ do: 'renew' }] }
  if (kind !== 'capture-failed') return just(next)
  if (resolution === WRITTEN_OFF) return just({ ...next, unpaid: next.unpaid.filter(({ fulfillment }) => fulfillment !== subject) })
  const again = next.unpaid.find(({ fulfillment }) => fulfillment === subject)
  return again ? { process: next, steps: [{ do: 'capture', fulfillment: subject, amountMinor: BigInt(again.amountMinor) }] } : just(next)
}

function waitedTooLong(before: OrderProcess, timer: keyof typeof orderWaits, context: ProcessContext): Reaction {
  const { [timer]: _due, ...timers } = before.timers
  const process = { ...before, timers }
  const isWaiting = waitsOf(process, standingsOf(context.terms, process), context).includes(timer)
  if (!isWaiting) return just(process)
  const { meaning, owner } = orderWaits[timer]
  if (owner !== null) {
    const complained = { ...process, since: { ...process.since, [timer]: context.now.toISOString() } }
    return openTask(complained, timer, context.terms.order, meaning, owner, context)
  }
  switch (timer) {
    case 'places-unknown':
      return just({ ...process, placesAsked: process.placesAsked + 1, since: { ...process.since, [timer]: context.now.toISOString() } })
    case 'payment-window-ended':
      return windowEnded(process, context)
    case 'authorization-expiring':
      return { process: { ...process, since: { ...process.since, [timer]: context.now.toISOString() } }, steps: [{ do: 'renew' }] }
    default:
      return just(process)
  }
}

function windowEnded(process: OrderProcess, { now, limits }: ProcessContext): Reaction {
  const until = process.payUntil === null ? now : new Date(process.payUntil)
  const last = process.money === 'asked' ? new Date(until.getTime() + limits.paymentUnresolvedMs) : until
  return now < last ? just(process) : end(process, 'payment-window-ended', 'EXPIRED', 'payment-window-ended')
}

// ---------------------------------------------------------------- what is due

function goOn(before: OrderProcess, reason: string, context: ProcessContext): Reaction {
  const settled = closeSettledTasks(before, standingsOf(context.terms, before), context)
  const lifted = then(settled, (process) => (process.hold !== null && !hasReasonToHold(process) ? liftHold(just(process), 'paid') : just(process)))
  return then(lifted, (process) => {
    switch (process.status) {
      case 'PLACED':
        return placed(process, reason, context)
      case 'CONFIRMED':
        return confirmed(process, reason, context)
      case 'COMPLETED':
      case 'CANCELLED':
      case 'EXPIRED':
        return just(process)
      default:
        return process.status satisfies never
    }
  })
}

/** Every line answered: the money of the whole order is asked for, once. Both secured: confirmed. */
function placed(process: OrderProcess, reason: string, context: ProcessContext): Reaction {
  const standings = standingsOf(context.terms, process)
  if (standings.some(({ quantities, isOverAnswered }) => quantities.unanswered > 0 || isOverAnswered)) return just(process)
  if (process.money === 'not-asked') {
    if (context.payment.kind === 'channel' || context.payment.dueMinor === 0n) {
      return placed({ ...process, money: 'not-needed' }, reason, context)
    }
    const payUntil = new Date(context.now.getTime() + context.limits.paymentWindowMs).toISOString()
    return { process: { ...process, money: 'asked', payUntil }, steps: [{ do: 'authorize' }] }
  }
  if (process.money !== 'secured' && process.money !== 'not-needed') return just(process)
  if (!arePlacesKnown(standings, context) && process.placesAsked < PLACES_ASKED_MAX) return just(process)

  const promises = firstPromises(standings, context.terms, context.places, context.now)
  const next = become({ ...process, promises }, 'stock-and-money-secured', 'CONFIRMED')
  const told: Step = { do: 'tell', told: { tell: 'order-confirmed', lines: confirmedLines(context.terms, promises) } }
  return then({ process: next, steps: [told] }, (confirmedNow) => confirmed(confirmedNow, reason, context))
}

const arePlacesKnown = (standings: readonly LineStanding[], { places, terms }: ProcessContext): boolean =>
  standings.every(({ reservedAt }) => reservedAt.every(({ location }) => isReachable(places, location, terms)))

const confirmedLines = (terms: OrderTerms, promises: readonly UnitPromise[]): ConfirmedLine[] =>
  terms.orderedLines.map(({ line }) => ({
    line,
    promises: promises
      .filter((promise) => promise.line === line)
      .map(({ units, backordered, availableOn, window }) => ({ units: countUnits(units), backordered, availableOn, window })),
  }))

function confirmed(process: OrderProcess, reason: string, context: ProcessContext): Reaction {
  const promised = tellMoves(process, reason, context)
  const requested = then(promised, (next) => (next.hold === null ? requestFulfillments(next, context) : just(next)))
  return then(requested, (next) => finish(next, context))
}

/** Customers hear of every promise that moved. */
function tellMoves(process: OrderProcess, reason: string, { terms, places, now }: ProcessContext): Reaction {
  const used = [...new Set(process.fulfillments.map(({ location }) => location))]
  const { promises, moves } = keptPromises(process.promises, standingsOf(terms, process), terms, places, used, reason, now)
  return { process: { ...process, promises }, steps: moves.map((move) => ({ do: 'tell', told: { tell: 'promise-changed', move } })) }
}

/** One fulfillment per location for all that is reserved and not asked yet; each takes the lowest free unit numbers. */
function requestFulfillments(process: OrderProcess, context: ProcessContext): Reaction {
  const { terms, now, newId } = context
  const byLocation = new Map<string, NamedUnits[]>()
  for (const { line, reservedAt, open } of standingsOf(terms, process)) {
    let free: UnitSet = open
    for (const { location, units } of reservedAt) {
      const unitNumbers = lowest(free, units)
      free = minus(free, unitNumbers)
      byLocation.set(location, [...(byLocation.get(location) ?? []), { line: line.line, unitNumbers }])
    }
  }
  const locations = [...byLocation.keys()].sort()
  return locations.reduce<Reaction>((reaction, location) => {
    const units = byLocation.get(location) ?? []
    const fulfillment = newId()
    const told: Step = {
      do: 'tell',
      told: { tell: 'fulfillment-requested', fulfillment, location, promise: promiseOf(reaction.process.promises, units), lines: requestedLines(terms, units) },
    }
    const asked = askFulfillment(fulfillment, location, now, units, terms.stockedLines)
    return { process: { ...reaction.process, fulfillments: [...reaction.process.fulfillments, asked] }, steps: [...reaction.steps, told] }
  }, just(process))
}

/** A bundle's components travel together, each with its share of the frozen value of exactly these units. */
const requestedLines = (terms: OrderTerms, units: readonly NamedUnits[]): RequestedLine[] =>
  units.map(({ line, unitNumbers }) => {
    const ordered = terms.orderedLines.find((each) => each.line === line)
    const stocked = terms.stockedLines.filter((each) => each.line === line)
    const money = ordered ? moneyOfUnits(ordered, unitNumbers) : undefined
    const valueMinor = money ? money.netMinor + money.taxMinor : 0n
    const shares = splitByLargestRemainder(valueMinor, stocked.map((each) => each.valueMinor))
    return {
      line,
      unitNumbers,
      stocked: stocked.map(({ stockedLine, product, perParent }, index) => ({
        stockedLine,
        product,
        units: countUnits(unitNumbers) * perParent,
        valueMinor: shares[index] ?? 0n,
      })),
    }
  })

/** Every unit delivered, lost, returned to sender or cancelled, and nothing open with a person or the provider: the rest of the money is given back. */
function finish(process: OrderProcess, context: ProcessContext): Reaction {
  const standings = standingsOf(context.terms, process)
  const isMoneyOpen = process.unpaid.length > 0 || openOperations(context.payment).some(({ kind }) => kind !== 'refund')
  if (!isAllEnded(standings) || process.tasks.length > 0 || isMoneyOpen) return just(process)
  const count = (of: (standing: LineStanding) => number): number => standings.reduce((sum, standing) => sum + of(standing), 0)
  const cancelledUnits = count(({ quantities }) => quantities.cancelled)
  if (cancelledUnits === count(({ quantities }) => quantities.ordered)) return end(process, 'all-units-cancelled', 'CANCELLED', 'all units are cancelled')
  const told: Step = {
    do: 'tell',
    told: {
      tell: 'order-completed',
      deliveredUnits: count(({ quantities }) => quantities.delivered),
      cancelledUnits,
      lostUnits: count(({ quantities }) => quantities.lost + quantities.returnedToSender),
    },
  }
  return { process: become(process, 'all-units-ended', 'COMPLETED'), steps: [told, { do: 'give-back' }] }
}

// ---------------------------------------------------------------- small steps

const just = (process: OrderProcess): Reaction => ({ process, steps: [] })

function then(reaction: Reaction, next: (process: OrderProcess) => Reaction): Reaction {
  const after = next(reaction.process)
  return { process: after.process, steps: [...reaction.steps, ...after.steps] }
}

/** Throws: InvariantBroken if the table does not know the step. */
function become(process: OrderProcess, trigger: OrderTrigger, to: OrderStatus): OrderProcess {
  invariant(nextStates(orderTransitions, process.status, trigger).includes(to), 'an order moves by its table', { from: process.status, trigger, to })
  return { ...process, status: to, steps: process.steps + 1 }
}

/** The order ends without being sent: what was authorized is given back, whoever keeps stock for it hears of it. */
function end(process: OrderProcess, trigger: OrderTrigger, to: 'CANCELLED' | 'EXPIRED', why: string): Reaction {
  const ended: OrderProcess = { ...become(process, trigger, to), endedWhy: why }
  const told: Step = { do: 'tell', told: to === 'CANCELLED' ? { tell: 'order-cancelled', why } : { tell: 'order-expired', why } }
  const closed = process.tasks.map(({ kind, subject }): Step => ({ do: 'close-task', kind, subject, resolution: 'the order ended' }))
  return { process: { ...ended, tasks: [] }, steps: [told, ...closed, { do: 'give-back' }] }
}

function openTask(process: OrderProcess, kind: string, subject: string, why: string, owner: string, { now, limits }: ProcessContext): Reaction {
  const dueAt = new Date(now.getTime() + limits.taskMs).toISOString()
  const isOpen = process.tasks.some((task) => task.kind === kind && task.subject === subject)
  return {
    process: isOpen ? process : { ...process, tasks: [...process.tasks, { kind, subject }] },
    steps: isOpen ? [] : [{ do: 'open-task', kind, subject, why, owner, dueAt }],
  }
}

function closeTask(process: OrderProcess, kind: string, resolution: string): Reaction {
  const closed = process.tasks.filter((task) => task.kind === kind)
  return {
    process: { ...process, tasks: process.tasks.filter((task) => task.kind !== kind) },
    steps: closed.map(({ subject }) => ({ do: 'close-task', kind, subject, resolution })),
  }
}

/** A stop needs an unpaid fulfillment or a lost authorization behind it. */
const hasReasonToHold = (process: OrderProcess): boolean =>
  process.unpaid.length > 0 || process.isAuthorizationLost

function applyHold(process: OrderProcess, why: string, { now, limits }: ProcessContext): Reaction {
  if (process.hold !== null) return just(process)
  const dueAt = new Date(now.getTime() + limits.taskMs).toISOString()
  return { process: { ...process, hold: { why, dueAt } }, steps: [{ do: 'tell', told: { tell: 'hold-applied', why, dueAt } }] }
}

function liftHold(reaction: Reaction, why: string): Reaction {
  const { process, steps } = reaction
  if (process.hold === null || hasReasonToHold(process)) return reaction
  return { process: { ...process, hold: null }, steps: [...steps, { do: 'tell', told: { tell: 'hold-lifted', why } }] }
}

/** Why a promise moved, for the customer. */
function reasonOf(fact: ProcessFact): string {
  switch (fact.kind) {
    case 'backorder-date-changed':
      return fact.lines[0]?.reason ?? 'supply-moved'
    case 'backorder-filled':
      return 'supply-arrived'
    case 'stock-released':
      return fact.reason
    case 'fulfillment-short-picked':
      return fact.reason
    default:
      return 'stock-moved'
  }
}
