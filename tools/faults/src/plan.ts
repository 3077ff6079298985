import type { ServiceName } from '@waybill/contracts'
import { Random } from '@waybill/simulator'

/** Every fault that a run knows: its number in reliability.md section 5, what it needs, how often it is chosen. */
interface KindOfFault {
  readonly id: string
  readonly what: string
  /** Whose fault it is: that of one service, of a server that all share, or of nobody here. */
  readonly hits: 'service' | 'broker' | 'database' | 'outside'
  /** Ends a process by kill -9. */
  readonly isKill: boolean
  /** How often it is chosen among those of its sort. */
  readonly weight: number
  /** How long it lasts, where it lasts. Unit: ms. */
  readonly lastsMs: readonly [number, number]
  /** Only in runs of at least so long, because it takes so much of it. Unit: ms. */
  readonly onlyAboveMs?: number
}

const kind = (id: string, what: string, hits: KindOfFault['hits'], weight: number, lastsMs: readonly [number, number], more: Partial<KindOfFault> = {}): KindOfFault => ({ id, what, hits, weight, lastsMs, isKill: false, ...more })

export const kinds = {
  kill: kind('F1', 'kill -9', 'service', 12, [0, 0], { isKill: true }),
  killAtPoint: kind('F2', 'kill -9 at a named point', 'service', 6, [0, 0], { isKill: true }),
  restart: kind('F3', 'SIGTERM and start again', 'service', 4, [0, 0]),
  freeze: kind('F4', 'SIGSTOP, then SIGCONT', 'service', 3, [5_000, 20_000]),
  freezeLong: kind('F4', 'SIGSTOP for longer than any lease, then SIGCONT', 'service', 1, [30_000, 90_000], { onlyAboveMs: 300_000 }),
  brokerKill: kind('F5', 'the broker: kill -9, start again', 'broker', 1, [1_000, 5_000], { isKill: true }),
  brokerDown: kind('F6', 'the broker: kill -9, away for long', 'broker', 0.2, [30_000, 60_000], { isKill: true, onlyAboveMs: 600_000 }),
  databaseStop: kind('F7', 'PostgreSQL: immediate stop, start again', 'database', 1, [0, 2_000]),
  databaseKill: kind('F7', 'PostgreSQL: kill -9 of the postmaster, start again', 'database', 1, [0, 2_000], { isKill: true }),
  backends: kind('F7', 'pg_terminate_backend of all of a service', 'outside', 4, [0, 0]),
  commitReply: kind('F9', 'the connection ends before or after a COMMIT is done, unanswered', 'outside', 8, [0, 0]),
  blackHole: kind('F10', 'black hole in one direction', 'outside', 3, [1_000, 20_000]),
  latency: kind('F11', 'latency, or 8 kB a second', 'outside', 3, [3_000, 15_000]),
  cutAll: kind('F12', 'all connections reset', 'outside', 4, [0, 0]),
  produceReply: kind('F13', 'a Produce reply is lost', 'outside', 4, [0, 0]),
  offsetReply: kind('F13', 'an OffsetCommit reply is lost', 'outside', 2, [0, 0]),
  fetchReply: kind('F13', 'a Fetch reply is lost', 'outside', 2, [0, 0]),
  thirdMember: kind('F14', 'one more of a service joins and leaves', 'outside', 2, [3_000, 10_000]),
  copies: kind('F17', '1 to 100 copies of records', 'outside', 4, [0, 0]),
  replay: kind('F17', 'a whole topic once more', 'outside', 1, [0, 0]),
  replayShuffled: kind('F18', 'a topic once more, keys interleaved anew', 'outside', 1, [0, 0]),
  corrupt: kind('F19', 'records that nobody can read', 'outside', 4, [0, 0]),
  provider: kind('F27', 'the payment provider misbehaves', 'outside', 3, [2_000, 10_000]),
  carrier: kind('F27', 'the carriers misbehave', 'outside', 3, [2_000, 10_000]),
  poison: kind('F28', 'orders that one service cannot handle', 'outside', 2, [3_000, 12_000]),
} as const satisfies Record<string, KindOfFault>

