import { dayIn, invariant, type Cause, type NewId, type ProductId } from '@waybill/kernel'
import { BLOCKED, DISCREPANCY, RECEIVING, type Bin } from '../bins/bin.js'
import { chooseLots, isFresh, type Freshness } from '../bins/choose-lots.js'
import { freeUnits, type ContentKey, type Reason, type Shelf } from '../bins/shelf.js'
import type { Location } from '../catalogue/location.js'
import type { Product } from '../catalogue/product.js'
import type { ShipmentPlan } from '../fulfillments/answer.js'
import { ofFulfillment, type Fact, type WrittenOff } from '../fulfillments/facts.js'
import { become, isEmpty, stockedLinesOf, wanted, withLines, type Fulfillment, type FulfillmentStep } from '../fulfillments/fulfillment.js'
import { keepWholeBundles } from '../fulfillments/whole-bundles.js'
import { contentOf, inTote, isOpen, leftToPick, taskBecomes, type PickTask, type PickTaskStatus, type PickTaskStep } from './pick-task.js'

/** Something a person has to look at, found while picking. */
export interface CountAsked {
  readonly bin: string
  readonly product: ProductId
  readonly why: string
}

/** What surrounds a walk: it does not change while somebody picks. */
export interface Ground {
  readonly bins: ReadonlyMap<string, Bin>
  readonly products: ReadonlyMap<ProductId, Product>
  readonly location: Location
  readonly plan: ShipmentPlan
  readonly now: Date
  readonly cause: Cause
  readonly newId: NewId
}

/**
 * One fulfillment while its units are picked: its tasks, and the bins they come from. Decisions change this working
 * copy and hand it back with the facts and steps they made; what is stored changes only by what is saved of it.
 */
export class Walk {
  readonly facts: Fact[] = []
  readonly steps: FulfillmentStep[] = []
  readonly taskSteps: PickTaskStep[] = []
  readonly counts: CountAsked[] = []
  private readonly writtenOff: WrittenOff[] = []
  private readonly tasksById: Map<string, PickTask>
  private readonly changed = new Set<string>()
  private reason = ''

  constructor(
    private current: Fulfillment,
    tasks: readonly PickTask[],
    readonly shelf: Shelf,
    readonly ground: Ground,
  ) {
    this.tasksById = new Map(tasks.map((task) => [task.id, task]))
  }

  get fulfillment(): Fulfillment {
    return this.current
  }

  get tasks(): readonly PickTask[] {
    return [...this.tasksById.values()]
  }

  get changedTasks(): readonly PickTask[] {
    return [...this.changed].map((id) => this.task(id))
  }

  task(id: string): PickTask {
    const task = this.tasksById.get(id)
    invariant(task !== undefined, 'a walk knows its tasks', { id })
    return task
  }

  /** Until when a lot of this product has to be good to go with this shipment. */
  freshnessOf(product: ProductId): Freshness {
    const { plan, products, location, now } = this.ground
    const today = dayIn(location.zone, now)
    return {
      shipOn: plan.shipOn !== null && plan.shipOn > today ? plan.shipOn : today,
      transitDays: plan.transitDays,
      minimumRemainingDays: products.get(product)?.minimumRemainingDays ?? 0,
    }
  }

  write(task: PickTask): void {
    this.tasksById.set(task.id, task)
    this.changed.add(task.id)
  }

  taskTo(id: string, to: PickTaskStatus): void {
    const { task, step } = taskBecomes(this.task(id), to, this.ground.cause)
    this.write(task)
    this.taskSteps.push(step)
  }

  add(task: PickTask): void {
    this.write(task)
    this.taskSteps.push({ subject: task.id, from: null, to: task.status, cause: this.ground.cause })
  }

  to(status: Fulfillment['status']): void {
    const moved = become(this.current, status, this.ground.now, this.ground.cause)
    this.current = moved.fulfillment
    this.steps.push(...moved.steps)
  }

  /** More, or fewer, pieces of a stocked line are in hand. */
  count(stockedLine: string, units: number): void {
    this.current = withLines(this.current, (line) => (line.stockedLine === stockedLine ? { ...line, picked: line.picked + units } : line))
  }

