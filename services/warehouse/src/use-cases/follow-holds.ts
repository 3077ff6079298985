import { Injectable } from '@nestjs/common'
import type { Cause, OrderId } from '@waybill/kernel'
import { followHolds, type BlockedStep } from '../fulfillments/hold.js'
import { wakeWaves } from '../floor/answer-requests.js'
import { Floor, type FloorTx } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

export interface HoldOnOrder {
  readonly cause: Cause
  readonly order: OrderId
  readonly hold: string
  readonly blocks: readonly BlockedStep[]
}

/** Keeps work from starting, or parcels from leaving, while an order is on hold. */
@Injectable()
export class FollowHolds {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async applied(holds: readonly HoldOnOrder[]): Promise<void> {
    await this.floor.change(holds, async (tx, fresh) => {
      await tx.fulfillments.applyHolds(fresh)
      await this.follow(tx, fresh)
    })
  }

  async lifted(holds: readonly Omit<HoldOnOrder, 'blocks'>[]): Promise<void> {
    await this.floor.change(holds, async (tx, fresh) => {
      await tx.fulfillments.liftHolds(fresh)
      await this.follow(tx, fresh)
    })
  }

  private async follow(tx: FloorTx, holds: readonly Omit<HoldOnOrder, 'blocks'>[]): Promise<void> {
    const causeOf = new Map(holds.map(({ order, cause }) => [order, cause]))
    const orders = [...causeOf.keys()]
    const fulfillments = await tx.fulfillments.lockOfOrders(orders)
    const blocked = await tx.fulfillments.blockedSteps(orders)
    const moved = fulfillments.flatMap((fulfillment) => {
      const cause = causeOf.get(fulfillment.order)
      const next = cause && followHolds(fulfillment, blocked.get(fulfillment.order) ?? new Set(), tx.now, cause)
      return next && next.steps.length > 0 ? [next] : []
    })
    await tx.fulfillments.save(moved.map(({ fulfillment }) => fulfillment), moved.flatMap(({ steps }) => steps))
    wakeWaves(tx, this.policy, moved.filter(({ fulfillment }) => fulfillment.status === 'PLANNED').map(({ fulfillment }) => fulfillment.location))
  }
}