export type FaultName = keyof typeof kinds

/** One fault of a plan. */
export interface PlannedFault {
  /** From the beginning of the run. Unit: ms. */
  readonly atMs: number
  readonly name: FaultName
  /** The service whose process, connections or tables it is about; the others' business is everybody's. */
  readonly service: ServiceName
  readonly forMs: number
  /** For the choices within the fault. */
  readonly seed: number
}

export interface PlanOptions {
  readonly seed: number
  /** How long faults come. Unit: ms. */
  readonly durationMs: number
  readonly kills: number
  readonly others: number
  readonly services: readonly ServiceName[]
}

/** A service is left alone for so long after each fault that ends or stops its process. Source: the issue. */
export const APART_MS = 15_000
/** The broker and the database get so long to be of use again. */
const SERVER_APART_MS = 30_000
/** A service that is to die at a point is given so long to get there; later, another fault may end it first. */
const POINT_WITHIN_MS = 15_000
/** Choices of a time for one fault before it is dropped: then there is no room left. */
const TRIES = 200
/** So many dropped, and the plan is full. */
const REFUSALS = 20

/**
 * The faults of a run, by time: each kind once where the time allows, the rest by weight. The same seed and options give the same plan.
 * A plan may hold fewer kills than asked for: processes of one service are ended at least 15 s apart.
 */
export function planFaults({ seed, durationMs, kills, others, services }: PlanOptions): readonly PlannedFault[] {
  const random = new Random(seed)
  const calendar = new Calendar(durationMs)
  const names = (Object.keys(kinds) as FaultName[]).filter((name) => durationMs >= ((kinds[name] as KindOfFault).onlyAboveMs ?? 0))
  const planned: PlannedFault[] = []
  const add = (name: FaultName): boolean => {
    const { hits, lastsMs } = kinds[name]
    // a fault is over when the run of faults is
    const forMs = Math.min(random.between(lastsMs[0], lastsMs[1]), Math.floor(durationMs / 4))
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const service = random.pick(services)
      const atMs = random.between(0, Math.max(0, durationMs - forMs))
      const whose = hits === 'service' ? service : hits === 'outside' ? undefined : hits
      if (whose !== undefined && !calendar.book(whose, atMs, forMs + (name === 'killAtPoint' ? POINT_WITHIN_MS : 0), hits === 'service' ? APART_MS : SERVER_APART_MS)) continue
      planned.push({ atMs, name, service, forMs, seed: random.between(0, 2 ** 31) })
      return true
    }
    return false
  }
  for (const name of names) add(name)
  const fill = (sort: readonly FaultName[], wanted: number): void => {
    let missing = wanted - planned.filter(({ name }) => sort.includes(name)).length
    for (let refused = 0; missing > 0 && refused < REFUSALS; ) {
      if (add(byWeight(sort, random))) missing -= 1
      else refused += 1
    }
  }
  fill(names.filter((name) => kinds[name].isKill), kills)
  fill(names.filter((name) => !kinds[name].isKill), others)
  return planned.toSorted((a, b) => a.atMs - b.atMs)
}

function byWeight(names: readonly FaultName[], random: Random): FaultName {
  const sum = names.reduce((total, name) => total + kinds[name].weight, 0)
  let left = random.next() * sum
  return names.find((name) => (left -= kinds[name].weight) < 0) ?? (names.at(-1) as FaultName)
}

/** When who is busy with a fault, rest included. */
class Calendar {
  private readonly booked = new Map<string, { from: number; to: number }[]>()

  constructor(private readonly durationMs: number) {}

  book(whose: string, atMs: number, forMs: number, apartMs: number): boolean {
    if (atMs + forMs > this.durationMs) return false
    const times = this.booked.get(whose) ?? []
    const [from, to] = [atMs, atMs + forMs + apartMs]
    if (times.some((other) => from < other.to && other.from < to)) return false
    this.booked.set(whose, [...times, { from, to }])
    return true
  }
}
