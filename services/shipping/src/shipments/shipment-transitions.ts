import type { TransitionTable } from '@waybill/kernel'
import type { ShipmentStatus, Trigger } from './shipment.js'

const ends = ['DELIVERED', 'RETURNED', 'LOST', 'DAMAGED'] as const
// carriers skip scans, and tell several at once: every later state can be the next one heard of
const onTheWay = ['IN_TRANSIT', 'EXCEPTION', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', ...ends] as const

/** Which status of a shipment may follow which, and by what. A shipment begins in AWAITING_REQUEST. `verify` reads the history against it. */
export const shipmentTransitions: TransitionTable<ShipmentStatus, Trigger> = {
  AWAITING_REQUEST: { request: 'AWAITING_DATA' },
  AWAITING_DATA: { 'plan': 'PLANNED', 'no-service': 'REFUSED', 'rejected': 'VOIDED' },
  PLANNED: { 'packed': ['AWAITING_DETAILS', 'LABELLING'], 'no-service': 'REFUSED', 'rejected': 'VOIDED' },
  AWAITING_DETAILS: { details: 'LABELLING', rejected: 'VOIDED' },
  // erased between packing and the carrier's call: the label waits again, for a person this time
  LABELLING: { 'label-bought': 'LABELLED', 'details-gone': 'AWAITING_DETAILS' },
  LABELLED: { 'handed-over': 'DISPATCHED' },
  DISPATCHED: { scan: onTheWay },
  IN_TRANSIT: { scan: ['EXCEPTION', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', ...ends] },
  EXCEPTION: { scan: ['IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERY_FAILED', ...ends] },
  OUT_FOR_DELIVERY: { scan: ['DELIVERY_FAILED', ...ends] },
  DELIVERY_FAILED: { scan: ['OUT_FOR_DELIVERY', ...ends] },
  DELIVERED: {},
  RETURNED: {},
  LOST: {},
  DAMAGED: {},
  REFUSED: {},
  VOIDED: {},
}
