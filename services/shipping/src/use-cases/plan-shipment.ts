import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import { goOn } from '../shipments/go-on.js'
import { noteRequest } from '../shipments/news.js'
import type { Journey, ShipmentLine } from '../shipments/shipment.js'
import { Shipments } from '../shipments/shipments.js'

export interface FulfillmentAsked {
  readonly cause: Cause
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
  readonly journey: Journey
  readonly lines: readonly ShipmentLine[]
}

/** Chooses mode and service for a fulfillment, or waits for what is missing to choose. */
@Injectable()
export class PlanShipment {
  constructor(private readonly shipments: Shipments) {}

  async run(inputs: readonly FulfillmentAsked[]): Promise<void> {
    await this.shipments.change(
      inputs,
      ({ fulfillment, order, location, journey, lines }) => ({
        by: 'fulfillment',
        fulfillment,
        order,
        location,
        needs: { products: lines.flatMap(({ stocked }) => stocked.map(({ product }) => product)), country: journey.country },
      }),
      ({ journey, lines }, shipment, world) => goOn(noteRequest(shipment, journey, lines), world),
    )
  }
}