  /** Nothing is packed any more: what there is will be packed anew. */
  unpack(): void {
    this.current = withLines({ ...this.current, packer: null }, (line) => ({ ...line, packed: 0 }))
  }

  /** Nothing is picked any more: all of it was carried back. */
  empty(): void {
    this.current = withLines(this.current, (line) => ({ ...line, picked: 0, packed: 0 }))
  }

  because(kind: Reason['kind'], reference: string): Reason {
    return { kind, reference, cause: this.ground.cause }
  }

  /**
   * Looks for units of the task's product in the bins of the location that were not found empty, and puts what it finds
   * next on the walk. Returns the units that nobody has.
   */
  replace(task: PickTask, units: number): number {
    const tried = this.tasks.filter((each) => each.product === task.product && each.status === 'SHORT').map((each) => each.bin)
    const { choices, missing } = chooseLots(this.shelf, this.ground.bins, {
      location: task.location,
      product: task.product,
      units,
      freshness: this.freshnessOf(task.product),
      zone: this.ground.location.zone,
      notFrom: new Set(tried),
    })
    choices.forEach(({ content, units: found }, index) => {
      const id = this.ground.newId()
      this.add({
        ...task,
        id,
        bin: content.bin,
        lot: content.lot,
        expiresOn: content.expiresOn,
        units: found,
        picked: 0,
        putBack: 0,
        status: 'CREATED',
        position: task.position + index + 1,
      })
      this.taskTo(id, 'ASSIGNED')
    })
    return missing
  }

  /** Units that should be in the bin and are not: what other bins made up for waits there to be counted, the rest is written off. */
  missInBin(task: PickTask, units: number, madeUpFor: number, why: string): void {
    const key = contentOf(task)
    this.shelf.move(key, { ...key, bin: DISCREPANCY }, madeUpFor, this.because('missing', task.id))
    const lost = units - madeUpFor
    this.shelf.take(key, lost, this.because('written-off', task.id))
    if (lost > 0) this.writtenOff.push({ product: task.product, lot: task.lot, expiresOn: task.expiresOn, bin: task.bin, units: lost })
    this.counts.push({ bin: task.bin, product: task.product, why })
    this.reason = why
  }

  /** Units that may not be sold: they lie apart from now on. */
  damage(key: ContentKey, units: number, reason: string, by: string, reference: string): void {
    this.shelf.move(key, { ...key, bin: BLOCKED, blocked: true }, units, this.because('damaged', reference))
    const { product, lot, expiresOn, bin } = key
    this.facts.push({ fact: 'damage-reported', ...ofFulfillment(this.current), product, lot, expiresOn, bin, units, reason, by })
    this.reason = reason
  }

  /** Units that were picked and are not in hand when they are packed. */
  loseInHand(task: PickTask, units: number, why: string): void {
    this.leaveHand(task, units)
    this.writtenOff.push({ product: task.product, lot: task.lot, expiresOn: task.expiresOn, bin: task.bin, units })
    this.reason = why
  }

  /** Units that were found damaged after they were picked: they lie apart from now on. */
  damageInHand(task: PickTask, units: number, why: string, by: string): void {
    this.leaveHand(task, units)
    const { product, lot, expiresOn, bin } = task
    this.shelf.put({ ...contentOf(task), bin: BLOCKED, blocked: true }, units, this.because('damaged', task.id))
    this.facts.push({ fact: 'damage-reported', ...ofFulfillment(this.current), product, lot, expiresOn, bin, units, reason: why, by })
    this.reason = why
  }

  /**
   * A wave found too little of a product although inventory has promised it: what waits in DISCREPANCY to be counted is
   * written off, and lots that are too old for this customer are set apart, so that nobody is promised them again.
   */
  missInHouse(product: ProductId, units: number): void {
    let missing = units
    const { location } = this.current
    for (const content of this.shelf.of(location, product)) {
      const found = Math.min(missing, freeUnits(content))
      if (found <= 0 || content.blocked) continue
      const { lot, expiresOn, bin } = content
      if (bin === DISCREPANCY) {
        this.shelf.take(content, found, this.because('written-off', this.current.id))
        this.writtenOff.push({ product, lot, expiresOn, bin, units: found })
        missing -= found
      } else if (!isFresh(expiresOn, this.freshnessOf(product))) {
        this.damage(content, found, 'shelf-life-too-short', 'warehouse:wave', this.current.id)
        missing -= found
      }
    }
    this.counts.push({ bin: DISCREPANCY, product, why: 'a wave found too little of it' })
    this.reason = 'not-in-any-bin'
  }

