import { Injectable } from '@nestjs/common'
import { OnTimer, type Due } from '@waybill/service-kit'
import { FORGET_REFUSED } from '../capture/capture.store.js'
import { CaptureOrders } from '../use-cases/capture-orders.js'

/** Forgets refused messages after 30 days. */
@Injectable()
export class RefusedInputTimer {
  constructor(private readonly captureOrders: CaptureOrders) {}

  @OnTimer(FORGET_REFUSED)
  async forget(due: readonly Due[]): Promise<void> {
    await this.captureOrders.forgetRefused(due)
  }
}
