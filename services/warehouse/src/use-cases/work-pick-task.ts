import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId, ProductId } from '@waybill/kernel'
import { isRefusal, type Refusal } from '../catalogue/refusal.js'
import { checkScan, codesOf, type KnownCodes, type PickScan, type ScanRefusal } from '../picking/check-scan.js'
import { mishandlingOf, type Mishandling } from '../picking/mishandling.js'
import { pick, reportDamage, reportShort, skip } from '../picking/pick.js'
import { isOpen, leftToPick, type PickList, type PickTask, type PickTaskStatus } from '../picking/pick-task.js'
import type { Walk } from '../picking/walk.js'
import type { FulfillmentStatus } from '../fulfillments/fulfillment.js'
import { Floor, type Answer, type FloorTx } from '../floor/floor.js'
import { lockWalk, saveWalks, touchList } from '../floor/walks.js'

/** What a picker does at a task. `mayActForOthers`: an operator helps out. */
export interface AtTask {
  readonly cause: Cause
  readonly task: string
  readonly picker: string
  readonly mayActForOthers: boolean
}

/** How a task stands after something was done. A type, so that it can be stored as an answer. */
export type TaskAnswer = {
  readonly task: string
  readonly status: PickTaskStatus
  readonly units: number
  readonly picked: number
  /** Open tasks of the list. */
  readonly tasksLeft: number
  readonly listDone: boolean
  readonly fulfillment: FulfillmentId
  readonly fulfillmentStatus: FulfillmentStatus
  /** Units that no bin has, and those that another bin of the walk makes up for. */
  readonly missing: number
  readonly foundElsewhere: number
}

type NotAtTask = Refusal<'not-found' | 'list-not-yours'>
type TaskRefusal = ScanRefusal | NotAtTask
type Outcome = { readonly missing: number; readonly foundElsewhere: number }

const DONE: Outcome = { missing: 0, foundElsewhere: 0 }

/** Scans, short picks, damage and skips at one task of a picker's list. */
@Injectable()
export class WorkPickTask {
  constructor(private readonly floor: Floor) {}

  /** A scan that came before, under whatever key, is answered as it was then: a trigger pulled twice picks once. */
  scan(at: AtTask & { readonly scanId: string; readonly scan: PickScan }): Promise<Answer<TaskAnswer | TaskRefusal> | undefined> {
    return this.work(at, async (tx, walk, list, task) => {
      const before = await tx.picking.scan(at.task, at.scanId)
      // what was stored is what was answered
      if (before) return before as TaskAnswer | ScanRefusal
      const { ground } = walk
      const product = ground.products.get(task.product)
      if (!product) return { refused: 'not-found', detail: 'The product is not known here', expected: {} }
      const codes = codesOf(at.scan, tx.now.getUTCFullYear())
      const checked = checkScan(task, product, ground.location, at.scan, await knownCodes(tx, task, codes), tx.now)
      let answer: TaskAnswer | ScanRefusal
      if (isRefusal<ScanRefusal['refused']>(checked)) {
        answer = checked
        if (isOpen(task)) await tx.picking.note([mishandlingOf(task, slipOf(at, checked.refused, at.scan.units, checked, { ...at.scan }))])
      } else {
        pick(walk, task.id, checked.units)
        answer = await this.save(tx, walk, list, task, DONE)
      }
      const taken = isRefusal(checked) ? { units: 0, serial: null } : checked
      await tx.picking.keepScan({ task: task.id, scanId: at.scanId, picker: at.picker, product: task.product, fulfillment: task.fulfillment, ...taken, answer })
      return answer
    })
  }

  short(at: AtTask & { readonly reason: string }): Promise<Answer<TaskAnswer | TaskRefusal> | undefined> {
    return this.work(at, async (tx, walk, list, task) => {
      if (!isOpen(task)) return closed(task)
      await tx.picking.note([mishandlingOf(task, slipOf(at, 'short', leftToPick(task), undefined, { reason: at.reason }))])
      return this.save(tx, walk, list, task, reportShort(walk, task.id, at.reason))
    })
  }

