import { lowestUnits, unitNumbersOf, unitRanges, unitsIn, type ReturnId, type UnitRange } from '@waybill/kernel'
import { decided, type Decision, type DispositionedLine, type Fact } from '../care/facts.js'
import type { LineUnits } from '../care/line-units.js'
import { withReturn, type OrderCare } from '../care/order-care.js'
import { approve, daysLater, type ReturnAnswer } from './request-return.js'
import { isOurFault, toArrive, toInspect, type Disposition, type Return, type ReturnLine } from './return.js'

/** Days within which received goods are to be inspected. */
const INSPECTION_DAYS = 3
/** Days within which a refund that was asked for is to be answered. */
const REFUND_DAYS = 3

export type WorkAnswer =
  | { readonly status: 'done'; readonly return: Return }
  | { readonly status: 'refused'; readonly code: 'return-not-found' | 'return-not-open' | 'not-in-return'; readonly detail: string }

const refused = (care: OrderCare, code: 'return-not-found' | 'return-not-open' | 'not-in-return', detail: string): Decision<WorkAnswer> => decided(care, { status: 'refused', code, detail })

const find = (care: OrderCare, id: ReturnId): Return | undefined => care.returns.find((each) => each.id === id)

/** A person decides where the policy does not. */
export function decideReturn(care: OrderCare, { id, isApproved, why }: { readonly id: ReturnId; readonly isApproved: boolean; readonly why: string }, now: Date): Decision<WorkAnswer | ReturnAnswer> {
  const asked = find(care, id)
  if (!asked) return refused(care, 'return-not-found', id)
  if (asked.status !== 'requested') return refused(care, 'return-not-open', `the return is ${asked.status}`)
  const done = { kind: 'return-decision', subject: id, why, owner: 'agent', dueAt: now, done: isApproved ? 'approved' : 'rejected' } as const
  if (isApproved) return { ...approve(care, asked, now), tasks: [done] }
  const rejected: Return = { ...asked, status: 'rejected', rule: 'agent' }
  return decided(withReturn(care, rejected), { status: 'done', return: rejected } as const, { facts: [{ fact: 'return-rejected', return: id, rule: 'agent', why }], tasks: [done] })
}

/** Goods of a return arrived at a location; inspection comes next. Parts may arrive one after another. */
export function receiveReturn(care: OrderCare, input: { readonly id: ReturnId; readonly location: string; readonly lines: readonly { readonly line: number; readonly units: number }[] }, now: Date): Decision<WorkAnswer> {
  const open = find(care, input.id)
  if (!open) return refused(care, 'return-not-found', input.id)
  if (!['approved', 'received', 'inspected'].includes(open.status)) return refused(care, 'return-not-open', `the return is ${open.status}`)
  const arrived: LineUnits[] = []
  const lines: ReturnLine[] = [...open.lines]
  for (const { line, units } of input.lines) {
    const index = lines.findIndex((each) => each.line === line)
    const wanted = lines[index]
    const missing = wanted ? toArrive(wanted) : []
    if (!wanted || unitsIn(missing) < units) return refused(care, 'not-in-return', `line ${line} has ${unitsIn(missing)} unit(s) still to come, not ${units}`)
    const taken = lowestUnits(missing, units)
    arrived.push({ line, unitNumbers: taken })
    lines[index] = { ...wanted, received: together(wanted.received, taken) }
  }
  const received: Return = { ...open, status: 'received', location: input.location, lines }
  return decided(withReturn(care, received), { status: 'done', return: received }, {
    facts: [{ fact: 'return-received', return: open.id, location: input.location, lines: arrived }],
    wakes: [
      ...(lines.every((each) => unitsIn(toArrive(each)) === 0) ? [{ kind: 'return-expiry', subject: open.id, dueAt: null } as const] : []),
      { kind: 'return-inspection', subject: open.id, dueAt: daysLater(now, INSPECTION_DAYS) },
    ],
  })
}

export interface Inspected {
  readonly line: number
  readonly units: number
  readonly disposition: Disposition
}

/** Inspection decides what becomes of received units. When nothing is left to inspect, the refund is asked for. */
export function inspectReturn(care: OrderCare, input: { readonly id: ReturnId; readonly lines: readonly Inspected[] }, now: Date): Decision<WorkAnswer> {
  const open = find(care, input.id)
  if (!open || !care.placed) return refused(care, 'return-not-found', input.id)
  if (open.status !== 'received') return refused(care, 'return-not-open', `the return is ${open.status}`)
  const lines: ReturnLine[] = [...open.lines]
  const dispositioned: DispositionedLine[] = []
  for (const { line, units, disposition } of input.lines) {
    const index = lines.findIndex((each) => each.line === line)
    const held = lines[index]
    const waiting = held ? toInspect(held) : []
    if (!held || unitsIn(waiting) < units) return refused(care, 'not-in-return', `line ${line} has ${unitsIn(waiting)} unit(s) to inspect, not ${units}`)
    const taken = lowestUnits(waiting, units)
    lines[index] = { ...held, disposed: together(held.disposed, taken) }
    dispositioned.push({ line, unitNumbers: taken, disposition, stocked: stockedFor(care, line, units) })
  }
  const isAllInspected = lines.every((each) => unitsIn(toInspect(each)) === 0)
  const inspected: Return = { ...open, status: isAllInspected ? 'inspected' : 'received', lines }
  const told: Fact = { fact: 'return-dispositioned', return: open.id, location: open.location, lines: dispositioned }
  if (!isAllInspected) return decided(withReturn(care, inspected), { status: 'done', return: inspected }, { facts: [told] })
  const isAllThere = lines.every((each) => unitsIn(toArrive(each)) === 0)
  const next = isAllThere ? disposed(care, inspected, now) : decided(withReturn(care, inspected), null)
  return {
    ...next,
    result: { status: 'done', return: find(next.care, open.id) ?? inspected },
    facts: [told, ...next.facts],
    wakes: [{ kind: 'return-inspection', subject: open.id, dueAt: null }, ...next.wakes],
    tasks: [{ kind: 'return-inspection', subject: open.id, why: '', owner: 'operator', dueAt: now, done: 'inspected' }],
  }
}

