import { Injectable } from '@nestjs/common'
import { OnTimer, type Due } from '@waybill/service-kit'
import { CAPTURE_IMPORT, FORGET_IMPORT } from '../imports/import.store.js'
import { ImportOrders } from '../use-cases/import-orders.js'

/** Works uploaded files off, and forgets them after their time. */
@Injectable()
export class ImportsTimer {
  constructor(private readonly importOrders: ImportOrders) {}

  /** One transaction each; two files at once, so that a small one does not wait for a large one. */
  @OnTimer(CAPTURE_IMPORT, { batch: 1, concurrency: 2 })
  async captureNext(due: readonly Due[]): Promise<void> {
    for (const each of due) await this.importOrders.captureNext(each)
  }

  @OnTimer(FORGET_IMPORT, { batch: 1 })
  async forget(due: readonly Due[]): Promise<void> {
    for (const each of due) await this.importOrders.forget(each)
  }
}
