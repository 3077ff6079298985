import type { Messaging } from '@waybill/messaging'
import type { Pool } from 'pg'
import type { EventLoopDelay } from './event-loop-delay.js'

/** Whether this process should get work, and why not. */
export interface Readiness {
  readonly ready: boolean
  readonly reason: string | null
}

const DATABASE_ANSWERS_WITHIN_MS = 2_000
const EVENT_LOOP_DELAY_MAX_MS = 1_000

/** Tells whether this process should get work: not while it stops, while its database is silent, or while its consumer hangs. An unreachable broker changes nothing. */
export class Health {
  private isStopping = false

  constructor(
    private readonly pool: Pool,
    private readonly messaging: Messaging,
    private readonly delay: EventLoopDelay,
  ) {}

  /** From now on not ready: first step of a stop. */
  stopping(): void {
    this.isStopping = true
  }

  async readiness(): Promise<Readiness> {
    const no = (reason: string): Readiness => ({ ready: false, reason })
    if (this.isStopping) return no('stopping')
    if (this.delay.p99Ms > EVENT_LOOP_DELAY_MAX_MS) return no('the event loop is late')
    const messaging = this.messaging.health()
    if (!messaging.ready) return no(messaging.reason ?? 'messaging is not ready')
    return (await this.databaseAnswers()) ? { ready: true, reason: null } : no('the database does not answer')
  }

  private async databaseAnswers(): Promise<boolean> {
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), DATABASE_ANSWERS_WITHIN_MS).unref())
    const answer = this.pool.query('select 1').then(
      () => true,
      () => false,
    )
    return Promise.race([answer, late])
  }
}
