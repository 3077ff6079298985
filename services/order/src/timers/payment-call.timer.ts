import { Injectable } from '@nestjs/common'
import { asId, crashPoint } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import { CallProvider } from '../use-cases/call-provider.js'

/** The work list of calls to the payment provider: they lie in the database until they are answered. */
@Injectable()
export class PaymentCallTimer {
  constructor(private readonly callProvider: CallProvider) {}

  @OnTimer('payment-call', { batch: 50, concurrency: 4 })
  async call(due: readonly Due[]): Promise<void> {
    crashPoint('C19-intent-saved')
    await this.callProvider.run(
      due.map(({ cause, subject, attempt }) => ({
        cause,
        operation: subject,
        order: cause.correlationId === null ? null : asId(cause.correlationId),
        attempt,
      })),
    )
    crashPoint('C22-result-saved')
  }
}
