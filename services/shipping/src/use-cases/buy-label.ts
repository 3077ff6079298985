import { Injectable } from '@nestjs/common'
import type { Cause, ShipmentId } from '@waybill/kernel'
import { CarrierCalls, type LabelAnswer, type OpenLabelCall } from '../shipments/carrier-calls.js'
import { Carrier, type CarrierAnswer } from '../shipments/carrier.js'
import { goOn } from '../shipments/go-on.js'
import { noteDetailsGone, noteLabel, noteLabelRefusal, type LabelBought } from '../shipments/news.js'

/**
 * Buys labels, each exactly once: the intent was written before, the key never changes, and a call that may have
 * happened is asked for before it is made again.
 */
@Injectable()
export class BuyLabel {
  constructor(
    private readonly calls: CarrierCalls,
    private readonly carrier: Carrier,
  ) {}

  async run(due: readonly { readonly cause: Cause; readonly shipment: ShipmentId; readonly attempt: number }[]): Promise<void> {
    const open = new Map((await this.calls.openLabelCalls(due.map(({ shipment }) => shipment))).map((call) => [call.shipment, call]))
    const ended = await Promise.all(
      due.flatMap(({ cause, shipment, attempt }) => {
        const call = open.get(shipment)
        return call ? [this.make({ ...call, mayHaveHappened: call.mayHaveHappened || attempt > 1 }).then((answer): LabelAnswer => ({ cause, call, answer }))] : []
      }),
    )
    await this.calls.settle('label', ended, ({ call, answer }, shipment, world) => {
      if (answer.answer === 'done') return goOn(noteLabel(shipment, answer.value), world)
      if (answer.answer === 'unknown') return { shipment, effects: [] }
      return call.request === null ? goOn(noteDetailsGone(shipment, world.now), world) : noteLabelRefusal(shipment, answer.why)
    })
    await this.calls.consume(due.filter(({ shipment }) => !open.has(shipment)))
  }

  private async make(call: OpenLabelCall): Promise<CarrierAnswer<LabelBought>> {
    if (call.mayHaveHappened) {
      const found = await this.carrier.findLabel(call.key)
      if (found.answer !== 'done') return found
      if (found.value !== null) return { answer: 'done', value: found.value }
    }
    if (call.request === null) return { answer: 'refused', why: 'details-erased' }
    return this.carrier.buyLabel(call.request, call.key)
  }
}
