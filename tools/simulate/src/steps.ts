import type { Everybody } from './actors/index.js'
import type { Mood } from './actors/actor.js'
import type { Swarm } from './faults/swarm.js'
import { labelOf } from './world/bus.js'
import type { House } from './world/house.js'
import { shortOf } from './world/ids.js'
import { Random } from './world/random.js'
import type { CommitFault, Service } from './world/service.js'

export type StepKind =
  | 'deliver' | 'relay' | 'move-cursor' | 'commit-offsets' | 'fire' | 'answer' | 'act' | 'time' | 'ask-again' | 'retry-parked'
  | 'crash' | 'rewind' | 'replay' | 'resend' | 'stall' | 'ask-twice'

/** One thing that happens. Plain, so that a run is a list of them, which can be written down, shortened and run again. */
export interface Step {
  readonly do: StepKind
  /** What it happens to. */
  readonly of: string
  /** For all that is random within it. */
  readonly with: number
  readonly fault?: CommitFault | 'poison' | 'does-and-is-silent' | 'is-silent'
  /** Of people, once no more faults come. */
  readonly mood?: 'finishing'
}

/** A step as it is printed. */
export const textOf = ({ do: kind, of, with: bits, fault, mood }: Step): string => `${kind} ${of}${fault === undefined ? '' : ` !${fault}`} #${bits}${mood ? '~' : ''}`

/** Reads a printed step. Throws: if it is none. */
export function stepOf(text: string): Step {
  const found = /^(?<kind>[a-z-]+) (?<of>.*?)(?: !(?<fault>[a-z-]+))? #(?<bits>\d+)(?<mood>~)?$/.exec(text)?.groups
  if (!found) throw new Error(`this is no step: ${text}`)
  const { kind, of = '', fault, bits, mood } = found
  return { do: kind as StepKind, of, with: Number(bits), ...(mood ? { mood: 'finishing' as const } : {}), ...(fault === undefined ? {} : { fault: fault as NonNullable<Step['fault']> }) }
}

const MAY_FAIL = new Set<StepKind>(['deliver', 'fire', 'act', 'answer'])

/** Something that could happen next. */
interface Option {
  readonly kind: StepKind
  weight(): number
  /** What of it happens, by chance. */
  choose(random: Random): string | undefined
}

const timerLabel = ({ kind, subject }: { readonly kind: string; readonly subject: string }): string => `${kind}/${subject.length > 30 ? shortOf(subject) : subject}`

/** Everything that can happen to a house, by chance or by name. */
export class Steps {
  private readonly options: readonly Option[]
  private readonly weights: Int32Array

  constructor(
    private readonly house: House,
    private readonly people: Everybody,
    private readonly swarm: Swarm,
  ) {
    this.options = [...house.services.flatMap((service, place) => this.optionsOf(service, place)), ...this.otherOptions()]
    this.weights = new Int32Array(this.options.length)
  }

  /** The next step, by chance. */
  choose(random: Random): Step {
    for (;;) {
      let sum = 0
      for (const [place, option] of this.options.entries()) {
        const weight = option.weight()
        this.weights[place] = weight
        sum += weight
      }
      let at = random.below(sum)
      const option = this.options.find((_, place) => (at -= this.weights[place] ?? 0) < 0)
      const of = option?.choose(random)
      if (!option || of === undefined) continue
      const fault = this.faultOf(option.kind, of, random)
      return { do: option.kind, of, with: random.bits(), ...(fault === undefined ? {} : { fault }) }
    }
  }

  /** Lets it happen, which takes a moment. False: there is nothing of that name, and nothing has happened, so that it can be left out of a script. */
  async run(step: Step, mood: Mood = 'as-people-do'): Promise<boolean> {
    const did = await this.happen(step, mood)
    if (did) this.house.pass(1)
    return did
  }

  private async happen(step: Step, mood: Mood): Promise<boolean> {
    const { house } = this
    house.requests.begin(step.with)
    const [name = '', what = ''] = cut(step.of)
    const service = house.services.find((each) => each.name === name)
    const random = new Random(step.with)
    const commitFault = step.fault === 'poison' || step.fault === 'does-and-is-silent' || step.fault === 'is-silent' ? undefined : step.fault
    switch (step.do) {
      case 'act':
        return this.act(step, mood, random, commitFault)
      case 'time':
        return this.passTime(step.of, random)
      case 'ask-again':
        return this.askAgain(what)
      case 'ask-twice': {
        const place = house.requests.answered.findIndex(({ label }) => label === what)
        if (place < 0) return false
        await house.requests.repeat(place)
        return true
      }
      default:
        return service ? this.runAt(service, what, step, random, commitFault) : false
    }
  }

