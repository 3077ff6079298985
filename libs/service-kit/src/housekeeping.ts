import type { Pool } from 'pg'
import { ANSWERS_KEPT_DAYS } from './idempotency.js'
import type { Log } from './logging.js'

const EVERY_MS = 600_000
/** Small steps, so that no statement runs long and no lock is held for many. */
const ROWS_AT_ONCE = 2_000

/** Deletes answers nobody may ask for again, a little at a time. Replicas may do it side by side. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly pool: Pool,
    private readonly log: Log,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.once(), EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  /** Returns how many answers were deleted. */
  async once(): Promise<number> {
    let deleted = 0
    try {
      for (;;) {
        const { rowCount } = await this.pool.query({
          name: 'kit.requests.purge',
          text: `delete from kit.requests where ctid = any (array(
                   select ctid from kit.requests where created_at < clock_timestamp() - make_interval(days => ${ANSWERS_KEPT_DAYS})
                   limit ${ROWS_AT_ONCE} for update skip locked))`,
        })
        deleted += rowCount ?? 0
        if ((rowCount ?? 0) < ROWS_AT_ONCE) return deleted
      }
    } catch (error) {
      this.log.warn('old answers were not deleted, trying later', { error })
      return deleted
    }
  }
}
