import { Injectable } from '@nestjs/common'
import type { Cause, ShipmentId } from '@waybill/kernel'
import { goOn } from '../shipments/go-on.js'
import { Shipments } from '../shipments/shipments.js'

/** Looks again at shipments that wait: goes on, waits longer, or asks a person. */
@Injectable()
export class CheckWaitingShipments {
  constructor(private readonly shipments: Shipments) {}

  async run(due: readonly { readonly cause: Cause; readonly shipment: ShipmentId }[]): Promise<void> {
    await this.shipments.change(
      due,
      ({ shipment }) => ({ by: 'shipment', shipment }),
      (_, shipment, world) => goOn(shipment, world),
    )
  }
}
