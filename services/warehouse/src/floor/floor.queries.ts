import type { JsonObject } from '@waybill/kernel'
import type { PackageView } from '../packing/package-view.js'

/** What a picker needs to know at the next stop. Unit: each; `units` are those still to be picked. */
export interface TaskView {
  readonly id: string
  readonly status: string
  readonly fulfillment: string
  readonly tote: number
  readonly bin: string
  readonly aisle: string
  readonly bay: number
  readonly level: number
  readonly product: string
  readonly name: string
  readonly barcode: string
  readonly units: number
  readonly picked: number
  readonly lot: string | null
  readonly expiresOn: string | null
  readonly handling: readonly string[]
  readonly handlingInstruction: string
}

export interface NextTask {
  readonly task: TaskView | null
  readonly tasksLeft: number
  readonly status: string
}

export interface FulfillmentRow {
  readonly id: string
  readonly order: string
  readonly location: string
  readonly status: string
  readonly priority: number
  readonly requestedAt: string
  readonly statusSince: string
  readonly units: number
  readonly picked: number
  readonly packed: number
  readonly shipped: number
  readonly packages: readonly { readonly sscc: string | null; readonly status: string; readonly trackingNumber: string | null }[]
}

export interface FulfillmentView extends FulfillmentRow {
  readonly service: string | null
  readonly lines: readonly {
    readonly line: number
    readonly unitNumbers: readonly { readonly from: number; readonly to: number }[]
    readonly stocked: readonly {
      readonly stockedLine: string
      readonly product: string
      readonly name: string
      readonly units: number
      readonly dropped: number
      readonly picked: number
      readonly packed: number
      readonly shipped: number
    }[]
  }[]
  readonly parcels: readonly PackageView[]
  readonly history: readonly { readonly from: string | null; readonly to: string; readonly at: string; readonly cause: string }[]
}

export interface BinRow {
  readonly location: string
  readonly code: string
  readonly kind: string
  readonly aisle: string
  readonly bay: number
  readonly level: number
  readonly walkPosition: number
  readonly contents: readonly {
    readonly product: string
    readonly lot: string | null
    readonly expiresOn: string | null
    readonly blocked: boolean
    readonly units: number
    readonly assigned: number
  }[]
}

export interface MaterialRow {
  readonly material: string
  readonly name: string
  readonly kind: string
  readonly gramsPerUnit: number
  readonly box: JsonObject | null
  readonly stock: readonly { readonly location: string; readonly units: number }[]
}

export interface MishandlingCount {
  readonly kind: string
  /** Of what the question groups by; empty strings elsewhere. */
  readonly product: string
  readonly bin: string
  readonly picker: string
  readonly times: number
  readonly units: number
}

export type MishandlingBy = 'product' | 'bin' | 'picker'

/** What people read of the floor: no decision hangs on it. `after`: the position behind which a page begins. */
export abstract class FloorQueries {
  abstract nextTask(list: string): Promise<NextTask | undefined>
  abstract fulfillments(filter: { readonly status: string | undefined; readonly location: string | undefined; readonly order: string | undefined }, after: string | null, limit: number): Promise<readonly FulfillmentRow[]>
  abstract fulfillment(id: string): Promise<FulfillmentView | undefined>
  abstract bins(filter: { readonly location: string | undefined; readonly product: string | undefined }, after: readonly [string, string] | null, limit: number): Promise<readonly BinRow[]>
  abstract materials(after: string | null, limit: number): Promise<readonly MaterialRow[]>
  abstract rules(): Promise<readonly JsonObject[]>
  abstract mishandlings(by: MishandlingBy, filter: { readonly location: string | undefined; readonly from: Date | undefined; readonly to: Date | undefined }, limit: number): Promise<readonly MishandlingCount[]>
  /** Fulfillments in each status, for the metrics. */
  abstract countByStatus(): Promise<Readonly<Record<string, number>>>
}
