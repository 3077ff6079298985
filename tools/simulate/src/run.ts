import { everybody } from './actors/index.js'
import { swarmOf } from './faults/swarm.js'
import { brokenHistories, brokenNow } from './invariants/always.js'
import { brokenAtRest, restless } from './invariants/at-rest.js'
import type { PlantedBug } from './planted/bug.js'
import { Steps, type Step } from './steps.js'
import { House } from './world/house.js'
import { Random } from './world/random.js'

/** The running invariants are looked at once in so many steps, and at the end. */
const LOOK_EVERY = 40
/** G7: at rest after so many steps at most. */
const REST_STEPS_MAX = 20_000
/** Nobody waits longer for anything. */
const REST_DAYS_MAX = 150
const DAY_MS = 86_400_000

export interface RunOptions {
  readonly seed: number
  /** Steps under faults; what follows until all is at rest comes on top. */
  readonly steps: number
  /** Run these instead of what the seed would choose. */
  readonly script?: readonly Step[]
  /** Something that is done wrong on purpose. */
  readonly bug?: PlantedBug
}

/** What a run did, and what it broke; nothing broken: it ended at rest. */
export interface RunResult {
  readonly seed: number
  readonly broken: readonly string[]
  /** Steps under faults, in order, up to what broke. */
  readonly script: readonly Step[]
  readonly steps: number
  readonly orders: number
}

/** One life of a house: so many steps under faults, then everything is let come to rest. */
export async function run({ seed, steps: most, script: given, bug }: RunOptions): Promise<RunResult> {
  const random = new Random(seed)
  const house = await House.open()
  const people = everybody()
  const steps = new Steps(house, people, swarmOf(random))
  bug?.plant(house)
  const script: Step[] = []
  let count = 0
  const result = (broken: readonly string[]): RunResult => ({ seed, broken, script, steps: count, orders: house.order.database.table('orders').size })

  for (let at = 0; at < (given?.length ?? most); at++) {
    const step = given?.[at] ?? steps.choose(random)
    const did = await steps.run(step)
    if (did || given === undefined) script.push(step)
    count++
    if (house.complaints.length > 0) return result(house.complaints)
    if (count % LOOK_EVERY !== 0) continue
    const broken = brokenNow(house)
    if (broken.length > 0) return result(broken)
  }
  count += await comeToRest(house, steps, people.actors.map(({ name }) => name))
  if (house.complaints.length > 0) return result(house.complaints)
  return result([...brokenNow(house), ...brokenHistories(house), ...brokenAtRest(house, people.channels)])
}

/** No faults any more: everything that is ready happens, people bring things to an end, time passes when nothing else does. */
async function comeToRest(house: House, steps: Steps, actors: readonly string[]): Promise<number> {
  const began = house.clock.sinceBeginMs
  let count = 0
  const happens = async (step: Omit<Step, 'with'>): Promise<boolean> => {
    count++
    return steps.run({ ...step, with: 1_000_000_000 + count }, 'finishing')
  }
  for (;;) {
    if (house.complaints.length > 0 || count > REST_STEPS_MAX) return count
    if (await flush(house)) {
      count++
      continue
    }
    let isAnybodyBusy = false
    for (const name of actors) isAnybodyBusy = (await happens({ do: 'act', of: name })) || isAnybodyBusy
    if (isAnybodyBusy || isAnythingReady(house)) continue
    if (restless(house).length === 0 || house.clock.sinceBeginMs - began > REST_DAYS_MAX * DAY_MS) return count
    if (!(await happens({ do: 'time', of: 'to the next timer' }))) return count
  }
}

const isAnythingReady = (house: House): boolean =>
  house.requests.unanswered.length > 0 || house.services.some((service) => service.unsent > 0 || service.outside.open.length > 0 || house.groupOf(service).ready.length > 0)

/** Sends, delivers, answers and fires everything that is ready now. False: nothing was. */
async function flush(house: House): Promise<boolean> {
  let did = false
  while (house.requests.unanswered.length > 0) {
    did = true
    await house.requests.again(0)
  }
  for (const service of house.services) {
    if (service.unsent > 0) {
      did = true
      house.relay(service, Infinity)
    }
    const group = house.groupOf(service)
    for (let queue = group.ready[0]; queue && house.complaints.length === 0; queue = group.ready[0]) {
      did = true
      await house.deliver(service, queue, 100, undefined)
    }
    for (const name of service.parked.keys()) {
      did = true
      await house.retryParked(service, name)
    }
    while (service.outside.open.length > 0) {
      did = true
      await house.answer(service, 0, 'answers', undefined)
    }
    const due = service.timers.due(house.clock.now.getTime())
    for (const [kind, timers] of Map.groupBy(due, ({ kind: each }) => each)) {
      did = true
      await house.fire(service, kind, timers.map(({ subject }) => subject), undefined)
    }
  }
  return did
}
