import { invariant, mayBecome } from '@waybill/kernel'
import { failureOf, hasEnded, rankOf, type Failure, type PackageState } from '../tracking/package-state.js'
import { choiceFor, missingFor, noLane, planOf, rulingsOf, whyOf } from './plan.js'
import type { Package, Shipment, ShipmentStatus } from './shipment.js'
import { shipmentTransitions } from './shipment-transitions.js'
import type { Effect, Ruling, Step } from './shipping-facts.js'
import { lineUnitsOf, unitsInPackages, unitsTogether, unitsWithout } from './units.js'
import type { World } from './world.js'

/** Beyond its deadline a waiting shipment is looked at this often. */
const LATE_CHECK_MS = 600_000
const HOUR_MS = 3_600_000

/**
 * Does everything that what is known allows, and says what is waited for otherwise. The same news in another order ends
 * in the same status, because each status asks what is known and not what came last.
 */
export function proceed(before: Shipment, world: World): Step {
  let shipment = before
  const effects: Effect[] = []
  for (;;) {
    const step = nextOf(shipment, world)
    effects.push(...step.effects)
    if (step.shipment.status === shipment.status) return { shipment: step.shipment, effects }
    shipment = step.shipment
  }
}

function nextOf(shipment: Shipment, world: World): Step {
  switch (shipment.status) {
    case 'AWAITING_REQUEST':
      return shipment.journey === null ? stay(shipment) : move(shipment, 'AWAITING_DATA', world)
    case 'AWAITING_DATA':
      return isVoid(shipment) ? voided(shipment, world) : plan(shipment, world)
    case 'PLANNED':
      return isVoid(shipment) ? voided(shipment, world) : shipment.packages.length === 0 ? leftEarly(shipment) : packed(shipment, world)
    case 'AWAITING_DETAILS':
      return shipment.rejected !== null ? voided(shipment, world) : awaitDetails(shipment, world)
    case 'LABELLING':
      return label(shipment, world)
    case 'LABELLED':
      return shipment.handedOver === null ? stay(shipment) : dispatched(shipment, world)
    case 'DISPATCHED':
    case 'IN_TRANSIT':
    case 'EXCEPTION':
    case 'OUT_FOR_DELIVERY':
    case 'DELIVERY_FAILED':
      return followed(shipment, world)
    case 'DELIVERED':
    case 'RETURNED':
    case 'LOST':
    case 'DAMAGED':
    case 'REFUSED':
    case 'VOIDED':
      return stay(shipment)
    default:
      return shipment.status satisfies never
  }
}

const stay = (shipment: Shipment, ...effects: Effect[]): Step => ({ shipment, effects })

function move(shipment: Shipment, to: ShipmentStatus, world: World, ...effects: Effect[]): Step {
  invariant(mayBecome(shipmentTransitions, shipment.status, to), 'a shipment moves by its table', { shipment: shipment.id, from: shipment.status, to })
  return { shipment: { ...shipment, status: to, since: world.now }, effects: [{ ask: 'move', from: shipment.status, to }, ...effects] }
}

const isVoid = (shipment: Shipment): boolean => shipment.rejected !== null || shipment.lines.length === 0

const voided = (shipment: Shipment, world: World): Step =>
  move(shipment, 'VOIDED', world, { ask: 'no-check' }, { ask: 'task-done', kind: 'shipment-data-missing', resolution: 'nothing is left to send' }, { ask: 'task-done', kind: 'delivery-details-missing', resolution: 'nothing is left to send' })

/** When to look again: soon at first, then at growing distances, and exactly at the deadline. */
function nextCheck(shipment: Shipment, patienceMs: number, { now, rules }: World): Date {
  const waitedMs = now.getTime() - shipment.since.getTime()
  const untilDeadline = patienceMs - waitedMs
  if (untilDeadline <= 0) return new Date(now.getTime() + LATE_CHECK_MS)
  return new Date(now.getTime() + Math.min(Math.max(rules.firstCheckMs, waitedMs / 2), untilDeadline))
}

function plan(shipment: Shipment, world: World): Step {
  const missing = missingFor(shipment, world)
  const waitedMs = world.now.getTime() - shipment.since.getTime()
  const isLate = waitedMs >= world.rules.dataPatienceMs
  const { journey } = shipment
  if (journey === null) return stay(shipment)
  if (missing.length > 0) {
    const onlyTheLane = world.lane === undefined && missing.length === 1
    if (isLate && onlyTheLane) return refused(shipment, noLane(shipment), world)
    const check: Effect = { ask: 'check', at: nextCheck(shipment, world.rules.dataPatienceMs, world) }
    if (!isLate) return stay(shipment, check)
    return stay(shipment, check, { ask: 'task', kind: 'shipment-data-missing', why: `cannot be planned without ${missing.join(', ')}`.slice(0, 500), dueInMs: HOUR_MS })
  }
  const choice = choiceFor(shipment, journey, { ...world, lane: defined(world.lane) })
  const why = whyOf(choice)
  const keep: Effect = { ask: 'keep-choice', stage: 'requested', choice, reason: why }
  const [best] = choice.candidates
  if (best === undefined) {
    const step = refused(shipment, choice.ruledOut.length === 0 ? noLane(shipment) : rulingsOf(choice), world)
    return { ...step, effects: [keep, ...step.effects] }
  }
  const planned = { ...shipment, plan: planOf(best, why, null) }
  return move(planned, 'PLANNED', world, keep, { ask: 'no-check' }, { ask: 'task-done', kind: 'shipment-data-missing', resolution: 'what was missing is known' }, { fact: 'planned' })
}

