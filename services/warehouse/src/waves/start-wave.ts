import { stockedLinesOf, wanted, type Fulfillment } from '../fulfillments/fulfillment.js'
import { chooseLots } from '../bins/choose-lots.js'
import type { Shelf } from '../bins/shelf.js'
import { POSITION_STEP } from '../picking/pick.js'
import type { PickList } from '../picking/pick-task.js'
import { Walk, type Ground } from '../picking/walk.js'
import { isOpen } from '../picking/pick-task.js'
import type { Bin } from '../bins/bin.js'
import { sShape } from './path.js'

/** A fulfillment that could start, most urgent first. */
export interface Candidate {
  readonly fulfillment: Fulfillment
  readonly ground: Ground
  /** Its missing stock has been waited for long enough: it starts with what there is. */
  readonly stopWaiting: boolean
}

export interface Wave {
  readonly walks: readonly Walk[]
  readonly lists: readonly PickList[]
  /** Left for a later wave: their stock, or the data of a product, has not come yet. */
  readonly waiting: readonly Fulfillment[]
}

/**
 * Starts what can be picked: chooses bins and lots by FEFO, keeps them for their tasks, and lays the tasks of a few
 * fulfillments at a time on one walk. What inventory promised and the bins do not hold yet is waited for, because the
 * two facts come on different topics.
 */
export function startWave(wave: string, candidates: readonly Candidate[], shelf: Shelf, listFulfillmentsMax: number): Wave {
  const walks: Walk[] = []
  const waiting: Fulfillment[] = []
  for (const candidate of candidates) {
    const walk = begin(wave, candidate, shelf)
    if (walk) walks.push(walk)
    else waiting.push(candidate.fulfillment)
  }
  const started = walks.filter(({ fulfillment }) => fulfillment.status === 'IN_WAVE')
  const lists: PickList[] = []
  for (let first = 0; first < started.length; first += listFulfillmentsMax) lists.push(layOut(wave, started.slice(first, first + listFulfillmentsMax)))
  return { walks, lists, waiting }
}

function begin(wave: string, { fulfillment, ground, stopWaiting }: Candidate, shelf: Shelf): Walk | undefined {
  const walk = new Walk(fulfillment, [], shelf, ground)
  const chosen = stockedLinesOf(fulfillment).map((line) => {
    const { product } = line
    const { choices, missing } = chooseLots(shelf, ground.bins, {
      location: fulfillment.location,
      product,
      units: wanted(line),
      freshness: walk.freshnessOf(product),
      zone: ground.location.zone,
      notFrom: new Set(),
    })
    return { line, choices, missing }
  })
  const isComplete = chosen.every(({ missing, line }) => missing === 0 && ground.products.has(line.product))
  if (!isComplete && !(stopWaiting && chosen.every(({ line }) => ground.products.has(line.product)))) {
    for (const { choices } of chosen) for (const { content, units } of choices) shelf.unassign(content, units)
    return undefined
  }
  for (const { line, choices, missing } of chosen) {
    for (const { content, units } of choices) {
      walk.add({
        id: ground.newId(),
        list: null,
        wave,
        fulfillment: fulfillment.id,
        line: fulfillment.lines.find(({ stocked }) => stocked.includes(line))?.line ?? 0,
        stockedLine: line.stockedLine,
        location: fulfillment.location,
        product: line.product,
        bin: content.bin,
        lot: content.lot,
        expiresOn: content.expiresOn,
        units,
        picked: 0,
        putBack: 0,
        status: 'CREATED',
        position: 0,
        tote: 1,
      })
    }
    if (missing > 0) walk.missInHouse(line.product, missing)
  }
  if (!isComplete) walk.settle()
  if (walk.fulfillment.status === 'PLANNED') walk.to('IN_WAVE')
  return walk
}

function layOut(wave: string, walks: readonly Walk[]): PickList {
  const [first] = walks
  const { ground, fulfillment } = first as Walk
  const id = ground.newId()
  const stops = walks.flatMap((walk, index) => walk.tasks.filter(isOpen).map((task) => ({ walk, task, tote: index + 1 })))
  const order = new Map(sShape([...new Set(stops.map(({ task }) => task.bin))].flatMap((code) => binOf(ground, code))).map((bin, place) => [bin.code, place]))
  stops
    .sort((a, b) => (order.get(a.task.bin) ?? 0) - (order.get(b.task.bin) ?? 0) || compare(a.task.product, b.task.product) || a.tote - b.tote)
    .forEach(({ walk, task, tote }, place) => walk.write({ ...task, list: id, tote, position: (place + 1) * POSITION_STEP }))
  return { id, wave, location: fulfillment.location, status: 'OPEN', picker: null }
}

const binOf = (ground: Ground, code: string): readonly Bin[] => {
  const bin = ground.bins.get(code)
  return bin ? [bin] : []
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
