import type { Cause } from '@waybill/kernel'
import { answer } from '../fulfillments/answer.js'
import type { Fact } from '../fulfillments/facts.js'
import type { Fulfillment, FulfillmentStep } from '../fulfillments/fulfillment.js'
import type { FloorTx } from './floor.js'
import { nextWaveAt, type FloorPolicy } from './policy.js'

/** A fulfillment that something was learnt about. `begun`: the steps of one that is new. */
export interface Asked {
  readonly fulfillment: Fulfillment
  readonly cause: Cause
  readonly begun?: readonly FulfillmentStep[]
}

/** Answers requests as far as location, plan and holds are known by now, and wakes the waves that they lead to. */
export async function answerRequests(tx: FloorTx, policy: FloorPolicy, asked: readonly Asked[], stopWaiting = false): Promise<void> {
  if (asked.length === 0) return
  const fulfillments = asked.map(({ fulfillment }) => fulfillment)
  const locations = await tx.catalogue.locations(fulfillments.map(({ location }) => location))
  const plans = await tx.fulfillments.plans(fulfillments.map(({ id }) => id))
  const blocked = await tx.fulfillments.blockedSteps(fulfillments.map(({ order }) => order))
  const told: { readonly facts: readonly Fact[]; readonly cause: Cause }[] = []
  const results = asked.map(({ fulfillment, cause, begun }) => {
    const { facts, ...moved } = answer(fulfillment, cause, {
      location: locations.get(fulfillment.location),
      plan: plans.get(fulfillment.id),
      startBlocked: blocked.get(fulfillment.order)?.has('start') ?? false,
      stopWaiting,
      now: tx.now,
    })
    told.push({ facts, cause })
    return { ...moved, isNew: begun !== undefined, steps: [...(begun ?? []), ...moved.steps], changed: moved.fulfillment !== fulfillment }
  })
  const fresh = results.filter(({ isNew }) => isNew)
  const known = results.filter(({ isNew, changed }) => !isNew && changed)
  await tx.fulfillments.begin(fresh.map(({ fulfillment }) => fulfillment), fresh.flatMap(({ steps }) => steps))
  await tx.fulfillments.save(known.map(({ fulfillment }) => fulfillment), known.flatMap(({ steps }) => steps))
  for (const { facts, cause } of told) tx.tell(facts, cause)
  for (const { fulfillment, isNew } of results) {
    if (fulfillment.status === 'REQUESTED' && !fulfillment.accepted && isNew) tx.wake('location-unknown', fulfillment.id, new Date(tx.now.getTime() + policy.unknownLocationWaitMs))
    else if (!isNew && fulfillment.accepted) tx.letSleep('location-unknown', fulfillment.id)
  }
  wakeWaves(tx, policy, results.filter(({ fulfillment }) => fulfillment.status === 'PLANNED').map(({ fulfillment }) => fulfillment.location))
}

export function wakeWaves(tx: FloorTx, policy: FloorPolicy, locations: readonly string[]): void {
  for (const location of new Set(locations)) tx.wake('wave', location, nextWaveAt(policy, tx.now))
}
