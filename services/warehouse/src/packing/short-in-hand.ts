import type { ProductId } from '@waybill/kernel'
import { isEmpty } from '../fulfillments/fulfillment.js'
import { inTote } from '../picking/pick-task.js'
import type { Walk } from '../picking/walk.js'

/** Pieces that a packer does not find, or finds damaged. Unit: each. */
export interface ShortInHand {
  readonly product: ProductId
  readonly lot: string | null
  readonly units: number
  readonly reason: string
  readonly damaged: boolean
  readonly by: string
}

/**
 * Goes on without pieces that were picked and cannot be packed: whole units of the ordered lines stay, the others are
 * dropped and told, what is left over goes back. What stays is packed anew, in packages that fit it. Returns the pieces
 * that were not even picked.
 */
export function shortInHand(walk: Walk, { product, lot, units, reason, damaged, by }: ShortInHand): number {
  walk.unpack()
  let left = units
  for (const task of walk.tasks.filter((each) => each.product === product && each.lot === lot)) {
    const gone = Math.min(left, inTote(task))
    if (gone === 0) continue
    left -= gone
    if (damaged) walk.damageInHand(task, gone, reason, by)
    else walk.loseInHand(task, gone, reason)
  }
  walk.settle()
  if (!isEmpty(walk.fulfillment)) walk.to('PICKED')
  return left
}
