import { Injectable } from '@nestjs/common'
import type { Cause, ShipmentId } from '@waybill/kernel'
import { CarrierCalls } from '../shipments/carrier-calls.js'
import { Carrier } from '../shipments/carrier.js'
import { noteHandOverRefusal } from '../shipments/news.js'

/** Tells carriers which packages they have now; they start to scan. */
@Injectable()
export class TellCarrierOfHandOver {
  constructor(
    private readonly calls: CarrierCalls,
    private readonly carrier: Carrier,
  ) {}

  async run(due: readonly { readonly cause: Cause; readonly shipment: ShipmentId }[]): Promise<void> {
    const open = new Map((await this.calls.openHandOvers(due.map(({ shipment }) => shipment))).map((call) => [call.shipment, call]))
    const ended = await Promise.all(
      due.flatMap(({ cause, shipment }) => {
        const call = open.get(shipment)
        return call ? [this.carrier.handOver(call.trackingNumbers).then((answer) => ({ cause, call, answer }))] : []
      }),
    )
    await this.calls.settle('carrier-handover', ended, ({ answer }, shipment) =>
      answer.answer === 'refused' ? noteHandOverRefusal(shipment, answer.why) : { shipment, effects: [] },
    )
    await this.calls.consume(due.filter(({ shipment }) => !open.has(shipment)))
  }
}