  damage(at: AtTask & { readonly units: number; readonly reason: string }): Promise<Answer<TaskAnswer | TaskRefusal> | undefined> {
    return this.work(at, async (tx, walk, list, task) => {
      if (!isOpen(task)) return closed(task)
      if (at.units > leftToPick(task))
        return { refused: 'already-picked', detail: `Only ${leftToPick(task)} are left to pick`, expected: { units: leftToPick(task) } }
      await tx.picking.note([mishandlingOf(task, slipOf(at, 'damage', at.units, undefined, { reason: at.reason }))])
      return this.save(tx, walk, list, task, reportDamage(walk, task.id, at.units, at.reason, at.picker))
    })
  }

  skip(at: AtTask): Promise<Answer<TaskAnswer | TaskRefusal> | undefined> {
    return this.work(at, async (tx, walk, list, task) => {
      if (!isOpen(task)) return closed(task)
      skip(walk, task.id, Math.max(...(await tx.picking.tasksOfList(list.id)).map(({ position }) => position)))
      return this.save(tx, walk, list, task, DONE)
    })
  }

  private async work(
    at: AtTask,
    act: (tx: FloorTx, walk: Walk, list: PickList, task: PickTask) => Promise<TaskAnswer | TaskRefusal>,
  ): Promise<Answer<TaskAnswer | TaskRefusal> | undefined> {
    const [answer] = await this.floor.change<AtTask, TaskAnswer | TaskRefusal>([at], async (tx) => {
      const listId = await tx.picking.listOfTask(at.task)
      const [list] = listId === undefined ? [] : await tx.picking.lockLists([listId])
      if (!list) return [{ refused: 'not-found', detail: 'There is no such task', expected: {} }]
      if (list.status === 'OPEN' || (list.picker !== at.picker && !at.mayActForOthers))
        return [{ refused: 'list-not-yours', detail: list.picker ? `${list.picker} walks this list` : 'Claim the list first', expected: { picker: list.picker } }]
      const task = (await tx.picking.tasksOfList(list.id)).find(({ id }) => id === at.task)
      if (!task) return [{ refused: 'not-found', detail: 'There is no such task', expected: {} }]
      const walk = await lockWalk(tx, task.fulfillment, at.cause)
      return [await act(tx, walk, list, walk.task(task.id))]
    })
    return answer
  }

  private async save(tx: FloorTx, walk: Walk, list: PickList, { id }: PickTask, outcome: Outcome): Promise<TaskAnswer> {
    await saveWalks(tx, [walk], walk.shelf)
    const { tasksLeft, listDone } = await touchList(tx, list)
    const { status, units, picked, fulfillment } = walk.task(id)
    return { task: id, status, units, picked, tasksLeft, listDone, fulfillment, fulfillmentStatus: walk.fulfillment.status, ...outcome }
  }
}

const closed = (task: PickTask): ScanRefusal => ({ refused: 'pick-task-closed', detail: `The task is ${task.status.toLowerCase()}`, expected: { units: 0 } })

const slipOf = (at: AtTask, kind: string, units: number, refusal: ScanRefusal | undefined, scanned: Mishandling['scanned']): Parameters<typeof mishandlingOf>[1] => ({
  kind,
  picker: at.picker,
  units,
  expected: refusal?.expected ?? {},
  scanned,
  cause: at.cause,
})

async function knownCodes(tx: FloorTx, task: PickTask, { bin, barcode, serial }: ReturnType<typeof codesOf>): Promise<KnownCodes> {
  const products: readonly ProductId[] = barcode === null ? [] : await tx.catalogue.productsByBarcode(barcode)
  const owners = bin === null || bin === task.bin ? [] : await tx.bins.locationsWithBin(bin)
  const holder = serial === null ? undefined : await tx.picking.fulfillmentOfSerial(task.product, serial)
  return {
    products,
    binIsHere: owners.includes(task.location),
    binIsElsewhere: owners.some((location) => location !== task.location),
    serial: holder === undefined ? 'free' : holder === task.fulfillment ? 'picked-here' : 'in-use',
  }
}
