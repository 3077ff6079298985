import type { Waits } from '@waybill/service-kit'
import type { ShipmentStatus } from '../shipments/shipment.js'
import { shipmentRests } from '../shipments/rest.js'

const HOUR_MS = 3_600_000

const alsoWokenBy: Partial<Readonly<Record<ShipmentStatus, string>>> = { AWAITING_DATA: 'shipment-check', AWAITING_DETAILS: 'shipment-check', LABELLING: 'label-call' }

const shipmentState = (status: ShipmentStatus) => {
  const rest = shipmentRests[status]
  const also = alsoWokenBy[status]
  return rest === null ? null : { waitsFor: rest.waitsFor, within: `${rest.limitMs / HOUR_MS} h`, then: 'a person is asked why it rests', by: also === undefined ? ['shipment-rests'] : [also, 'shipment-rests'] }
}

const shipments: Waits<ShipmentStatus> = {
  what: 'shipment',
  states: Object.fromEntries(Object.keys(shipmentRests).map((status) => [status, shipmentState(status as ShipmentStatus)])) as Waits<ShipmentStatus>['states'],
  resting: `SELECT id::text AS subject, status, order_id, since FROM shipments WHERE status NOT IN ('DELIVERED', 'RETURNED', 'LOST', 'DAMAGED', 'REFUSED', 'VOIDED')`,
}

const call = { waitsFor: 'the carrier\'s answer', within: 'asked at once, and again at growing distances', then: 'it is asked about under the same key; a carrier that stays silent becomes a person\'s task', by: ['label-call', 'carrier-handover'] }

/** Calls to carriers lie in the database until they are answered. */
const carrierCalls: Waits<'intent' | 'unknown' | 'succeeded' | 'refused'> = {
  what: 'carrier call',
  states: { intent: call, unknown: call, succeeded: null, refused: null },
  resting: `SELECT c.shipment::text AS subject, c.status, s.order_id, c.asked_at AS since FROM carrier_calls c JOIN shipments s ON s.id = c.shipment WHERE c.status IN ('intent', 'unknown')`,
}

/** All that waits in this service. */
export const waits: readonly Waits[] = [shipments, carrierCalls]
