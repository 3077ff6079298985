import type { Package, Shipment } from '../shipments/shipment.js'
import { isOver } from '../shipments/shipment.js'
import type { Step } from '../shipments/shipping-facts.js'
import { afterScan, failureOf, hasEnded, type ScanStatus } from './package-state.js'

/** One sighting of a package, as its carrier told it. */
export interface Scan {
  readonly trackingNumber: string
  readonly status: ScanStatus
  readonly reason: string | null
  readonly place: string | null
  /** The carrier's time. */
  readonly at: Date
}

/** Notes a scan: it always enriches the history, and moves the package only by rank. */
export function noteScan(shipment: Shipment, scan: Scan): Step {
  const seen = shipment.packages.find(({ trackingNumber }) => trackingNumber === scan.trackingNumber)
  if (seen === undefined) return { shipment, effects: [] }
  const next = afterScan(seen, scan)
  const contradicts = isOver(shipment.status) && failureOf(seen.state) !== null && scan.status === 'delivered'
  return {
    shipment: { ...shipment, packages: shipment.packages.map((each): Package => (each === seen ? next : each)) },
    effects: [
      { fact: 'tracked', package: seen, status: scan.status, reason: scan.reason, at: scan.at },
      ...(contradicts && hasEnded(seen.state)
        ? [{ ask: 'task', kind: 'tracking-contradiction', why: `${scan.trackingNumber} was ${seen.state.toLowerCase()} and is now said to be delivered`, dueInMs: 86_400_000 } as const]
        : []),
    ],
  }
}
