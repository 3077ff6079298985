import { invariant, unitsIn, type BusinessDate, type Cause, type FulfillmentId, type LocationId, type OrderId, type ProductId, type UnitRange } from '@waybill/kernel'
import type { Location } from '../catalogue/location.js'
import { ofFulfillment, type Fact } from './facts.js'
import { become, type Fulfillment, type FulfillmentStep, type Moved } from './fulfillment.js'

/** What the order asks a location to send. */
export interface FulfillmentRequest {
  readonly cause: Cause
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly priority: number
  readonly lines: readonly {
    readonly line: number
    readonly unitNumbers: readonly UnitRange[]
    readonly stocked: readonly { readonly stockedLine: string; readonly product: ProductId; readonly units: number }[]
  }[]
}

/** How shipping means to send a fulfillment; `refused`: it cannot. May be known before the request is. */
export interface ShipmentPlan {
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly refused: boolean
  readonly shipOn: BusinessDate | null
  readonly transitDays: number
  readonly cutOffAt: Date | null
  readonly service: string
}

/** What decides how a fulfillment begins. */
export interface Circumstances {
  readonly location: Location | undefined
  readonly plan: ShipmentPlan | undefined
  /** A hold on the order keeps work from starting. */
  readonly startBlocked: boolean
  /** The location has been waited for long enough. */
  readonly stopWaiting: boolean
  readonly now: Date
}

export interface Answered extends Moved {
  readonly facts: readonly Fact[]
}

export const begin = (request: FulfillmentRequest, now: Date): Moved => ({
  fulfillment: {
    id: request.fulfillment,
    order: request.order,
    location: request.location,
    status: 'REQUESTED',
    heldFrom: null,
    accepted: false,
    priority: request.priority,
    requestedAt: now,
    statusSince: now,
    overdue: false,
    packer: null,
    lines: request.lines.map(({ line, unitNumbers, stocked }) => ({
      line,
      unitNumbers,
      stocked: stocked.map((each) => ({ ...each, perUnit: perUnitOf(each.units, unitsIn(unitNumbers)), dropped: 0, picked: 0, packed: 0, shipped: 0 })),
    })),
  },
  steps: [{ subject: request.fulfillment, from: null, to: 'REQUESTED', cause: request.cause }],
})

function perUnitOf(pieces: number, units: number): number {
  invariant(units > 0 && pieces % units === 0, 'every unit of an ordered line has the same pieces', { pieces, units })
  return pieces / units
}

/**
 * What the location answers to a request, as far as it can yet. A location that is not known yet is waited for: its own
 * data comes on another topic.
 */
export function answer(fulfillment: Fulfillment, cause: Cause, circumstances: Circumstances): Answered {
  const { location, plan, stopWaiting, now } = circumstances
  const unmoved: Answered = { fulfillment, steps: [], facts: [] }
  if (fulfillment.status !== 'REQUESTED') return unmoved
  if (plan?.refused) return { ...become(fulfillment, 'CANCELLED', now, cause), facts: [] }
  if (fulfillment.accepted) return { ...planned(fulfillment, cause, circumstances), facts: [] }
  const reject = (why: string): Answered => ({
    ...become(fulfillment, 'REJECTED', now, cause),
    facts: [{ fact: 'rejected', ...ofFulfillment(fulfillment), why }],
  })
  if (!location) return stopWaiting ? reject('unknown-location') : unmoved
  if (!location.ships) return reject('location-does-not-ship')
  return { ...planned({ ...fulfillment, accepted: true }, cause, circumstances), facts: [{ fact: 'accepted', ...ofFulfillment(fulfillment) }] }
}

function planned(fulfillment: Fulfillment, cause: Cause, { plan, startBlocked, now }: Circumstances): Moved {
  if (!plan) return { fulfillment, steps: [] }
  const started = become(fulfillment, 'PLANNED', now, cause)
  return startBlocked ? andThen(started, (next) => become(next, 'ON_HOLD', now, cause)) : started
}

/** Two moves as one. */
export function andThen(first: Moved, second: (fulfillment: Fulfillment) => Moved): Moved {
  const then = second(first.fulfillment)
  const steps: FulfillmentStep[] = [...first.steps, ...then.steps]
  return { fulfillment: then.fulfillment, steps }
}
