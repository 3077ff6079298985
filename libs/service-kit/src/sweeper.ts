import type { RequestCause } from '@waybill/kernel'
import type { Pool } from 'pg'
import { Gauge } from 'prom-client'
import type { Log } from './logging.js'
import type { PrometheusMetrics } from './metrics.js'
import type { UnitOfWork } from './unit-of-work.js'
import { unwatchedSql, type Unwatched, type Waits } from './waits.js'

const EVERY_MS = 300_000
const LOOK_WITHIN_MS = 4 * 3_600_000
const HOUR_MS = 3_600_000
const TASK = 'nothing-moves-it'

/** Proves every few minutes that whatever waits has a timer or a task. What has neither is a defect of ours: told at once, and given to a person. */
export class Sweeper {
  private timer: NodeJS.Timeout | undefined
  private readonly unwatched: Gauge<'what'>

  constructor(
    private readonly waits: readonly Waits[],
    private readonly parts: { readonly service: string; readonly pool: Pool; readonly unitOfWork: UnitOfWork; readonly metrics: PrometheusMetrics; readonly log: Log },
  ) {
    this.unwatched = new Gauge({ name: 'waybill_unwatched', help: 'What waits without a timer and without a task', labelNames: ['what'], registers: [parts.metrics.registry] })
  }

  start(): void {
    if (this.waits.length > 0) this.timer = setInterval(() => void this.sweep(), EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** One look. Returns what was found, and given to a person. */
  async sweep(): Promise<readonly (Unwatched & { readonly what: string })[]> {
    try {
      const found = (await Promise.all(this.waits.map((waits) => this.find(waits)))).flat()
      for (const one of found) this.tell(one)
      if (found.length > 0) await this.hand(found)
      return found
    } catch (error) {
      this.parts.log.warn('what waits could not be looked at, trying later', { error })
      return []
    }
  }

  private async find(waits: Waits): Promise<(Unwatched & { readonly what: string })[]> {
    const look = unwatchedSql(waits)
    if (look === null) return []
    const { rows } = await this.parts.pool.query<Unwatched>(look)
    this.unwatched.set({ what: waits.what }, rows.length)
    return rows.map((row) => ({ ...row, what: waits.what }))
  }

  private tell({ what, subject, status, order_id, since }: Unwatched & { readonly what: string }): void {
    this.parts.metrics.alarm(TASK)
    this.parts.log.error('something waits, and nothing will move it', { alarm: TASK, what, subject, status, order: order_id, since })
  }

  private async hand(found: readonly (Unwatched & { readonly what: string })[]): Promise<void> {
    const hour = Math.floor(Date.now() / HOUR_MS)
    const inputs = found.map((one) => ({ ...one, cause: causeOf(this.parts.service, `${one.what} ${one.subject} ${hour}`, one.order_id) }))
    await this.parts.unitOfWork.change(inputs, async (tx, fresh) => {
      for (const { what, subject, status, since, order_id, cause } of fresh)
        tx.openTask({
          kind: TASK,
          subject,
          why: `the ${what} is ${status} since ${since.toISOString()}, with no timer and no task: nothing would move it`,
          owner: 'operator',
          dueAt: new Date(tx.now.getTime() + LOOK_WITHIN_MS),
          ...(order_id === null ? {} : { order: order_id }),
          cause,
        })
    })
  }
}

/** Once an hour for the same thing, whichever replica looks: a person may have closed the task and moved nothing. */
const causeOf = (service: string, key: string, order: string | null): RequestCause => ({
  kind: 'request',
  client: 'system:sweeper',
  key,
  route: `sweep ${service}`,
  bodyHash: '',
  actor: 'system:sweeper',
  correlationId: order,
  traceparent: null,
})
