import { RECEIVING } from '../bins/bin.js'
import { stockedLinesOf, type Fulfillment } from '../fulfillments/fulfillment.js'
import { contentOf, inTote, isOpen, leftToPick } from './pick-task.js'
import type { Walk } from './walk.js'

/** Units in hand that nobody sends any more. Unit: each. */
const inHand = (fulfillment: Fulfillment): number => stockedLinesOf(fulfillment).reduce((sum, { picked, shipped }) => sum + picked - shipped, 0)

/**
 * Ends a fulfillment that cannot be shipped: its tasks are not needed any more, and what is in hand goes to RECEIVING.
 * Too late once it is labelled. Returns the units that somebody has to carry back.
 */
export function callOff(walk: Walk): number {
  const carried = inHand(walk.fulfillment)
  for (const task of walk.tasks.filter(isOpen)) {
    walk.shelf.unassign(contentOf(task), leftToPick(task))
    if (task.picked > 0) walk.write({ ...task, units: task.picked })
    walk.taskTo(task.id, task.picked > 0 ? 'PICKED' : 'CANCELLED')
  }
  for (const task of walk.tasks.filter((each) => inTote(each) > 0)) {
    walk.shelf.put({ ...contentOf(task), bin: RECEIVING }, inTote(task), walk.because('put-back', task.id))
    walk.write({ ...walk.task(task.id), putBack: task.picked })
  }
  walk.empty()
  walk.to('CANCELLED')
  return carried
}
