import type { Cause, ShipmentId } from '@waybill/kernel'
import type { CarrierAnswer, LabelRequest } from './carrier.js'
import type { LabelBought } from './news.js'
import type { Shipment } from './shipment.js'
import type { Decided } from './shipments.js'
import type { World } from './world.js'

/** A call to a carrier that was decided on: written down before it is made. */
export interface OpenCall {
  readonly shipment: ShipmentId
  /** The same in every attempt. */
  readonly key: string
  /** It may have been made before: ask first. */
  readonly mayHaveHappened: boolean
}

export interface OpenLabelCall extends OpenCall {
  /** Null: the customer's details are gone. */
  readonly request: LabelRequest | null
}

export interface OpenHandOver extends OpenCall {
  readonly trackingNumbers: readonly string[]
}

/** A call that was made, and how it ended. */
export interface EndedCall<C extends OpenCall, T> {
  readonly cause: Cause
  readonly call: C
  readonly answer: CarrierAnswer<T>
}

/** The calls to carriers: intent before, result after. An unknown result is asked for again at growing distances. */
export abstract class CarrierCalls {
  /** The open label calls of these shipments; one that is settled is left out. */
  abstract openLabelCalls(shipments: readonly ShipmentId[]): Promise<readonly OpenLabelCall[]>
  abstract openHandOvers(shipments: readonly ShipmentId[]): Promise<readonly OpenHandOver[]>
  /** Writes the results, with what they make of the shipments. */
  abstract settle<C extends OpenCall, T>(
    kind: 'label' | 'carrier-handover',
    ended: readonly EndedCall<C, T>[],
    decide: (ended: EndedCall<C, T>, shipment: Shipment, world: World) => Decided<void>,
  ): Promise<void>
  /** Timers whose calls are settled already. */
  abstract consume(causes: readonly { readonly cause: Cause }[]): Promise<void>
}

export type LabelAnswer = EndedCall<OpenLabelCall, LabelBought>
