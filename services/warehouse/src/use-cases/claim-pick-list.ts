import { Injectable } from '@nestjs/common'
import type { Cause, LocationId } from '@waybill/kernel'
import { ofFulfillment } from '../fulfillments/facts.js'
import { become } from '../fulfillments/fulfillment.js'
import { isOpen, taskBecomes } from '../picking/pick-task.js'
import { Floor, type Answer } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

export interface ListClaim {
  readonly cause: Cause
  readonly location: LocationId
  readonly picker: string
}

/** The list a picker walks now; null: nothing is to be picked. A type, so that it can be stored as an answer. */
export type ClaimedList = { readonly list: { readonly id: string; readonly wave: string; readonly location: LocationId; readonly tasks: number; readonly totes: number } | null }

/** Gives a picker the most urgent list, or the one the picker has already begun. */
@Injectable()
export class ClaimPickList {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(claim: ListClaim): Promise<Answer<ClaimedList> | undefined> {
    const [answer] = await this.floor.change<ListClaim, ClaimedList>([claim], async (tx) => {
      const { cause, location, picker } = claim
      const list = await tx.picking.lockList(location, picker)
      if (!list) return [{ list: null }]
      const fulfillments = await tx.fulfillments.lock([...new Set((await tx.picking.tasksOfList(list.id)).map(({ fulfillment }) => fulfillment))])
      const open = (await tx.picking.tasksOfList(list.id)).filter(isOpen)
      const assigned = open.filter(({ status }) => status === 'CREATED').map((task) => taskBecomes(task, 'ASSIGNED', cause))
      const started = [...fulfillments.values()].filter(({ status }) => status === 'IN_WAVE').map((fulfillment) => become(fulfillment, 'PICKING', tx.now, cause))
      await tx.picking.saveList({ ...list, status: open.length === 0 ? 'DONE' : 'CLAIMED', picker })
      await tx.fulfillments.save(started.map(({ fulfillment }) => fulfillment), started.flatMap(({ steps }) => steps))
      await tx.picking.save(assigned.map(({ task }) => task), assigned.map(({ step }) => step))
      for (const { fulfillment } of started) tx.tell([{ fact: 'picking-started', ...ofFulfillment(fulfillment), wave: list.wave }], cause)
      if (open.length === 0) return [{ list: null }]
      tx.wake('pick-list-idle', list.id, new Date(tx.now.getTime() + this.policy.pickListIdleMs))
      return [{ list: { id: list.id, wave: list.wave, location, tasks: open.length, totes: new Set(open.map(({ tote }) => tote)).size } }]
    })
    return answer
  }
}