/** Everything that came is decided on: the refund is asked for. Units that never came are the customer's again. */
function disposed(care: OrderCare, inspected: Return, now: Date): Decision {
  const lines = inspected.lines.map((line) => ({ ...line, unitNumbers: line.received })).filter(({ received }) => received.length > 0)
  const done: Return = { ...inspected, status: 'dispositioned', lines }
  return decided(withReturn(care, done), null, {
    facts: [refundOf(care, done)],
    wakes: [{ kind: 'return-refund', subject: done.id, dueAt: daysLater(now, REFUND_DAYS) }],
  })
}

/** The money of the units that came back, less the fees of the policy: none where it was our fault. */
function refundOf(care: OrderCare, inspected: Return): Fact {
  const lines = inspected.lines.filter(({ disposed }) => disposed.length > 0)
  const isAllOurs = lines.every(({ reason }) => isOurFault(reason))
  const policy = care.placed?.lines.find(({ line }) => line === lines[0]?.line)?.policy
  return {
    fact: 'refund-requested',
    return: inspected.id,
    lines: lines.map(({ line, disposed }) => ({ line, unitNumbers: disposed })),
    fees: isAllOurs ? [] : (policy?.fees ?? []),
    refundShipping: inspected.refundShipping,
  }
}

const stockedFor = (care: OrderCare, line: number, units: number): DispositionedLine['stocked'] =>
  (care.placed?.lines.find((each) => each.line === line)?.stocked ?? []).map(({ product, perParent }) => ({ product, units: perParent * units, lot: null }))

/** Money is back with the customer: the return is over. Said of a return that is not waiting for money, it changes nothing. */
export function settleReturn(care: OrderCare, { id, refundedMinor, currency }: { readonly id: ReturnId; readonly refundedMinor: number; readonly currency: string }, now: Date): Decision {
  const waiting = find(care, id)
  if (waiting?.status !== 'dispositioned') return decided(care, null)
  const settled: Return = { ...waiting, status: 'settled', refundedMinor }
  return decided(withReturn(care, settled), null, {
    facts: [{ fact: 'return-settled', return: id, refundedMinor, currency }],
    wakes: [{ kind: 'return-refund', subject: id, dueAt: null }],
    tasks: [{ kind: 'return-refund', subject: id, why: '', owner: 'agent', dueAt: now, done: 'refunded' }],
  })
}

/** The provider would not refund: a person has to. */
export const refundFailed = (care: OrderCare, { id, reason }: { readonly id: ReturnId; readonly reason: string }, now: Date): Decision =>
  find(care, id)?.status === 'dispositioned'
    ? decided(care, null, { tasks: [{ kind: 'return-refund', subject: id, why: `The refund failed: ${reason}`, owner: 'agent', dueAt: daysLater(now, 1) }] })
    : decided(care, null)

/** A due date of a return passed: never sent back: expired; not inspected or not refunded: a task for a person. */
export function returnOverdue(care: OrderCare, { id, kind }: { readonly id: ReturnId; readonly kind: 'return-expiry' | 'return-inspection' | 'return-refund' }, now: Date): Decision {
  const late = find(care, id)
  if (!late) return decided(care, null)
  if (kind === 'return-expiry') return expire(care, late, now)
  const isWaiting = kind === 'return-inspection' ? late.status === 'received' : late.status === 'dispositioned'
  if (!isWaiting) return decided(care, null)
  const why = kind === 'return-inspection' ? 'Returned goods wait for inspection.' : 'A refund was asked for and has not come.'
  return decided(care, null, { tasks: [{ kind, subject: id, why, owner: kind === 'return-inspection' ? 'operator' : 'agent', dueAt: daysLater(now, 1) }] })
}

/** The time to send back is over: nothing came: expired; a part came: the refund is for that part. */
function expire(care: OrderCare, late: Return, now: Date): Decision {
  if (late.status === 'approved') return decided(withReturn(care, { ...late, status: 'expired' }), null)
  if (late.status === 'inspected') return disposed(care, late, now)
  if (late.status !== 'received') return decided(care, null)
  return decided(withReturn(care, { ...late, lines: late.lines.map((line) => ({ ...line, unitNumbers: line.received })).filter(({ received }) => received.length > 0) }), null)
}

const together = (some: readonly UnitRange[], others: readonly UnitRange[]): UnitRange[] => unitRanges([...unitNumbersOf(some), ...unitNumbersOf(others)])
