import { Injectable } from '@nestjs/common'
import type { Cause, ShipmentId } from '@waybill/kernel'
import { shipmentRests } from '../shipments/rest.js'
import { Shipments } from '../shipments/shipments.js'

const LOOK_WITHIN_MS = 4 * 3_600_000

/** Nothing rests for ever: a shipment that has not moved in time is shown to a person. */
@Injectable()
export class RemindOfResting {
  constructor(private readonly shipments: Shipments) {}

  async run(due: readonly { readonly cause: Cause; readonly shipment: ShipmentId }[]): Promise<void> {
    await this.shipments.change(
      due,
      ({ shipment }) => ({ by: 'shipment', shipment }),
      (_, shipment) => {
        const rest = shipmentRests[shipment.status]
        if (rest === null) return { shipment, effects: [] }
        const why = `${shipment.location}: ${shipment.status} since ${shipment.since.toISOString()}, waits for ${rest.waitsFor}`
        return { shipment, effects: [{ ask: 'task', kind: 'shipment-rests', why, dueInMs: LOOK_WITHIN_MS }] }
      },
    )
  }
}