const refused = (shipment: Shipment, constraints: readonly Ruling[], world: World): Step =>
  move(shipment, 'REFUSED', world, { ask: 'no-check' }, { ask: 'task-done', kind: 'shipment-data-missing', resolution: 'no service can take it' }, { fact: 'plan-refused', constraints })

/** Rates the real packages. The plan holds unless its service can no longer take them; then the best that can. */
function packed(shipment: Shipment, world: World): Step {
  const { journey, plan: planned } = shipment
  if (journey === null || planned === null) return stay(shipment)
  const missing = missingFor(shipment, world)
  // the lane was withdrawn since: the plan was feasible, and nothing says that it is not any more
  if (missing.length > 0) return labelled(shipment, world)
  const choice = choiceFor(shipment, journey, { ...world, lane: defined(world.lane) })
  const same = choice.candidates.find(({ carrier, service }) => carrier === planned.carrier && service === planned.service)
  if (same) {
    const rerated = { ...shipment, plan: { ...planned, priceMinor: same.priceMinor, shipOn: same.shipOn, cutOffAt: same.cutOffAt, expected: same.expected } }
    return labelled(rerated, world, { ask: 'keep-choice', stage: 'packed', choice, reason: 'the packed weights keep the plan' })
  }
  const lost = rulingsOf(choice).filter(({ carrier, service }) => carrier === planned.carrier && service === planned.service)
  const because = lost.length > 0 ? lost.map(({ detail }) => detail).join(', ') : 'the service left the lane'
  const [best] = choice.candidates
  if (best) {
    const changed = { ...shipment, plan: planOf(best, whyOf(choice), because) }
    return labelled(changed, world, { ask: 'keep-choice', stage: 'packed', choice, reason: because })
  }
  const constraints = choice.ruledOut.length === 0 ? noLane(shipment) : rulingsOf(choice)
  const step = refused(shipment, constraints, world)
  const task: Effect = { ask: 'task', kind: 'packed-without-service', why: `packed, and no service can take the packages: ${because}`.slice(0, 500), dueInMs: 4 * HOUR_MS }
  return { ...step, effects: [{ ask: 'keep-choice', stage: 'packed', choice, reason: because }, ...step.effects, task] }
}

/** On to the label, if the customer's details are here. */
function labelled(shipment: Shipment, world: World, ...effects: Effect[]): Step {
  const step = world.details === 'known' ? asked(shipment, world) : move(shipment, 'AWAITING_DETAILS', world)
  return { ...step, effects: [...effects, ...step.effects] }
}

const asked = (shipment: Shipment, world: World): Step =>
  move({ ...shipment, labelAttempt: shipment.labelAttempt + 1 }, 'LABELLING', world, { ask: 'no-check' }, { ask: 'task-done', kind: 'delivery-details-missing', resolution: 'the details are known' }, { ask: 'label' })

function awaitDetails(shipment: Shipment, world: World): Step {
  if (world.details === 'known') return asked(shipment, world)
  const isLate = world.details === 'erased' || world.now.getTime() - shipment.since.getTime() >= world.rules.detailsPatienceMs
  const check: Effect = { ask: 'check', at: nextCheck(shipment, world.rules.detailsPatienceMs, world) }
  const why = world.details === 'erased' ? 'packed, but the customer\'s details were erased: unpack, or ask for an address' : 'packed, but the customer\'s details have not come'
  return stay(shipment, check, ...(isLate ? [{ ask: 'task', kind: 'delivery-details-missing', why, dueInMs: HOUR_MS } as const] : []), ...lateOnes(shipment))
}

function label(shipment: Shipment, world: World): Step {
  const isBought = shipment.packages.every(({ trackingNumber }) => trackingNumber !== null)
  if (isBought) return move(shipment, 'LABELLED', world, { fact: 'created' }, { ask: 'task-done', kind: 'left-without-label', resolution: 'the label came' })
  return stay(shipment, ...lateOnes(shipment))
}

