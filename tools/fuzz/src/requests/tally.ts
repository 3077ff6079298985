import type { Route } from './routes.js'
import { isTurnedAway } from './judge.js'
import type { Sent } from './wire.js'

/** What came of the requests to one route. */
export interface Counts {
  requests: number
  answered2xx: number
  answered4xx: number
  answered5xx: number
  /** 503 with Retry-After: the service was busy. */
  turnedAway: number
  /** No HTTP, or cut by us, and left without an answer. */
  unanswered: number
  slowestMs: number
}

/** Counts by route. */
export class Tally {
  readonly byRoute = new Map<Route, Counts>()

  count(route: Route, sent: Sent): void {
    const counts = this.byRoute.get(route) ?? { requests: 0, answered2xx: 0, answered4xx: 0, answered5xx: 0, turnedAway: 0, unanswered: 0, slowestMs: 0 }
    this.byRoute.set(route, counts)
    counts.requests += 1
    counts.slowestMs = Math.max(counts.slowestMs, sent.ms)
    if ('silence' in sent) counts.unanswered += 1
    else if (isTurnedAway(sent)) counts.turnedAway += 1
    else if (sent.answer.status >= 500) counts.answered5xx += 1
    else if (sent.answer.status >= 400) counts.answered4xx += 1
    else counts.answered2xx += 1
  }

  sum(what: keyof Counts): number {
    return [...this.byRoute.values()].reduce((sum, counts) => sum + counts[what], 0)
  }

  /** A table of all routes, service by service. */
  lines(): readonly string[] {
    const row = (cells: readonly (string | number)[]): string => cells.map((cell, at) => (at === 0 ? String(cell).padEnd(70) : String(cell).padStart(9))).join(' ')
    const head = row(['service, route', 'requests', '2xx', '4xx', '5xx', 'busy', 'no answer', 'slowest'])
    const rows = [...this.byRoute].map(([{ service, method, path }, counts]) => row([`${service} ${method} ${path}`, counts.requests, counts.answered2xx, counts.answered4xx, counts.answered5xx, counts.turnedAway, counts.unanswered, `${Math.round(counts.slowestMs)} ms`]))
    return [head, ...rows.toSorted(), row(['all', this.sum('requests'), this.sum('answered2xx'), this.sum('answered4xx'), this.sum('answered5xx'), this.sum('turnedAway'), this.sum('unanswered'), ''])]
  }
}
