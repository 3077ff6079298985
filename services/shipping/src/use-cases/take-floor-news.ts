import { Injectable } from '@nestjs/common'
import type { Cause, FulfillmentId, LocationId, OrderId } from '@waybill/kernel'
import { goOn } from '../shipments/go-on.js'
import { noteHandOver, noteMissing, notePackages, noteRejection } from '../shipments/news.js'
import type { LineUnits, Package, Shipment } from '../shipments/shipment.js'
import { Shipments, type About } from '../shipments/shipments.js'

/** News of one fulfillment from the floor. */
export interface FloorNews {
  readonly cause: Cause
  readonly fulfillment: FulfillmentId
  readonly order: OrderId
  readonly location: LocationId
}

export type SealedPackage = Omit<Package, 'trackingNumber' | 'state' | 'stateAt'>

/** What the floor tells: packed, short, rejected, gone. */
@Injectable()
export class TakeFloorNews {
  constructor(private readonly shipments: Shipments) {}

  /** The real packages are rated, and their label is bought. */
  packed(inputs: readonly (FloorNews & { readonly packages: readonly SealedPackage[] })[]): Promise<void> {
    return this.take(inputs, (shipment, { packages }) => notePackages(shipment, packages))
  }

  /** The shipment shrinks by what was not found; with nothing left it is void. */
  short(inputs: readonly (FloorNews & { readonly missing: readonly LineUnits[] })[]): Promise<void> {
    return this.take(inputs, (shipment, { missing }) => noteMissing(shipment, missing))
  }

  rejected(inputs: readonly (FloorNews & { readonly why: string })[]): Promise<void> {
    return this.take(inputs, (shipment, { why }) => noteRejection(shipment, why))
  }

  /** It left the house: dispatched, once its label is there. */
  handedOver(inputs: readonly (FloorNews & { readonly lines: readonly LineUnits[] })[]): Promise<void> {
    return this.take(inputs, (shipment, { lines }) => noteHandOver(shipment, lines))
  }

  private async take<I extends FloorNews>(inputs: readonly I[], note: (shipment: Shipment, news: I) => Shipment): Promise<void> {
    await this.shipments.change(inputs, aboutFulfillment, (news, shipment, world) => goOn(note(shipment, news), world))
  }
}

const aboutFulfillment = ({ fulfillment, order, location }: FloorNews): About => ({ by: 'fulfillment', fulfillment, order, location })
