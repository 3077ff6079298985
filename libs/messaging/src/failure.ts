const transientClasses = ['08', '53', '57P', '58']
const transientStates = new Set(['40001', '40P01', '55P03', '25006', '25P03', '25P04'])
/** The server cancelled a statement: load, or a statement that always takes too long. */
const CANCELLED = '57014'
const networkCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
const brokenConnection = /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Cannot use a pool after calling end/
const CANCELLED_TRIES = 5

interface MaybeFailure {
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly driverError?: unknown
  readonly transient?: unknown
}

/**
 * Is it the surroundings and not the message? Connection lost, 40001, 40P01, 57P0x, no resources, read-only after a failover:
 * the same work will succeed later, so it is retried for ever. Looks through wrappers (`cause`, TypeORM's `driverError`).
 * A cancelled statement counts as transient five times.
 */
export function isTransient(error: unknown, tries = 0): boolean {
  for (let current = error as MaybeFailure | undefined, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth++) {
    if (current.transient === true) return true
    const code = typeof current.code === 'string' ? current.code : ''
    if (code === CANCELLED) return tries < CANCELLED_TRIES
    if (code.length === 5 && (transientStates.has(code) || transientClasses.some((start) => code.startsWith(start)))) return true
    if (networkCodes.has(code)) return true
    if (typeof current.message === 'string' && brokenConnection.test(current.message)) return true
    current = (current.driverError ?? current.cause) as MaybeFailure | undefined
  }
  return false
}

/** A stable word for operators to select by: SQLSTATE, or the error's name. */
export function codeOf(error: unknown): string {
  for (let current = error as MaybeFailure | undefined, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth++) {
    if (typeof current.code === 'string' && current.code !== '') return current.code
    current = (current.driverError ?? current.cause) as MaybeFailure | undefined
  }
  return error instanceof Error ? error.name : 'unknown'
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const WINDOW_MS = 30_000
/** One or two bad messages on a quiet day are no outage. */
const FAILURES_MIN = 10
/** So many without one success between them are an outage too, however much went well in the 30 s before. */
const FAILURES_IN_A_ROW = 20

/**
 * Tells a bad message from a bad day: more than half of what was handled within 30 s failed, so it is us.
 * Stays tripped until something succeeds.
 */
export class Breaker {
  private outcomes: { readonly at: number; readonly failed: boolean; readonly count: number }[] = []
  private latched = false
  private inARow = 0

  get tripped(): boolean {
    return this.latched
  }

  succeeded(count: number, now = Date.now()): void {
    if (this.latched) this.outcomes = []
    this.latched = false
    this.inARow = 0
    this.add(count, false, now)
  }

  failed(now = Date.now()): void {
    this.add(1, true, now)
    this.inARow++
    let failures = 0
    let all = 0
    for (const { failed, count } of this.outcomes) {
      all += count
      if (failed) failures += count
    }
    if ((failures >= FAILURES_MIN && failures > all / 2) || this.inARow >= FAILURES_IN_A_ROW) this.latched = true
  }

  private add(count: number, failed: boolean, now: number): void {
    this.outcomes = this.outcomes.filter(({ at }) => at > now - WINDOW_MS)
    const last = this.outcomes.at(-1)
    // A second's outcomes are one entry, so that a busy consumer keeps thirty of them and not thirty thousand.
    if (last && last.failed === failed && now - last.at < 1_000) this.outcomes[this.outcomes.length - 1] = { at: last.at, failed, count: last.count + count }
    else this.outcomes.push({ at: now, failed, count })
  }
}
