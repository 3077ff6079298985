import {
  dayIn, lowestUnits, plusDays, unitNumbersOf, unitRanges, unitsIn, type BusinessDate, type ReturnId,
} from '@waybill/kernel'
import { decided, type Decision, type Fact } from '../care/facts.js'
import { withReturn, type CaredLine, type CaredShipment, type OrderCare } from '../care/order-care.js'
import { returnableUntil } from '../policies/return-policy.js'
import { claimsUnits, isOurFault, type ReasonedUnits, type Return, type ReturnBy, type ReturnReason } from './return.js'

/** Days a person has to decide on a return that the policy does not approve by itself. */
const DECISION_DAYS = 2
/** Days after the last day of sending back that a parcel may still be under way. */
const TRANSIT_GRACE_DAYS = 14
/** Days the customer has to hand the parcel in, once approved. */
export const SEND_BACK_DAYS = 14

export interface WantedLine {
  readonly line: number
  readonly units: number
  readonly reason: ReturnReason
}

export interface RequestReturn {
  readonly id: ReturnId
  readonly by: ReturnBy
  readonly lines: readonly WantedLine[]
}

export type ReturnAnswer =
  | { readonly status: 'approved' | 'requested'; readonly return: ReturnId; readonly sendBackUntil: BusinessDate | null; readonly location: string }
  | { readonly status: 'rejected'; readonly return: ReturnId; readonly rule: string; readonly why: string }
  | { readonly status: 'refused'; readonly code: 'order-not-known' | 'not-returnable'; readonly line: number | null; readonly returnableUnits: number }

/** Units of a line at the customer's, not claimed by another return, with the shipment that brought them. */
export function returnableUnits(care: OrderCare, line: number): { readonly units: number[]; readonly shipments: readonly CaredShipment[] } {
  const delivered = care.shipments.filter(({ deliveredAt, lines }) => deliveredAt !== null && lines.some((each) => each.line === line))
  const claimed = new Set(
    care.returns.filter(claimsUnits).flatMap(({ lines }) => lines.filter((each) => each.line === line).flatMap(({ unitNumbers }) => unitNumbersOf(unitNumbers))),
  )
  const units = delivered.flatMap(({ lines }) => lines.filter((each) => each.line === line).flatMap(({ unitNumbers }) => unitNumbersOf(unitNumbers)))
  return { units: units.filter((unit) => !claimed.has(unit)).sort((a, b) => a - b), shipments: delivered }
}

/** A customer, or an agent for him, wants to send units back; the policy frozen with the order decides. */
export function requestReturn(care: OrderCare, request: RequestReturn, now: Date): Decision<ReturnAnswer> {
  const { placed } = care
  if (!placed) return decided(care, { status: 'refused', code: 'order-not-known', line: null, returnableUnits: 0 })
  const lines = lineByLine(request.lines)
  if ('twice' in lines) return decided(care, { status: 'refused', code: 'not-returnable', line: lines.twice, returnableUnits: returnableUnits(care, lines.twice).units.length })
  const chosen: { line: CaredLine; wanted: ReasonedUnits; shipments: readonly CaredShipment[] }[] = []
  for (const wanted of lines.wanted) {
    const line = placed.lines.find((each) => each.line === wanted.line)
    const { units, shipments } = returnableUnits(care, wanted.line)
    if (!line || units.length < wanted.units) return decided(care, { status: 'refused', code: 'not-returnable', line: wanted.line, returnableUnits: units.length })
    chosen.push({ line, shipments, wanted: { line: wanted.line, reason: wanted.reason, unitNumbers: lowestUnits(unitRanges(units), wanted.units) } })
  }
  const shipment = chosen[0]?.shipments[0]
  const policy = chosen[0]?.line.policy
  if (!shipment || !policy) return decided(care, { status: 'refused', code: 'not-returnable', line: null, returnableUnits: 0 })
  const asked: Return = {
    id: request.id,
    status: 'requested',
    by: request.by,
    policy: `${policy.policy}:${policy.version}`,
    rule: null,
    location: shipment.location ?? '',
    sendBackUntil: null,
    refundShipping: chosen.every(({ wanted, line }) => line.policy.refundShipping || isOurFault(wanted.reason)),
    refundedMinor: null,
    lines: chosen.map(({ wanted }) => ({ ...wanted, received: [], disposed: [] })),
    requestedAt: now.toISOString(),
  }
  const requested: Fact = { fact: 'return-requested', return: request.id, by: request.by, lines: chosen.map(({ wanted }) => wanted) }
  const against = chosen.map(({ line, wanted, shipments }) => ruleAgainst(line, wanted, shipments, now)).find((rule) => rule !== null)
  if (against) {
    const rejected: Return = { ...asked, status: 'rejected', rule: against.rule }
    return decided(withReturn(care, rejected), { status: 'rejected', return: request.id, ...against }, {
      facts: [requested, { fact: 'return-rejected', return: request.id, ...against }],
    })
  }
  if (!chosen.every(({ line }) => line.policy.autoApprove)) {
    return decided(withReturn(care, asked), { status: 'requested', return: request.id, sendBackUntil: null, location: asked.location }, {
      facts: [requested],
      tasks: [{ kind: 'return-decision', subject: request.id, why: 'The policy asks for a person to decide on this return.', owner: 'agent', dueAt: daysLater(now, DECISION_DAYS) }],
    })
  }
  const approved = approve(withReturn(care, asked), asked, now)
  return { ...approved, facts: [requested, ...approved.facts] }
}

