import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import type { Assembled } from './assemble.js'
import type { Plumbing } from './plumbing.js'

/** All steps together; then what is still open is cut. Source: reliability.md section 6. */
const STOP_WITHIN_MS = 25_000
/** How long requests in flight may take to end. */
const DRAIN_WITHIN_MS = 15_000
const TIMERS_WITHIN_MS = 5_000

/**
 * Stops a service in our order, not in Nest's, which closes pools while consumers still work (hazard H9): readiness off,
 * consumers finish their round and leave, HTTP drains, timers end, the journal is sent, Nest's hooks run, pools close.
 */
export class Stopping {
  private stopped: Promise<void> | undefined

  constructor(
    private readonly assembled: Assembled | undefined,
    private readonly plumbing: Plumbing,
  ) {}

  stop(): Promise<void> {
    this.stopped ??= this.steps()
    return this.stopped
  }

  private async steps(): Promise<void> {
    const { plumbing, assembled } = this
    const endsAt = Date.now() + STOP_WITHIN_MS
    const step = async (name: string, mostMs: number, work: () => Promise<unknown>) => {
      const ms = Math.max(100, Math.min(mostMs, endsAt - Date.now()))
      try {
        await within(ms, work())
      } catch (error) {
        plumbing.log.error('a step of the stop failed', { step: name, error })
      }
    }
    plumbing.health.stopping()
    await step('consumers', STOP_WITHIN_MS, () => plumbing.messaging.stopConsuming())
    if (assembled) {
      await step('http', DRAIN_WITHIN_MS, () => drain(assembled.app))
      assembled.app.getHttpServer().closeAllConnections()
      await step('timers', TIMERS_WITHIN_MS + 1_000, () => assembled.timers.stop(TIMERS_WITHIN_MS))
    }
    plumbing.housekeeping.stop()
    plumbing.sweeper.stop()
    await step('journal', STOP_WITHIN_MS, () => plumbing.messaging.stop())
    if (assembled) await step('module', STOP_WITHIN_MS, () => assembled.app.close())
    await step('connections', 2_000, () => plumbing.pool.end())
    plumbing.delay.stop()
    plumbing.log.info('service stopped')
  }
}

/** Lets requests in flight end. A connection kept alive by its client would keep us waiting: it is closed once it is idle. */
async function drain(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer()
  const closing = setInterval(() => server.closeIdleConnections(), 50)
  try {
    await app.getHttpAdapter().getInstance().close()
  } finally {
    clearInterval(closing)
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
