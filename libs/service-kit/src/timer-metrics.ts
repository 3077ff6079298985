import type { PrometheusMetrics } from './metrics.js'
import type { UnitOfWork } from './unit-of-work.js'

/** Due for this long and not consumed: overdue. */
const OVERDUE_SECONDS = 30

/** Numbers of timers and tasks, counted when somebody asks. */
export function watchTimers({ metrics, unitOfWork }: { readonly metrics: PrometheusMetrics; readonly unitOfWork: UnitOfWork }): void {
  const byKind = (name: string, sql: string) => async () => {
    const rows = await unitOfWork.query<{ kind: string; count: number }>(name, sql)
    return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]))
  }
  metrics.gauge(
    'timers_overdue',
    `Timers due for more than ${OVERDUE_SECONDS} s`,
    'kind',
    byKind(
      'kit.metrics.timers',
      `select kind, (count(*) filter (where due_at < clock_timestamp() - make_interval(secs => ${OVERDUE_SECONDS})))::int as count from kit.timers group by kind`,
    ),
  )
  metrics.gauge(
    'tasks_open',
    'Tasks that wait for a person',
    'kind',
    byKind('kit.metrics.tasks', 'select kind, count(*)::int as count from kit.tasks where closed_at is null group by kind'),
  )
}
