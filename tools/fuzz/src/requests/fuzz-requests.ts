import { setTimeout as wait } from 'node:timers/promises'
import { OrderSubmitted } from '@waybill/contracts'
import { Random } from '@waybill/simulator'
import fc from 'fast-check'
import { commandOf } from './curl.js'
import { type Fault, faultOf, isTurnedAway } from './judge.js'
import { type Keys, type Plan, plansFor, takenBy, wireOf } from './plan.js'
import type { Pool } from './pool.js'
import type { Route } from './routes.js'
import { Tally } from './tally.js'
import { type Sent, send, type WireRequest } from './wire.js'

/** Requests to one route between two looks at what was learnt. */
const RUN = 15
const SHRINK_MS = 20_000
const HARVESTED_BYTES_MAX = 200_000
const TRIES_MAX = 10

/** Something wrong that a request brought to light, told by the smallest such request. */
export interface Finding {
  readonly route: string
  readonly fault: Fault
  readonly command: string
  /** Gives the same requests to this route, in another installation with the same history. */
  readonly seed: number
  times: number
}

export interface RequestFuzzOptions {
  readonly routes: readonly Route[]
  readonly pool: Pool
  readonly keys: Keys
  readonly seed: number
  readonly requests: number
  /** Requests under way at once. Higher, and services rightly turn some away. */
  readonly atOnce: number
  readonly signal: AbortSignal
}

/** Sends requests to all routes in turn, learns from answers, and keeps what is wrong. */
export class RequestFuzz {
  readonly tally = new Tally()
  readonly findings = new Map<string, Finding>()
  private readonly random: Random

  constructor(private readonly options: RequestFuzzOptions) {
    this.random = new Random(options.seed)
  }

  get sent(): number {
    return this.tally.sum('requests')
  }

  /** What channels send is what the order's own route takes. Asks every list once, and each for the parameters that it knows. */
  async learn(): Promise<void> {
    const { example } = OrderSubmitted
    for (const route of this.options.routes.filter(({ service, method }) => service === 'order' && method === 'POST')) {
      if (route.path === '/v1/orders') this.options.pool.add(takenBy(route), example)
      if (route.path === '/v1/orders/bulk') this.options.pool.add(takenBy(route), { orders: [example] })
    }
    for (const route of this.options.routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
      for (const query of [[], [['fuzz', '1']]] as const) await this.ask(route, { as: 'admin', ids: [], query, key: undefined, content: undefined, edits: [], bytes: undefined, headers: [], framing: undefined })
    }
  }

  /** Resolves when all are sent, or the time is over. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.options.atOnce }, () => this.work()))
  }

  private async work(): Promise<void> {
    while (this.sent < this.options.requests && !this.options.signal.aborted) await this.tryRoute(this.pickRoute(), this.random.between(0, 2 ** 30))
  }

  private pickRoute(): Route {
    const { routes } = this.options
    let left = this.random.next() * routes.reduce((sum, { weight }) => sum + weight, 0)
    return routes.find(({ weight }) => (left -= weight) < 0) ?? (routes[0] as Route)
  }

  /** A run against one route. A fault that is new is looked for in ever simpler requests. */
  private async tryRoute(route: Route, seed: number): Promise<void> {
    let hunted: { readonly kind: string; fault: Fault; wire: WireRequest } | undefined
    const property = fc.asyncProperty(plansFor(route, this.options.pool), async (plan) => {
      if (this.options.signal.aborted) return
      const { wire, fault } = await this.ask(route, plan)
      if (fault === undefined) return
      const known = this.findings.get(`${nameOf(route)} ${fault.kind}`)
      if (known !== undefined) known.times += 1
      else if (hunted === undefined || hunted.kind === fault.kind) {
        hunted = { kind: fault.kind, fault, wire }
        throw new Error(fault.kind)
      }
    })
    await fc.check(property, { numRuns: RUN, seed, interruptAfterTimeLimit: SHRINK_MS, markInterruptAsFailure: false })
    if (hunted === undefined) return
    const { fault, wire } = hunted as { fault: Fault; wire: WireRequest }
    this.findings.set(`${nameOf(route)} ${fault.kind}`, { route: nameOf(route), fault, command: commandOf(wire), seed, times: 1 })
  }

  private async ask(route: Route, plan: Plan): Promise<{ wire: WireRequest; fault: Fault | undefined }> {
    const wire = wireOf(route, plan, this.options.keys)
    let sent = await send(wire)
    this.tally.count(route, sent)
    // who is told to come back later does; what a request is worth shows only where it is taken
    for (let tries = 0; tries < TRIES_MAX && isTurnedAway(sent) && !this.options.signal.aborted; tries++) {
      await wait(1_000 * retryAfter(sent))
      sent = await send(wire)
      this.tally.count(route, sent)
    }
    this.harvest(route, sent)
    if ('answer' in sent && sent.answer.status < 300 && plan.content !== undefined && 'json' in plan.content && plan.edits.length === 0 && plan.bytes === undefined) this.options.pool.add(takenBy(route), plan.content.json)
    return { wire, fault: faultOf(route, wire, sent) }
  }

  private harvest(route: Route, sent: Sent): void {
    if (!('answer' in sent) || sent.answer.body.length > HARVESTED_BYTES_MAX) return
    const { status, headers, body } = sent.answer
    const type = headers['content-type'] ?? ''
    if (!type.includes('json')) return
    const { pool } = this.options
    const answer = objectIn(body.toString())
    if (answer === undefined) return
    if (status === 400 && typeof answer['detail'] === 'string') for (const name of /^Known parameters: (.*)$/.exec(answer['detail'])?.[1]?.split(', ') ?? []) pool.add(`parameters ${route.service} ${route.path}`, name)
    if (status >= 300) return
    if (typeof answer['next'] === 'string') pool.add(`next ${route.service} ${route.path}`, answer['next'])
    pool.harvest(route.family, answer)
  }
}

const retryAfter = (sent: Sent): number => ('answer' in sent ? Math.min(10, Number(sent.answer.headers['retry-after'] ?? 1)) : 1)

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>
  } catch {
    // the judge has its say about that
    return undefined
  }
}

const nameOf = ({ service, method, path }: Route): string => `${service} ${method} ${path}`
