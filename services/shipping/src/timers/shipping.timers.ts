import { Injectable } from '@nestjs/common'
import { asId, crashPoint, type ShipmentId } from '@waybill/kernel'
import { OnTimer, type Due } from '@waybill/service-kit'
import { BuyLabel } from '../use-cases/buy-label.js'
import { CheckWaitingShipments } from '../use-cases/check-waiting-shipments.js'
import { RemindOfResting } from '../use-cases/remind-of-resting.js'
import { TakeScan } from '../use-cases/take-scan.js'
import { TellCarrierOfHandOver } from '../use-cases/tell-carrier-of-hand-over.js'

/** Work that is due: shipments that wait, calls to carriers, scans of packages that were not known. */
@Injectable()
export class ShippingTimers {
  constructor(
    private readonly checkWaiting: CheckWaitingShipments,
    private readonly buyLabel: BuyLabel,
    private readonly tellHandOver: TellCarrierOfHandOver,
    private readonly takeScan: TakeScan,
    private readonly remindOfResting: RemindOfResting,
  ) {}

  @OnTimer('shipment-check')
  async check(due: readonly Due[]): Promise<void> {
    await this.checkWaiting.run(due.map(({ cause, subject }) => ({ cause, shipment: asId<ShipmentId>(subject) })))
  }

  // small batches: the slowest call of a batch keeps the results of the others waiting
  @OnTimer('label-call', { batch: 10, concurrency: 4 })
  async labels(due: readonly Due[]): Promise<void> {
    await this.buyLabel.run(due.map(({ cause, subject, attempt }) => ({ cause, shipment: asId<ShipmentId>(subject), attempt })))
    crashPoint('C31-label-saved')
  }

  @OnTimer('carrier-handover', { batch: 10, concurrency: 4 })
  async handOvers(due: readonly Due[]): Promise<void> {
    await this.tellHandOver.run(due.map(({ cause, subject }) => ({ cause, shipment: asId<ShipmentId>(subject) })))
  }

  @OnTimer('shipment-rests')
  async rests(due: readonly Due[]): Promise<void> {
    await this.remindOfResting.run(due.map(({ cause, subject }) => ({ cause, shipment: asId<ShipmentId>(subject) })))
  }

  @OnTimer('parked-scan')
  async parkedScans(due: readonly Due[]): Promise<void> {
    await this.takeScan.retry(due.map(({ cause, subject }) => ({ cause, scan: subject })))
  }
}
