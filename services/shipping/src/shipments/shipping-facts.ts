import type { LineUnits, Package, Shipment, ShipmentStatus } from './shipment.js'
import type { Failure, ScanStatus } from '../tracking/package-state.js'
import type { Choice } from '../service-choice/choose.js'

/** What the others are told. */
export type ShippingFact =
  | { readonly fact: 'planned' }
  | { readonly fact: 'plan-refused'; readonly constraints: readonly Ruling[] }
  | { readonly fact: 'created' }
  | { readonly fact: 'dispatched'; readonly lines: readonly LineUnits[] }
  | { readonly fact: 'tracked'; readonly package: Package; readonly status: ScanStatus; readonly reason: string | null; readonly at: Date }
  | { readonly fact: 'delivered'; readonly at: Date; readonly lines: readonly LineUnits[] }
  | { readonly fact: 'failed'; readonly outcome: Failure; readonly reason: string; readonly lines: readonly LineUnits[] }

/** What rules one service out. */
export interface Ruling {
  readonly carrier: string
  readonly service: string
  readonly constraint: string
  readonly detail: string
}

/** What has to be done beside telling. */
export type Ask =
  /** The status changed: a row of the append-only history. */
  | { readonly ask: 'move'; readonly from: ShipmentStatus; readonly to: ShipmentStatus }
  /** Look again then: something that is missing may have come, or waited too long. */
  | { readonly ask: 'check'; readonly at: Date }
  | { readonly ask: 'no-check' }
  | { readonly ask: 'label' }
  | { readonly ask: 'carrier-handover' }
  | { readonly ask: 'keep-choice'; readonly stage: 'requested' | 'packed'; readonly choice: Choice; readonly reason: string }
  | { readonly ask: 'task'; readonly kind: TaskKind; readonly why: string; readonly dueInMs: number }
  | { readonly ask: 'task-done'; readonly kind: TaskKind; readonly resolution: string }

export type TaskKind =
  | 'shipment-data-missing'
  | 'delivery-details-missing'
  | 'packed-without-service'
  | 'label-refused'
  | 'left-without-label'
  | 'carrier-handover-refused'
  | 'carrier-silent'
  | 'shipment-voided-late'
  | 'delivery-exception'
  | 'tracking-contradiction'
  | 'shipment-rests'

export type Effect = ShippingFact | Ask

/** A shipment after something, and what follows from it, in order. */
export interface Step {
  readonly shipment: Shipment
  readonly effects: readonly Effect[]
}
