import type { Cause } from '@waybill/kernel'
import { become, type Fulfillment, type Moved } from './fulfillment.js'

/** Steps of the floor that a hold on an order can stop. */
export type BlockedStep = 'start' | 'hand-over'

const waitsFor: Readonly<Partial<Record<Fulfillment['status'], BlockedStep>>> = { PLANNED: 'start', LABELLED: 'hand-over' }

/** Puts on hold, or lets go, by what the order's holds block now. What is under way goes on until the next blocked step. */
export function followHolds(fulfillment: Fulfillment, blocked: ReadonlySet<BlockedStep>, now: Date, cause: Cause): Moved {
  const { status, heldFrom } = fulfillment
  const next = waitsFor[heldFrom ?? status]
  const isBlocked = next !== undefined && blocked.has(next)
  if (status === 'ON_HOLD' && !isBlocked && heldFrom) return become(fulfillment, heldFrom, now, cause)
  if (status !== 'ON_HOLD' && isBlocked) return become(fulfillment, 'ON_HOLD', now, cause)
  return { fulfillment, steps: [] }
}
