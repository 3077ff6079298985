import { Controller } from '@nestjs/common'
import { ReturnDispositioned } from '@waybill/contracts'
import { asId } from '@waybill/kernel'
import { On, type Received } from '@waybill/messaging'
import { TakeBackReturns } from '../use-cases/take-back-returns.js'

/** What after-sales says. */
@Controller()
export class ReturnEventsConsumer {
  constructor(private readonly takeBackReturns: TakeBackReturns) {}

  @On(ReturnDispositioned)
  async dispositioned(batch: readonly Received<ReturnDispositioned>[]): Promise<void> {
    await this.takeBackReturns.run(
      batch.map(({ cause, payload }) => ({
        cause,
        returned: {
          order: asId(payload.order),
          return: asId(payload.return),
          location: asId(payload.location),
          units: payload.lines.flatMap(({ disposition, stocked }) => stocked.map(({ product, lot, units }) => ({ product: asId(product), lot, units, disposition }))),
        },
      })),
    )
  }
}
