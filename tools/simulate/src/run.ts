import type { Mood } from './actors/actor.js'
import { everybody } from './actors/index.js'
import { swarmOf } from './faults/swarm.js'
import { brokenByOrder } from './invariants/any-order.js'
import { brokenHistories, brokenNow } from './invariants/always.js'
import { brokenAtRest, restless } from './invariants/at-rest.js'
import type { PlantedBug } from './planted/bug.js'
import { Steps, stepsOf, type Step } from './steps.js'
import { House } from './world/house.js'
import { Random } from './world/random.js'
import { setUp } from './world/set-up.js'

/** The running invariants are looked at after one of so many steps, and at the end. A step is looked at or not wherever it stands, so that a script can be shortened. */
const LOOK_EVERY = 40
/** G7: at rest after so many rounds at most. */
const REST_ROUNDS_MAX = 5_000
/** What is random in the steps to rest begins here. */
const REST_BITS = 1_000_000_000
/** Nobody waits longer for anything. */
const REST_DAYS_MAX = 150
const DAY_MS = 86_400_000

export interface RunOptions {
  readonly seed: number
  /** Steps under faults; what follows until all is at rest comes on top. */
  readonly steps: number
  /** Run these instead of what the seed would choose. */
  readonly script?: readonly Step[]
  /** Do not wait for rest: what is looked for shows before. */
  readonly noRest?: boolean
  /** Something that is done wrong on purpose. */
  readonly bug?: PlantedBug
}

/** What a run did, and what it broke; nothing broken: it ended at rest. */
export interface RunResult {
  readonly seed: number
  readonly broken: readonly string[]
  /** What happened, in order, up to what broke. */
  readonly script: readonly Step[]
  /** It broke no rule of every moment, but one of what is at rest. */
  readonly isAtRest: boolean
  readonly steps: number
  readonly orders: number
}

/** One life of a house: so many steps under faults, then everything is let come to rest. */
export async function run({ seed, steps: most, script: given, noRest, bug }: RunOptions): Promise<RunResult> {
  const random = new Random(seed)
  const house = await House.open(setUp)
  const people = everybody()
  const steps = new Steps(house, people, swarmOf(random))
  bug?.plant(house)
  const script: Step[] = []
  let tries = 0
  const result = (broken: readonly string[], isAtRest: boolean): RunResult => ({ seed, broken, script, isAtRest, steps: script.length, orders: house.order.database.table('orders').size })
  const happens = async (step: Step, mood: Mood): Promise<boolean> => {
    tries++
    const did = await steps.run(step, mood)
    // who finds nothing to do has made no step
    if (did) script.push(mood === 'finishing' ? { ...step, mood } : step)
    return did
  }

  for (let at = 0; given ? at < given.length : script.length < most; at++) {
    const step = given?.[at] ?? steps.choose(random)
    const did = await happens(step, step.mood ?? 'as-people-do')
    if (house.complaints.length > 0) return result(house.complaints, false)
    if (!did || step.mood || step.with % LOOK_EVERY !== 0) continue
    const broken = [...brokenNow(house), ...(await brokenByOrder(house, new Random(step.with)))]
    if (broken.length > 0) return result(broken, false)
  }
  if (!noRest) await comeToRest(house, people.actors.map(({ name }) => name), (step) => happens({ ...step, with: REST_BITS + tries }, 'finishing'))
  const broken = [...house.complaints, ...brokenNow(house), ...brokenHistories(house)]
  return broken.length > 0 || noRest ? result(broken, false) : result(brokenAtRest(house, people), true)
}

type Happens = (step: Omit<Step, 'with'>) => Promise<boolean>

/** No faults any more: everything that is ready happens, people bring things to an end, time passes when nothing else does. */
async function comeToRest(house: House, actors: readonly string[], happens: Happens): Promise<void> {
  const until = house.clock.sinceBeginMs + REST_DAYS_MAX * DAY_MS
  for (let rounds = 0; rounds < REST_ROUNDS_MAX && house.complaints.length === 0; rounds++) {
    if (await flush(house, happens)) continue
    let isAnybodyBusy = false
    for (const name of actors) isAnybodyBusy = (await happens({ do: 'act', of: name })) || isAnybodyBusy
    if (isAnybodyBusy) continue
    if (restless(house).length === 0 || house.clock.sinceBeginMs > until) return
    if (!(await happens({ do: 'time', of: 'to the next timer' }))) return
  }
}

/** Sends, delivers, answers and fires everything that is ready now. False: nothing was. */
async function flush(house: House, happens: Happens): Promise<boolean> {
  let did = false
  const all = async (next: () => Omit<Step, 'with'> | undefined): Promise<void> => {
    for (let step = next(); step && house.complaints.length === 0; step = next()) {
      did = true
      await happens(step)
    }
  }
  await all(() => stepsOf.askAgain(house))
  for (const service of house.services) {
    await all(() => stepsOf.relay(service))
    await all(() => stepsOf.deliver(house, service))
    await all(() => stepsOf.answer(service))
    for (const step of [...stepsOf.retries(service), ...stepsOf.fires(house, service)]) {
      did = true
      await happens(step)
    }
  }
  return did
}
