import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import type { Answered } from '../lanes/lanes.js'
import { goOn } from '../shipments/go-on.js'
import type { Shipment } from '../shipments/shipment.js'
import type { Step } from '../shipments/shipping-facts.js'
import type { World } from '../shipments/world.js'
import { noteScan, type Scan } from '../tracking/note-scan.js'
import { Scans, type CarrierMessage, type ScanOutcome } from '../tracking/scans.js'

/** Takes what carriers tell of packages on their way. */
@Injectable()
export class TakeScan {
  constructor(private readonly scans: Scans) {}

  run(message: CarrierMessage): Promise<Answered<ScanOutcome>> {
    return this.scans.take(message, decide)
  }

  /** Parked scans: their package may be known by now. */
  retry(due: readonly { readonly cause: Cause; readonly scan: string }[]): Promise<void> {
    return this.scans.retry(due, decide)
  }
}

const decide = (scan: Scan, shipment: Shipment, world: World): Step => goOn(noteScan(shipment, scan), world)
