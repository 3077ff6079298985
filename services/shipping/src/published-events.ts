import { LanePublished, ShipmentCreated, ShipmentDelivered, ShipmentDispatched, ShipmentFailed, ShipmentPlanned, ShipmentPlanRefused, ShipmentTracked } from '@waybill/contracts'
import { invariant, type Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Lane } from './lanes/lane.js'
import type { LineUnits, Plan, Shipment } from './shipments/shipment.js'
import type { ShippingFact } from './shipments/shipping-facts.js'

/** Everything this service tells others of a shipment. */
export function publishFact(tx: Tx, shipment: Shipment, fact: ShippingFact, cause: Cause): void {
  const { id, order, fulfillment, location } = shipment
  const at = { subject: id, key: order, cause, correlationId: order }
  const ids = { order, shipment: id, fulfillment }
  switch (fact.fact) {
    case 'planned': {
      const { carrier, service, mode, transitDays, shipOn, cutOffAt, expected, priceMinor, currency, why } = planOf(shipment)
      tx.publish(ShipmentPlanned, { ...at, payload: { ...ids, location, mode, carrier, service, transitDays, shipOn, cutOffAt: cutOffAt.toISOString(), expected, priceMinor, currency, why } })
      return
    }
    case 'plan-refused':
      tx.publish(ShipmentPlanRefused, { ...at, payload: { order, fulfillment, location, constraints: fact.constraints.map((ruling) => ({ ...ruling })) } })
      return
    case 'created': {
      const { mode, carrier, service, expected } = planOf(shipment)
      tx.publish(ShipmentCreated, { ...at, payload: { ...ids, mode, carrier, service, packages: numbered(shipment), expected } })
      return
    }
    case 'dispatched': {
      const { mode, carrier, service, expected } = planOf(shipment)
      tx.publish(ShipmentDispatched, { ...at, payload: { ...ids, location, mode, carrier, service, lines: linesOf(fact.lines), packages: numbered(shipment), expected } })
      return
    }
    case 'tracked':
      tx.publish(ShipmentTracked, {
        ...at,
        payload: { order, shipment: id, sscc: fact.package.sscc, trackingNumber: fact.package.trackingNumber ?? '', status: fact.status, reason: fact.reason, at: fact.at.toISOString() },
      })
      return
    case 'delivered':
      tx.publish(ShipmentDelivered, { ...at, payload: { ...ids, carrier: planOf(shipment).carrier, deliveredAt: fact.at.toISOString(), proof: 'carrier scan', lines: linesOf(fact.lines) } })
      return
    case 'failed':
      tx.publish(ShipmentFailed, { ...at, payload: { ...ids, carrier: planOf(shipment).carrier, outcome: fact.outcome, reason: fact.reason, lines: linesOf(fact.lines) } })
      return
    default:
      fact satisfies never
  }
}

/** The latest version of a lane. Prices stay here: they are nobody else's business. */
export function publishLane(tx: Tx, lane: Lane, cause: Cause): void {
  tx.publish(LanePublished, {
    subject: `${lane.location}:${lane.country}`,
    key: `${lane.location}:${lane.country}`,
    cause,
    payload: {
      location: lane.location,
      country: lane.country,
      version: lane.version,
      services: lane.services.map(({ carrier, service, mode, transitDays, refusedHandling, cutOff }) => ({ carrier, service, mode, transitDays: { ...transitDays }, refusedHandling: [...refusedHandling], cutOff })),
    },
  })
}

function planOf({ plan, id }: Shipment): Plan {
  invariant(plan !== null, 'what is told of a shipment follows its plan', { shipment: id })
  return plan
}

const linesOf = (lines: readonly LineUnits[]): { line: number; unitNumbers: { from: number; to: number }[] }[] =>
  lines.map(({ line, unitNumbers }) => ({ line, unitNumbers: unitNumbers.map((range) => ({ ...range })) }))

const numbered = ({ packages }: Shipment): { sscc: string; trackingNumber: string }[] =>
  packages.flatMap(({ sscc, trackingNumber }) => (trackingNumber === null ? [] : [{ sscc, trackingNumber }]))