  private async runAt(service: Service, what: string, step: Step, random: Random, fault: CommitFault | undefined): Promise<boolean> {
    const { house } = this
    const group = house.groupOf(service)
    switch (step.do) {
      case 'deliver': {
        const queue = group.ready.find(({ label }) => label === what)
        if (!queue) return false
        await house.deliver(service, queue, random.oneIn(4) ? 1 + random.below(6) : 1, step.fault === 'poison' ? 'poison' : fault)
        return true
      }
      case 'relay':
        if (service.unsent === 0) return false
        house.relay(service, 1 + random.below(8))
        return true
      case 'move-cursor':
        service.cursor = service.process.sent
        return true
      case 'commit-offsets':
        group.commit()
        return true
      case 'fire': {
        const due = this.dueOf(service).filter((each) => timerLabel(each) === what)
        const [first] = due
        if (!first) return false
        const others = random.oneIn(3) ? this.dueOf(service).filter(({ kind, subject }) => kind === first.kind && subject !== first.subject) : []
        await house.fire(service, first.kind, [first, ...others.slice(0, random.below(4))].map(({ subject }) => subject), fault)
        return true
      }
      case 'answer': {
        const place = service.outside.open.findIndex(({ label }) => label === what)
        if (place < 0) return false
        const how = step.fault === 'does-and-is-silent' || step.fault === 'is-silent' ? step.fault : 'answers'
        await house.answer(service, place, how, fault)
        return true
      }
      case 'retry-parked': {
        const name = [...service.parked.keys()].find((each) => parkedLabel(each) === what)
        if (name === undefined) return false
        await house.retryParked(service, name)
        return true
      }
      case 'crash':
        service.crash()
        return true
      case 'rewind':
        group.rewind()
        return true
      case 'replay': {
        const queue = group.all().find(({ label }) => label === what)
        if (queue) group.replay(queue)
        return queue !== undefined
      }
      case 'resend':
        service.process.sent = service.cursor
        return true
      case 'stall':
        // another replica takes the lease; this one goes on all the same
        service.process.inHand.clear()
        return true
      default:
        return false
    }
  }

  private async act(step: Step, mood: Mood, random: Random, fault: CommitFault | undefined): Promise<boolean> {
    const actor = this.people.actors.find(({ name }) => name === step.of)
    if (!actor) return false
    for (const service of this.house.services) service.nextCommit = fault
    const did = await actor.act(this.house, random, mood)
    for (const service of this.house.services) service.nextCommit = undefined
    return did
  }

  private passTime(how: string, random: Random): boolean {
    const { house } = this
    if (how !== 'to the next timer') {
      house.pass(1 + random.below(this.swarm.patience))
      return true
    }
    const next = Math.min(...house.services.map(({ timers }) => timers.nextAt() ?? Infinity))
    if (next === Infinity) return false
    house.pass(Math.max(0, next - house.clock.now.getTime()))
    return true
  }

  private async askAgain(what: string): Promise<boolean> {
    const { requests } = this.house
    const place = requests.unanswered.findIndex(({ label }) => label === what)
    if (place < 0) return false
    await requests.again(place)
    return true
  }

  private dueOf(service: Service): readonly { readonly kind: string; readonly subject: string }[] {
    return service.timers.due(this.house.clock.now.getTime())
  }

  private faultOf(kind: StepKind, of: string, random: Random): Step['fault'] {
    if (!MAY_FAIL.has(kind)) return undefined
    const { swarm } = this
    if (kind === 'answer' && random.below(100) < swarm.silence) return random.oneIn(2) ? 'does-and-is-silent' : 'is-silent'
    if (kind === 'deliver' && random.below(1_000) < swarm.poison) return 'poison'
    if (kind === 'act' && of === 'channel') return undefined
    return random.below(100) < swarm.commitsFailing && swarm.commitFaults.length > 0 ? swarm.commitFaults[random.below(swarm.commitFaults.length)] : undefined
  }

