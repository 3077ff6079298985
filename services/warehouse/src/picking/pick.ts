import { contentOf, leftToPick, type PickTask } from './pick-task.js'
import type { Walk } from './walk.js'

/** Takes scanned units out of the bin into the tote. */
export function pick(walk: Walk, taskId: string, units: number): void {
  const task = resumed(walk, taskId)
  const key = contentOf(task)
  walk.shelf.unassign(key, units)
  walk.shelf.take(key, units, walk.because('picked', task.id))
  walk.write({ ...task, picked: task.picked + units })
  walk.count(task.stockedLine, units)
  if (leftToPick(walk.task(taskId)) > 0) return
  walk.taskTo(taskId, 'PICKED')
  walk.settle()
}

/** The bin holds less than it should: what is left of the task is looked for elsewhere on this walk, else the fulfillment goes on without. */
export function reportShort(walk: Walk, taskId: string, why: string): { readonly missing: number; readonly foundElsewhere: number } {
  const task = resumed(walk, taskId)
  const short = leftToPick(task)
  walk.shelf.unassign(contentOf(task), short)
  walk.taskTo(taskId, 'SHORT')
  const missing = walk.replace(task, short)
  walk.missInBin(task, short, short - missing, why)
  walk.settle()
  return { missing, foundElsewhere: short - missing }
}

/** Units of the task may not be sold: they are set apart, and others are looked for. */
export function reportDamage(walk: Walk, taskId: string, units: number, why: string, by: string): { readonly missing: number; readonly foundElsewhere: number } {
  const task = resumed(walk, taskId)
  const key = contentOf(task)
  walk.shelf.unassign(key, units)
  walk.damage(key, units, why, by, task.id)
  const isAll = units === leftToPick(task)
  if (isAll) walk.taskTo(taskId, task.picked > 0 ? 'PICKED' : 'DAMAGED')
  // a task of no units says nothing: one that is damaged as a whole keeps what it was made for
  if (!isAll || task.picked > 0) walk.write({ ...walk.task(taskId), units: task.units - units })
  const missing = walk.replace(task, units)
  walk.settle()
  return { missing, foundElsewhere: units - missing }
}

/** Comes back to the task after all others of the list. */
export function skip(walk: Walk, taskId: string, lastPosition: number): void {
  const task = resumed(walk, taskId)
  walk.write({ ...task, position: lastPosition + POSITION_STEP })
  walk.taskTo(taskId, 'SKIPPED')
}

/** Distance of two places in a walk: room for what is put between them later. */
export const POSITION_STEP = 1_000

function resumed(walk: Walk, taskId: string): PickTask {
  if (walk.task(taskId).status === 'SKIPPED') walk.taskTo(taskId, 'ASSIGNED')
  return walk.task(taskId)
}
