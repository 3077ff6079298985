import type { Fact } from '../world/bus.js'
import { wokenIn, type House } from '../world/house.js'
import { ids } from '../world/ids.js'
import type { Random } from '../world/random.js'
import { keyOf, type Service } from '../world/service.js'

/** Facts of one key of one topic that are taken, at most. */
const FACTS_MAX = 5

/** Timers that set timers end some time. */
const ROUNDS_MAX = 5

/** Who was told that a wait is long: a wait that goes on is still told of, one that begins again not yet. */
const TOLD_OF_WAITING = /-overdue$/

/**
 * Over how many statuses something came, since when it waits (a wait that goes on is older than one that begins again), and how units were
 * divided into requests: two fills are asked for together or one after another. How many units of a line are where stands in `order_lines`.
 * Nor which line has learned to avoid a location: damage takes first what no request has named yet.
 */
const COURSE_COLUMN = new Set(['since', 'moves', 'steps', 'fulfillments', 'promises', 'avoid'])

/** What was told in which order may stay different: how it came about, not where it ended. */
const COURSE = /history$|movement$|^refused_input$|^input_keys$/

/**
 * G16: facts about one order that wait in several topics are given to two copies of a service, each in another order that topics permit and
 * some of them twice: where both end has to be the same. Of several orders nothing of the kind can be said: who comes first is served first.
 */
export async function brokenByOrder(house: House, random: Random): Promise<string[]> {
  const several = house.services.flatMap((service) => waitingOf(house, service).map((queues) => ({ service, queues })))
  const chosen = several[random.below(several.length)]
  if (!chosen) return []
  const { service, queues } = chosen
  const [one, other] = [interleaved(queues, random), interleaved(queues, random)]
  const [ended, endedOtherwise] = [await endOf(service, house, one), await endOf(service, house, other)]
  if (ended === endedOtherwise) return []
  return [`G16: ${service.name} ends otherwise when it is told in another order\n${told(one)}\n${only(ended, endedOtherwise)}\n${told(other)}\n${only(endedOtherwise, ended)}`]
}

/** What waits for a service about one order in more than one topic, order by order. */
function waitingOf(house: House, service: Service): (readonly Fact[])[][] {
  const waiting = new Map<string, (readonly Fact[])[]>()
  for (const { topic, key, facts, position } of house.groupOf(service).ready) {
    if (service.parked.has(keyOf({ topic, key }))) continue
    const queue = facts.slice(position, position + FACTS_MAX)
    const queues = waiting.get(key)
    if (queues) queues.push(queue)
    else waiting.set(key, [queue])
  }
  return [...waiting.values()].filter((queues) => queues.length > 1)
}

/** An order that topics permit: each queue from its front, and now and then from further back again. */
function interleaved(queues: readonly (readonly Fact[])[], random: Random): Fact[] {
  const at = queues.map(() => 0)
  const order: Fact[] = []
  for (;;) {
    const open = at.flatMap((next, place) => (next < (queues[place]?.length ?? 0) ? [place] : []))
    const place = open[random.below(open.length)]
    if (place === undefined) return order
    const next = at[place] ?? 0
    const fact = queues[place]?.[next]
    if (fact) order.push(fact)
    // an offset that was not committed: some of it comes once more
    at[place] = random.oneIn(6) ? random.below(next + 1) : next + 1
  }
}

async function endOf(service: Service, house: House, order: readonly Fact[]): Promise<string> {
  const copy = service.fork(house.clock)
  const made = ids.record()
  try {
    for (const fact of order) await house.tell(copy, fact)
    // what waits for nothing but its turn is part of the end
    for (let round = 0; round < ROUNDS_MAX && wokenIn(copy).length > 0; round++) {
      for (const { kind, subject } of wokenIn(copy)) await house.fire(copy, kind, [subject], undefined)
    }
  } finally {
    ids.stopRecording()
  }
  return changesOf(service, copy, made).join('\n')
}

/** What a copy has that the service did not have, and what it has no more; ids made on the way are all one. */
function changesOf(service: Service, copy: Service, made: ReadonlySet<string>): string[] {
  const nameless = (text: string): string => text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/g, (id) => (made.has(id) ? '*' : id))
  const changes: string[] = []
  for (const name of service.database.names()) {
    if (COURSE.test(name)) continue
    const [before, after] = [new Set(service.database.table(name).all()), new Set(copy.database.table(name).all())]
    const gone = new Set<string>()
    for (const row of before) if (!after.has(row)) gone.add(textOf(row))
    for (const row of after) {
      if (before.has(row)) continue
      const text = textOf(row)
      // written again as it was: no change
      if (!gone.delete(text)) changes.push(nameless(`+ ${name} ${text}`))
    }
    for (const text of gone) changes.push(`- ${name} ${text}`)
  }
  const timers = (of: Service): string[] => of.timers.all().flatMap(({ kind, subject }) => (kind === 'task-overdue' ? [] : [nameless(`timer ${kind} ${subject}`)]))
  const tasks = (of: Service): string[] => of.tasks.all().flatMap(({ kind, subject }) => (TOLD_OF_WAITING.test(kind) ? [] : [nameless(`task ${kind} ${subject}`)]))
  return [...changes, ...timers(copy), ...tasks(copy)].sort()
}

const textOf = (row: object): string => JSON.stringify(row, ended)

/** What belongs to the end of a value of this name. */
function ended(name: string, value: unknown): unknown {
  if (COURSE_COLUMN.has(name)) return undefined
  if (name === 'timers') return Object.keys(value as object).filter((kind) => kind !== 'task-overdue')
  if (name === 'tasks' && Array.isArray(value)) return (value as readonly { readonly kind: string }[]).filter(({ kind }) => !TOLD_OF_WAITING.test(kind))
  return value
}

const told = (order: readonly Fact[]): string => order.map(({ topic, type, sequence }) => `${topic.split('.')[1]} ${sequence} ${type}`).join(', ')
const only = (mine: string, other: string): string => {
  const theirs = new Set(other.split('\n'))
  return mine
    .split('\n')
    .filter((line) => !theirs.has(line))
    .join('\n')
}