/** A return has each line once: what was named twice for one reason is added up, for two it would be two returns. */
function lineByLine(asked: readonly WantedLine[]): { readonly wanted: readonly WantedLine[] } | { readonly twice: number } {
  const wanted = new Map<number, WantedLine>()
  for (const one of asked) {
    const before = wanted.get(one.line)
    if (before && before.reason !== one.reason) return { twice: one.line }
    wanted.set(one.line, { ...one, units: one.units + (before?.units ?? 0) })
  }
  return { wanted: [...wanted.values()] }
}

/** The return may come: until when, and where to. */
export function approve(care: OrderCare, asked: Return, now: Date): Decision<ReturnAnswer> {
  const sendBackUntil = plusDays(dayIn('UTC', now), SEND_BACK_DAYS)
  const approved: Return = { ...asked, status: 'approved', sendBackUntil }
  return decided(withReturn(care, approved), { status: 'approved', return: asked.id, sendBackUntil, location: asked.location }, {
    facts: [
      { fact: 'return-approved', return: asked.id, policy: asked.policy, sendBackUntil, location: asked.location, lines: asked.lines.map(({ line, unitNumbers }) => ({ line, unitNumbers })) },
    ],
    wakes: [{ kind: 'return-expiry', subject: asked.id, dueAt: daysLater(now, SEND_BACK_DAYS + TRANSIT_GRACE_DAYS) }],
  })
}

/** Units that came wrong or damaged can always come back within the window. */
function ruleAgainst(line: CaredLine, wanted: ReasonedUnits, shipments: readonly CaredShipment[], now: Date): { rule: string; why: string } | null {
  const { policy } = line
  if (policy.excluded && !isOurFault(wanted.reason)) return { rule: 'category-excluded', why: `${line.product} cannot be returned (${policy.policy}).` }
  const wantedUnits = new Set(unitNumbersOf(wanted.unitNumbers))
  const late = shipments.find(
    ({ deliveredOn, lines }) =>
      deliveredOn !== null &&
      returnableUntil(policy, deliveredOn) < dayIn('UTC', now) &&
      lines.some((each) => each.line === line.line && unitNumbersOf(each.unitNumbers).some((unit) => wantedUnits.has(unit))),
  )
  if (!late?.deliveredOn) return null
  return { rule: 'window-ended', why: `The ${policy.windowDays} days to return ${unitsIn(wanted.unitNumbers)} of ${line.product} ended on ${returnableUntil(policy, late.deliveredOn)}.` }
}

export const daysLater = (from: Date, days: number): Date => new Date(from.getTime() + days * 86_400_000)
