import { Injectable } from '@nestjs/common'
import { asId, crashPoint } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import { lotNamed } from '../stock/lot-name.js'
import { MindDueDates } from '../use-cases/mind-due-dates.js'
import { ReserveStock } from '../use-cases/reserve-stock.js'

/** What comes due by itself. */
@Injectable()
export class DueDatesTimer {
  constructor(
    private readonly reserveStock: ReserveStock,
    private readonly mindDueDates: MindDueDates,
  ) {}

  @OnTimer('waiting-order')
  async waitingOrders(due: readonly Due[]): Promise<void> {
    await this.reserveStock.lookAgain(due.map(({ cause, subject }) => ({ cause, order: asId(subject) })))
  }

  @OnTimer('lot-expiry')
  async lotsExpired(due: readonly Due[]): Promise<void> {
    await this.mindDueDates.lotsExpired(due.map(({ cause, subject }) => ({ cause, lot: lotNamed(subject) })))
    crashPoint('C26-expiry-sweep')
  }

  @OnTimer('supply-overdue')
  async suppliesDue(due: readonly Due[]): Promise<void> {
    await this.mindDueDates.suppliesDue(due.map(({ cause, subject }) => ({ cause, supply: subject })))
  }

  @OnTimer('backorder-due')
  async backordersDue(due: readonly Due[]): Promise<void> {
    await this.mindDueDates.backordersDue(
      due.map(({ cause, subject }) => {
        const [order = '', line = ''] = subject.split('/')
        return { cause, order: asId(order), line: Number(line) }
      }),
    )
  }

  @OnTimer('fill-queue')
  async queuesDue(due: readonly Due[]): Promise<void> {
    await this.mindDueDates.queuesDue(due.map(({ cause, subject }) => ({ cause, product: asId(subject) })))
  }
}
