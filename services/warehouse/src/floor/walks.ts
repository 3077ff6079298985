import { invariant, type Cause, type FulfillmentId, type ProductId } from '@waybill/kernel'
import type { Shelf } from '../bins/shelf.js'
import { stockedLinesOf, type Fulfillment } from '../fulfillments/fulfillment.js'
import { isOpen, type PickList } from '../picking/pick-task.js'
import { Walk, type Ground } from '../picking/walk.js'
import type { FloorTx } from './floor.js'

/** How soon somebody should count after a difference was found. Unit: ms. */
const COUNT_WITHIN_MS = 24 * 3_600_000
/** Limit of the name of what a person's task is about. */
const SUBJECT_MAX = 64

const productsOf = (fulfillments: readonly Fulfillment[]): ProductId[] => [...new Set(fulfillments.flatMap((each) => stockedLinesOf(each).map(({ product }) => product)))]

/** Locks the bins that may serve some fulfillments of one location, and gives what surrounds each. A fulfillment without a plan, or of a location we do not know, has no ground. */
export async function lockGround(tx: FloorTx, fulfillments: readonly Fulfillment[], cause: Cause): Promise<{ readonly shelf: Shelf; readonly groundOf: (fulfillment: Fulfillment) => Ground }> {
  const products = productsOf(fulfillments)
  const location = fulfillments[0]?.location
  invariant(location !== undefined && fulfillments.every((each) => each.location === location), 'a walk stays in one location')
  const shelf = await tx.bins.lockShelf(products.map((product) => ({ location, product })))
  const codes = products.flatMap((product) => shelf.of(location, product).map(({ bin }) => bin))
  const bins = await tx.bins.bins(location, codes)
  const known = await tx.catalogue.products(products)
  const site = (await tx.catalogue.locations([location])).get(location)
  const plans = await tx.fulfillments.plans(fulfillments.map(({ id }) => id))
  return {
    shelf,
    groundOf: ({ id }) => {
      const plan = plans.get(id)
      invariant(site !== undefined && plan !== undefined, 'what is picked is planned and its location known', { fulfillment: id })
      return { bins, products: known, location: site, plan, now: tx.now, cause, newId: tx.newId }
    },
  }
}

/** Locks a fulfillment with its tasks and bins. */
export async function lockWalk(tx: FloorTx, id: FulfillmentId, cause: Cause): Promise<Walk> {
  const fulfillment = (await tx.fulfillments.lock([id])).get(id)
  invariant(fulfillment !== undefined, 'a task belongs to a fulfillment', { id })
  const { shelf, groundOf } = await lockGround(tx, [fulfillment], cause)
  return new Walk(fulfillment, await tx.picking.tasksOfFulfillments([id]), shelf, groundOf(fulfillment))
}

/** Writes what was decided on walks that share a shelf, and tells it. Lists of the tasks have to be there. */
export async function saveWalks(tx: FloorTx, walks: readonly Walk[], shelf: Shelf): Promise<void> {
  await tx.fulfillments.save(walks.map(({ fulfillment }) => fulfillment), walks.flatMap(({ steps }) => steps))
  await tx.picking.save(walks.flatMap(({ changedTasks }) => changedTasks), walks.flatMap(({ taskSteps }) => taskSteps))
  await tx.bins.save(shelf)
  for (const { facts, counts, fulfillment, ground } of walks) {
    tx.tell(facts, ground.cause)
    for (const { bin, product, why } of counts) askForCount(tx, { location: fulfillment.location, bin, product, why, cause: ground.cause })
  }
}

/** Somebody has to count a product, in a bin. */
export function askForCount(tx: FloorTx, { location, bin, product, why, cause }: { location: string; bin: string; product: string; why: string; cause: Cause }): void {
  tx.ask({
    kind: 'count',
    subject: `${location}/${bin}/${product}`.slice(0, SUBJECT_MAX),
    why: `Count ${product} in ${bin} of ${location}: ${why}`,
    owner: 'operator',
    dueAt: new Date(tx.now.getTime() + COUNT_WITHIN_MS),
    cause,
  })
}

/** After a task: the list is done when none of its tasks is open; else its picker has shown to be there. */
export async function touchList(tx: FloorTx, list: PickList): Promise<{ readonly listDone: boolean; readonly tasksLeft: number }> {
  const tasksLeft = (await tx.picking.tasksOfList(list.id)).filter(isOpen).length
  await tx.picking.saveList(tasksLeft === 0 ? { ...list, status: 'DONE' } : list)
  if (tasksLeft === 0) tx.letSleep('pick-list-idle', list.id)
  return { listDone: tasksLeft === 0, tasksLeft }
}