  private optionsOf(service: Service, place: number): Option[] {
    const { house, swarm } = this
    const group = house.groupOf(service)
    const [reads = 1, sends = 1] = swarm.eagerness.slice(2 * place)
    const at = (what: string): string => `${service.name}:${what}`
    const itself = (): string => at('itself')
    return [
      { kind: 'deliver', weight: () => (group.ready.length > 0 ? 10 * reads + Math.min(group.ready.length, 30) : 0), choose: (random) => named(group.ready[random.below(group.ready.length)], ({ label }) => at(label)) },
      { kind: 'relay', weight: () => (service.unsent > 0 ? 8 * sends : 0), choose: itself },
      { kind: 'move-cursor', weight: () => (service.cursor < service.process.sent ? 8 : 0), choose: itself },
      { kind: 'commit-offsets', weight: () => 2, choose: itself },
      { kind: 'fire', weight: () => (this.dueOf(service).length > 0 ? 40 : 0), choose: (random) => named(this.dueOf(service)[random.below(this.dueOf(service).length)], (timer) => at(timerLabel(timer))) },
      { kind: 'answer', weight: () => (service.outside.open.length > 0 ? 40 : 0), choose: (random) => named(service.outside.open[random.below(service.outside.open.length)], ({ label }) => at(label)) },
      { kind: 'retry-parked', weight: () => (service.parked.size > 0 ? 4 : 0), choose: (random) => named([...service.parked.keys()][random.below(service.parked.size)], (name) => at(parkedLabel(name))) },
      { kind: 'crash', weight: () => swarm.crash, choose: itself },
      { kind: 'rewind', weight: () => swarm.rewind, choose: itself },
      { kind: 'replay', weight: () => swarm.replay, choose: (random) => named(group.all()[random.below(group.all().length)], ({ label }) => at(label)) },
      { kind: 'resend', weight: () => swarm.resend, choose: itself },
      { kind: 'stall', weight: () => (service.process.inHand.size > 0 ? swarm.stall : 0), choose: itself },
    ]
  }

  private otherOptions(): Option[] {
    const { house, swarm } = this
    const { requests } = house
    return [
      ...this.people.actors.map(({ name, weight }): Option => ({ kind: 'act', weight: () => 4 * weight, choose: () => name })),
      { kind: 'time', weight: () => 20, choose: (random) => (random.oneIn(2) ? 'a while' : 'to the next timer') },
      { kind: 'ask-again', weight: () => (requests.unanswered.length > 0 ? 30 : 0), choose: (random) => named(requests.unanswered[random.below(requests.unanswered.length)], ({ label }) => `request:${label}`) },
      { kind: 'ask-twice', weight: () => (requests.answered.length > 0 ? swarm.repeat : 0), choose: (random) => named(requests.answered[random.below(requests.answered.length)], ({ label }) => `request:${label}`) },
    ]
  }
}

/** The next of what is ready, without faults. */
export const stepsOf = {
  askAgain: ({ requests }: House) => named(requests.unanswered[0], ({ label }): Plain => ({ do: 'ask-again', of: `request:${label}` })),
  relay: ({ name, unsent }: Service): Plain | undefined => (unsent > 0 ? { do: 'relay', of: `${name}:itself` } : undefined),
  deliver: (house: House, service: Service) => named(house.groupOf(service).ready[0], ({ label }): Plain => ({ do: 'deliver', of: `${service.name}:${label}` })),
  answer: ({ name, outside }: Service) => named(outside.open[0], ({ label }): Plain => ({ do: 'answer', of: `${name}:${label}` })),
  retries: ({ name, parked }: Service): Plain[] => [...parked.keys()].map((key) => ({ do: 'retry-parked', of: `${name}:${parkedLabel(key)}` })),
  fires: ({ clock }: House, { name, timers }: Service): Plain[] => timers.due(clock.now.getTime()).map((timer) => ({ do: 'fire', of: `${name}:${timerLabel(timer)}` })),
}

type Plain = Omit<Step, 'with'>

const named = <T, R>(one: T | undefined, name: (one: T) => R): R | undefined => (one === undefined ? undefined : name(one))

const cut = (of: string): readonly string[] => {
  const at = of.indexOf(':')
  return at < 0 ? [of] : [of.slice(0, at), of.slice(at + 1)]
}

function parkedLabel(name: string): string {
  const [topic = '', key = ''] = name.split('\n')
  return labelOf({ topic, key })
}
