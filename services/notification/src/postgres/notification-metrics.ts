import { Injectable } from '@nestjs/common'
import { Metrics, UnitOfWork } from '@waybill/service-kit'

/** What operators watch of messages. */
@Injectable()
export class NotificationMetrics {
  constructor(metrics: Metrics, uow: UnitOfWork) {
    metrics.gauge('messages_by_status', 'Mails in each status', 'status', async () =>
      Object.fromEntries((await uow.query<{ status: string; number: number }>('metrics.messages', 'select status, count(*)::int as number from messages group by status')).map(({ status, number }) => [status, number])),
    )
  }
}
