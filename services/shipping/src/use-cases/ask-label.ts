import { Injectable } from '@nestjs/common'
import type { Cause, ShipmentId } from '@waybill/kernel'
import type { Answered } from '../lanes/lanes.js'
import { goOn } from '../shipments/go-on.js'
import { askLabelAgain } from '../shipments/news.js'
import type { ShipmentStatus } from '../shipments/shipment.js'
import { Shipments } from '../shipments/shipments.js'

/** A person asks for the label. However often and by however many: one label; a new attempt only after the carrier's clear no. */
@Injectable()
export class AskLabel {
  constructor(private readonly shipments: Shipments) {}

  async run(input: { readonly cause: Cause; readonly shipment: ShipmentId }): Promise<Answered<{ readonly status: ShipmentStatus; readonly packages: number }> | undefined> {
    const [answer] = await this.shipments.change(
      [input],
      ({ shipment }) => ({ by: 'shipment', shipment }),
      (_, before, world) => {
        const step = goOn(askLabelAgain(before), world)
        return { ...step, result: { status: step.shipment.status, packages: step.shipment.packages.length } }
      },
    )
    return answer
  }
}
