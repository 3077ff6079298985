import type { FulfillmentId, LocationId, OrderId, ShipmentId } from '@waybill/kernel'
import type { Journey, LineUnits, Package, Shipment, ShipmentLine } from './shipment.js'
import type { Step } from './shipping-facts.js'
import { unitsTogether, withoutMissing } from './units.js'

/*
 * What is heard of a shipment, from whom and in whatever order. Each of these only notes the news;
 * what follows from everything known is decided in one place, `proceed`.
 */

/** A shipment of which nothing but its fulfillment is known. */
export const expected = (id: ShipmentId, of: { readonly fulfillment: FulfillmentId; readonly order: OrderId; readonly location: LocationId }, now: Date): Shipment => ({
  id,
  fulfillment: of.fulfillment,
  order: of.order,
  location: of.location,
  status: 'AWAITING_REQUEST',
  since: now,
  journey: null,
  lines: [],
  missing: [],
  plan: null,
  packages: [],
  labelAttempt: 0,
  labelRefused: null,
  labelPriceMinor: null,
  rejected: null,
  handedOver: null,
  failedUnits: [],
})

/** The order asks for it. */
export const noteRequest = (shipment: Shipment, journey: Journey, lines: readonly ShipmentLine[]): Shipment =>
  shipment.journey === null ? { ...shipment, journey, lines: withoutMissing(lines, shipment.missing) } : shipment

/** The floor did not find these units; the rest goes on. */
export const noteMissing = (shipment: Shipment, missing: readonly LineUnits[]): Shipment => ({
  ...shipment,
  missing: unitsTogether(shipment.missing, missing),
  lines: withoutMissing(shipment.lines, missing),
})

export const noteRejection = (shipment: Shipment, why: string): Shipment => ({ ...shipment, rejected: why })

/** The packages are sealed. What a label was already asked for stays as it is. */
export const notePackages = (shipment: Shipment, packages: readonly Omit<Package, 'trackingNumber' | 'state' | 'stateAt'>[]): Shipment =>
  shipment.labelAttempt > 0 ? shipment : { ...shipment, packages: packages.map((each) => ({ ...each, trackingNumber: null, state: 'PACKED', stateAt: null })) }

export const noteHandOver = (shipment: Shipment, lines: readonly LineUnits[]): Shipment =>
  shipment.handedOver === null ? { ...shipment, handedOver: lines } : shipment

/** What the carrier answered for a bought label. */
export interface LabelBought {
  readonly packages: readonly { readonly sscc: string; readonly trackingNumber: string }[]
  readonly priceMinor: number
}

/** The carrier sold the label. An answer to a shipment that has its label changes nothing: there is one label. */
export function noteLabel(shipment: Shipment, bought: LabelBought): Shipment {
  if (shipment.status !== 'LABELLING') return shipment
  const numbers = new Map(bought.packages.map(({ sscc, trackingNumber }) => [sscc, trackingNumber]))
  return {
    ...shipment,
    labelRefused: null,
    labelPriceMinor: bought.priceMinor,
    packages: shipment.packages.map((each) => ({ ...each, trackingNumber: numbers.get(each.sscc) ?? null, state: 'LABELLED' })),
  }
}

/** The customer's details were erased before the carrier was called. Nothing was bought: the label waits for a person. */
export function noteDetailsGone(shipment: Shipment, now: Date): Step {
  if (shipment.status !== 'LABELLING') return { shipment, effects: [] }
  return { shipment: { ...shipment, status: 'AWAITING_DETAILS', since: now }, effects: [{ ask: 'move', from: 'LABELLING', to: 'AWAITING_DETAILS' }] }
}

/** The carrier does not know packages that it was given: a person has to find out what it has. */
export const noteHandOverRefusal = (shipment: Shipment, why: string): Step => ({
  shipment,
  effects: [{ ask: 'task', kind: 'carrier-handover-refused', why: `the carrier does not take the hand-over: ${why}`.slice(0, 500), dueInMs: 4 * 3_600_000 }],
})

/** The carrier said no, for good: nothing was bought, and a person has to act. */
export function noteLabelRefusal(shipment: Shipment, why: string): Step {
  if (shipment.status !== 'LABELLING' || shipment.labelRefused !== null) return { shipment, effects: [] }
  return {
    shipment: { ...shipment, labelRefused: why },
    effects: [{ ask: 'task', kind: 'label-refused', why: `the carrier refused the label: ${why}`.slice(0, 500), dueInMs: 4 * 3_600_000 }],
  }
}

/** A person asks again after the carrier's no. With a new key, because the old one stands for the refused request. */
export function askLabelAgain(shipment: Shipment): Step {
  if (shipment.status !== 'LABELLING' || shipment.labelRefused === null) return { shipment, effects: [] }
  return {
    shipment: { ...shipment, labelRefused: null, labelAttempt: shipment.labelAttempt + 1 },
    effects: [{ ask: 'label' }, { ask: 'task-done', kind: 'label-refused', resolution: 'asked again' }],
  }
}
