import { Controller, Get, Inject } from '@nestjs/common'
import type { Messaging, MessagingHealth } from '@waybill/messaging'
import { Metrics } from '../metrics.js'
import { Roles } from '../route.decorators.js'
import { MESSAGING } from '../tokens.js'
import { UnitOfWork } from '../unit-of-work.js'

/** What is under way in a service, for tools that wait until nothing is. */
export interface Statistics {
  readonly messaging: MessagingHealth
  /** Journal rows not yet on their topics. */
  readonly journalBacklog: number
  /** Records on the topics not yet read. */
  readonly consumerLag: number
  readonly parkedKeys: number
  readonly parkedMessages: number
  readonly quarantined: number
  readonly openTasks: number
  /** By kind: how many are set, how many of them are due, when the next one is. */
  readonly timers: readonly { readonly kind: string; readonly set: number; readonly due: number; readonly failing: number; readonly nextAt: Date }[]
}

@Roles('operator', 'agent')
@Controller('ops/stats')
export class StatisticsController {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly metrics: Metrics,
    @Inject(MESSAGING) private readonly messaging: Messaging,
  ) {}

  /** What is under way in this service. */
  @Get()
  async now(): Promise<Statistics> {
    const [timers, [tasks], backlog, lag, parkedKeys, parked, quarantined] = await Promise.all([
      this.uow.query<Statistics['timers'][number]>(
        'kit.stats.timers',
        `select kind, count(*)::int as "set", (count(*) filter (where due_at <= clock_timestamp()))::int as due,
           (count(*) filter (where last_error is not null))::int as failing, min(due_at) as "nextAt" from kit.timers group by kind order by kind`,
      ),
      this.uow.query<{ open: number }>('kit.stats.tasks', 'select count(*)::int as open from kit.tasks where closed_at is null'),
      this.sumOf('waybill_journal_backlog'),
      this.sumOf('waybill_consumer_lag'),
      this.sumOf('waybill_parked_keys'),
      this.sumOf('waybill_parked'),
      this.sumOf('waybill_quarantined'),
    ])
    return {
      messaging: this.messaging.health(),
      journalBacklog: backlog,
      consumerLag: lag,
      parkedKeys,
      parkedMessages: parked,
      quarantined,
      openTasks: tasks?.open ?? 0,
      timers,
    }
  }

  private async sumOf(metric: string): Promise<number> {
    const values = (await this.metrics.registry.getSingleMetric(metric)?.get())?.values ?? []
    return values.reduce((sum, { value }) => sum + value, 0)
  }
}
