import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { isOpen, taskBecomes } from '../picking/pick-task.js'
import { Floor } from '../floor/floor.js'
import { FloorPolicy } from '../floor/policy.js'

/** A picker who has gone home does not keep orders waiting: the list goes to whoever asks next. */
@Injectable()
export class GiveBackIdleLists {
  constructor(
    private readonly floor: Floor,
    private readonly policy: FloorPolicy,
  ) {}

  async run(due: readonly { readonly cause: Cause; readonly list: string }[]): Promise<void> {
    await this.floor.change(due, async (tx, fresh) => {
      const causeOf = new Map(fresh.map(({ list, cause }) => [list, cause]))
      for (const { activeAt, ...list } of await tx.picking.lockLists([...causeOf.keys()])) {
        const cause = causeOf.get(list.id)
        if (list.status !== 'CLAIMED' || !cause) continue
        const idleAt = new Date((activeAt ?? tx.now).getTime() + this.policy.pickListIdleMs)
        if (idleAt > tx.now) {
          tx.wake('pick-list-idle', list.id, idleAt)
          continue
        }
        const given = (await tx.picking.tasksOfList(list.id)).filter((task) => isOpen(task) && task.status !== 'CREATED').map((task) => taskBecomes(task, 'CREATED', cause))
        await tx.picking.save(given.map(({ task }) => task), given.map(({ step }) => step))
        await tx.picking.saveList({ ...list, status: 'OPEN', picker: null })
      }
    })
  }
}