  /**
   * After anything was missing: whole units of the ordered lines go on, the others are dropped and told, and what is left
   * over of broken bundles is given back. Ends the fulfillment if nothing is left of it, or the picking if all is picked.
   */
  settle(): void {
    const before = this.current
    const available = new Map(stockedLinesOf(before).map((line) => [line.stockedLine, line.picked + this.openUnits(line.stockedLine)]))
    const { lines, dropped, surplus } = keepWholeBundles(before.lines, available)
    for (const [stockedLine, units] of surplus) this.giveBack(stockedLine, units)
    const picked = new Map(stockedLinesOf(this.current).map((line) => [line.stockedLine, line.picked]))
    this.current = withLines({ ...this.current, lines }, (line) => ({ ...line, picked: picked.get(line.stockedLine) ?? 0 }))
    const nothingLeft = isEmpty(this.current)
    if (dropped.length > 0) {
      const { reason, writtenOff } = this
      this.facts.push({ fact: 'short-picked', ...ofFulfillment(before), reason, remaining: !nothingLeft, lines: dropped, writtenOff: [...writtenOff] })
      writtenOff.length = 0
    }
    if (nothingLeft) this.to('SHORT')
    else if (this.current.status === 'PICKING') this.finishIfPicked()
  }

  private finishIfPicked(): void {
    if (this.tasks.some(isOpen)) return
    const left = stockedLinesOf(this.current).filter((line) => line.picked !== wanted(line))
    invariant(left.length === 0, 'all that is wanted is picked when no task is open', { fulfillment: this.current.id, left })
    this.to('PICKED')
    this.facts.push({
      fact: 'picked',
      ...ofFulfillment(this.current),
      lines: this.tasks
        .filter((task) => inTote(task) > 0)
        .map((task) => ({ line: task.line, stockedLine: task.stockedLine, product: task.product, lot: task.lot, bin: task.bin, units: inTote(task) })),
    })
  }

  private leaveHand({ id, stockedLine }: PickTask, units: number): void {
    const task = this.task(id)
    invariant(units <= inTote(task), 'what leaves the hand was in it', { task: id, units })
    this.write({ ...task, putBack: task.putBack + units })
    this.count(stockedLine, -units)
  }

  private openUnits(stockedLine: string): number {
    return this.tasks.filter((task) => task.stockedLine === stockedLine && isOpen(task)).reduce((sum, task) => sum + leftToPick(task), 0)
  }

  /** First what is not picked yet is not picked at all; then what is in the tote goes to RECEIVING, to be put away again. */
  private giveBack(stockedLine: string, units: number): void {
    let left = units
    const ofLine = this.tasks.filter((task) => task.stockedLine === stockedLine).sort((a, b) => b.position - a.position)
    for (const task of ofLine.filter(isOpen)) {
      const given = Math.min(left, leftToPick(task))
      if (given === 0) continue
      left -= given
      this.shelf.unassign(contentOf(task), given)
      const rest = { ...task, units: task.units - given }
      // a task of no units says nothing: it keeps what it was made for
      this.write(leftToPick(rest) > 0 || rest.picked > 0 ? rest : task)
      if (leftToPick(rest) === 0) this.taskTo(task.id, rest.picked > 0 ? 'PICKED' : 'CANCELLED')
    }
    for (const task of ofLine) {
      const given = Math.min(left, inTote(task))
      if (given === 0) continue
      left -= given
      this.shelf.put({ ...contentOf(task), bin: RECEIVING }, given, this.because('put-back', task.id))
      this.leaveHand(task, given)
    }
    invariant(left === 0, 'what is left over is in a task or in the tote', { stockedLine, left })
  }
}
