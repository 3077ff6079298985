import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId } from '@waybill/kernel'
import { andThen, type ShipmentPlan } from '../fulfillments/answer.js'
import { become, type Fulfillment } from '../fulfillments/fulfillment.js'
import { followHolds } from '../fulfillments/hold.js'
import { inUse, packageBecomes } from '../packing/package.js'
import { callOff } from '../picking/call-off.js'
import { answerRequests } from '../floor/answer-requests.js'
import { Floor, type FloorTx } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'
import { lockWalk, saveWalks } from '../floor/walks.js'

/** The labels of a fulfillment's packages, by SSCC. */
export interface Labels {
  readonly cause: Cause
  readonly fulfillment: FulfillmentId
  readonly packages: readonly { readonly sscc: string; readonly trackingNumber: string }[]
}

const PUT_BACK_WITHIN_MS = 24 * 3_600_000

/** Follows what shipping says: how a fulfillment will travel, that it cannot, and that its labels are there. */
@Injectable()
export class FollowShipments {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  /** The plan may be known before the fulfillment is: it is kept for it. */
  async planned(plans: readonly (ShipmentPlan & { readonly cause: Cause })[]): Promise<void> {
    await this.floor.change(plans, async (tx, fresh) => {
      const known = await tx.fulfillments.lock(fresh.map(({ fulfillment }) => fulfillment))
      await tx.fulfillments.keepPlans(fresh)
      await answerRequests(tx, this.policy, [...new Map(fresh.map((plan) => [plan.fulfillment, plan])).values()].flatMap(({ cause, fulfillment: id }) => {
        const fulfillment = known.get(id)
        return fulfillment?.status === 'REQUESTED' ? [{ fulfillment, cause }] : []
      }))
    })
  }

  /** Ends quietly what cannot be shipped: inventory and order act on shipping's refusal themselves. */
  async refused(plans: readonly (ShipmentPlan & { readonly cause: Cause })[]): Promise<void> {
    await this.floor.change(plans, async (tx, fresh) => {
      const known = await tx.fulfillments.lock(fresh.map(({ fulfillment }) => fulfillment))
      for (const plan of fresh) {
        const fulfillment = known.get(plan.fulfillment)
        if (fulfillment && hasBegun(fulfillment)) await callOffOne(tx, fulfillment, plan.cause)
      }
      const notBegun = fresh.filter(({ fulfillment: id }) => !hasBegun(known.get(id)))
      await tx.fulfillments.keepPlans(notBegun)
      const ended = notBegun.flatMap(({ fulfillment: id, cause }) => {
        const fulfillment = known.get(id)
        return fulfillment && (fulfillment.status === 'REQUESTED' || fulfillment.status === 'PLANNED' || (fulfillment.status === 'ON_HOLD' && fulfillment.heldFrom === 'PLANNED'))
          ? [become(fulfillment, 'CANCELLED', tx.now, cause)]
          : []
      })
      await tx.fulfillments.save(ended.map(({ fulfillment }) => fulfillment), ended.flatMap(({ steps }) => steps))
    })
  }

  async labelled(labels: readonly Labels[]): Promise<void> {
    await this.floor.change(labels, async (tx, fresh) => {
      const ids = fresh.map(({ fulfillment }) => fulfillment)
      const known = await tx.fulfillments.lock(ids)
      const packages = await tx.packing.packagesOf(ids)
      const blocked = await tx.fulfillments.blockedSteps([...known.values()].map(({ order }) => order))
      const numbers = new Map(fresh.flatMap((label) => label.packages.map(({ sscc, trackingNumber }) => [sscc, { trackingNumber, cause: label.cause }])))
      const labelled = packages.flatMap((pack) => {
        const label = pack.sscc === null ? undefined : numbers.get(pack.sscc)
        return label && pack.status === 'WEIGHED' ? [packageBecomes({ ...pack, trackingNumber: label.trackingNumber }, 'LABELLED', label.cause)] : []
      })
      await tx.packing.save(labelled.map(({ pack }) => pack), labelled.map(({ step }) => step))
      const moved = [...new Map(fresh.map((label) => [label.fulfillment, label])).values()].flatMap(({ fulfillment: id, cause }) => {
        const fulfillment = known.get(id)
        if (fulfillment?.status !== 'PACKED') return []
        return [andThen(become(fulfillment, 'LABELLED', tx.now, cause), (next) => followHolds(next, blocked.get(next.order) ?? new Set(), tx.now, cause))]
      })
      await tx.fulfillments.save(moved.map(({ fulfillment }) => fulfillment), moved.flatMap(({ steps }) => steps))
    })
  }
}

/** Somebody has been in the aisles for it, and it has not got its labels. */
const hasBegun = (fulfillment: Fulfillment | undefined): boolean =>
  fulfillment !== undefined && ['IN_WAVE', 'PICKING', 'PICKED', 'PACKING', 'PACKED'].includes(fulfillment.status)

async function callOffOne(tx: FloorTx, { id, order }: Fulfillment, cause: Cause): Promise<void> {
  const walk = await lockWalk(tx, id, cause)
  const carried = callOff(walk)
  await saveWalks(tx, [walk], walk.shelf)
  const packages = inUse(await tx.packing.packagesOf([id])).map((pack) => packageBecomes(pack, 'CANCELLED', cause))
  await tx.packing.save(packages.map(({ pack }) => pack), packages.map(({ step }) => step))
  if (carried === 0) return
  tx.ask({
    kind: 'put-back',
    subject: id,
    why: `Cannot be shipped: carry ${carried} picked units to RECEIVING`,
    owner: 'operator',
    dueAt: new Date(tx.now.getTime() + PUT_BACK_WITHIN_MS),
    order,
    cause,
  })
}
