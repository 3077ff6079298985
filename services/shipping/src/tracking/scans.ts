import type { Cause } from '@waybill/kernel'
import type { Answered } from '../lanes/lanes.js'
import type { Shipment } from '../shipments/shipment.js'
import type { Step } from '../shipments/shipping-facts.js'
import type { World } from '../shipments/world.js'
import type { Scan } from './note-scan.js'

/** What became of a message from a carrier. */
export type ScanOutcome = 'applied' | 'parked' | 'ignored' | 'foreign'

/** A carrier's message as it came: unique by connection and webhook id. */
export interface CarrierMessage {
  readonly cause: Cause
  /** Which door it came by. */
  readonly connection: string
  readonly webhookId: string
  readonly type: string
  /** The carrier that the message names; null: it names none. */
  readonly carrier: string | null
  /** Null: the message is of a type that says nothing about a package. */
  readonly scan: Scan | null
}

/** All scans, each stored once. One whose package is not known yet is parked and tried again for a day. */
export abstract class Scans {
  abstract take(message: CarrierMessage, decide: (scan: Scan, shipment: Shipment, world: World) => Step): Promise<Answered<ScanOutcome>>
  /** Tries parked scans again. */
  abstract retry(due: readonly { readonly cause: Cause; readonly scan: string }[], decide: (scan: Scan, shipment: Shipment, world: World) => Step): Promise<void>
}