/** What the floor did although the label is not there yet. */
const lateOnes = (shipment: Shipment): Effect[] => [
  ...(shipment.handedOver === null ? [] : [{ ask: 'task', kind: 'left-without-label', why: 'handed over to the carrier before its label was bought', dueInMs: HOUR_MS } as const]),
  ...(shipment.rejected === null ? [] : [{ ask: 'task', kind: 'shipment-voided-late', why: `the floor rejects it while its label is bought: ${shipment.rejected}`.slice(0, 500), dueInMs: HOUR_MS } as const]),
]

const leftEarly = (shipment: Shipment): Step => stay(shipment, ...lateOnes(shipment))

function dispatched(shipment: Shipment, world: World): Step {
  const left = shipment.handedOver ?? lineUnitsOf(shipment.lines)
  return move(shipment, 'DISPATCHED', world, { fact: 'dispatched', lines: left }, { ask: 'carrier-handover' })
}

const failures: readonly Failure[] = ['lost', 'damaged', 'returned-to-sender']
const statusOfFailure: Readonly<Record<Failure, ShipmentStatus>> = { 'lost': 'LOST', 'damaged': 'DAMAGED', 'returned-to-sender': 'RETURNED' }

/** What the packages' states make of the shipment. */
function followed(before: Shipment, world: World): Step {
  const left = before.handedOver ?? []
  let shipment = before
  const effects: Effect[] = []
  for (const outcome of failures) {
    const gone = shipment.packages.filter(({ state }) => failureOf(state) === outcome)
    const units = unitsWithout(unitsInPackages(left, shipment.packages, gone), shipment.failedUnits)
    if (units.length > 0) {
      effects.push({ fact: 'failed', outcome, reason: `${gone.length} of ${shipment.packages.length} packages: ${outcome}`, lines: units })
      shipment = { ...shipment, failedUnits: unitsTogether(shipment.failedUnits, units) }
    }
  }
  const to = statusOf(shipment)
  if (to === shipment.status) return { shipment, effects }
  const step = move(shipment, to, world)
  return { shipment: step.shipment, effects: [...effects, ...step.effects, ...atTheEnd(step.shipment), ...inTrouble(step.shipment)] }
}

function atTheEnd(shipment: Shipment): Effect[] {
  if (!shipment.packages.every(({ state }) => hasEnded(state))) return []
  const arrived = unitsWithout(shipment.handedOver ?? [], shipment.failedUnits)
  const times = shipment.packages.filter(({ state }) => state === 'DELIVERED').map(({ stateAt }) => stateAt?.getTime() ?? 0)
  return [
    { ask: 'task-done', kind: 'delivery-exception', resolution: `ended as ${shipment.status}` },
    ...(arrived.length > 0 && times.length > 0 ? [{ fact: 'delivered', at: new Date(Math.max(...times)), lines: arrived } as const] : []),
  ]
}

const inTrouble = ({ status }: Shipment): Effect[] =>
  status === 'EXCEPTION' || status === 'DELIVERY_FAILED'
    ? [{ ask: 'task', kind: 'delivery-exception', why: status === 'EXCEPTION' ? 'the carrier reports an exception' : 'a delivery was tried and failed', dueInMs: 24 * HOUR_MS }]
    : []

/** All packages ended: how. Else the furthest that any of them on the way has come, and never back. */
function statusOf({ packages, status }: Shipment): ShipmentStatus {
  if (packages.every(({ state }) => hasEnded(state))) {
    const outcome = failures.find((failure) => packages.some(({ state }) => failureOf(state) === failure))
    return outcome === undefined ? 'DELIVERED' : statusOfFailure[outcome]
  }
  const furthest = packages.filter(({ state }) => !hasEnded(state)).reduce(further)
  const next = onTheWay(furthest.state)
  return next === null || rankOf(next) < rankOfStatus(status) ? status : next
}

function further(a: Package, b: Package): Package {
  if (rankOf(a.state) !== rankOf(b.state)) return rankOf(a.state) > rankOf(b.state) ? a : b
  return (b.stateAt?.getTime() ?? 0) > (a.stateAt?.getTime() ?? 0) ? b : a
}

const onTheWay = (state: PackageState): 'IN_TRANSIT' | 'EXCEPTION' | 'OUT_FOR_DELIVERY' | 'DELIVERY_FAILED' | null =>
  state === 'IN_TRANSIT' || state === 'EXCEPTION' || state === 'OUT_FOR_DELIVERY' || state === 'DELIVERY_FAILED' ? state : null

const rankOfStatus = (status: ShipmentStatus): number =>
  status === 'IN_TRANSIT' || status === 'EXCEPTION' || status === 'OUT_FOR_DELIVERY' || status === 'DELIVERY_FAILED' ? rankOf(status) : 0

function defined<T>(value: T | undefined): T {
  invariant(value !== undefined, 'what is not missing is there')
  return value
}
