import type { House } from '../world/house.js'

export interface OrderRow {
  readonly id: string
  readonly channel: string
  readonly reference: string
  readonly status: 'PLACED' | 'CONFIRMED' | 'COMPLETED' | 'CANCELLED' | 'EXPIRED'
  readonly total_minor: number
  readonly process: {
    readonly status: string
    readonly timers: Readonly<Record<string, string>>
    readonly tasks: readonly { readonly kind: string; readonly subject: string }[]
    readonly fulfillments: readonly { readonly id: string }[]
  }
}

export interface OrderLineRow {
  readonly order_id: string
  readonly line: number
  readonly ordered: number
  readonly shipped: number
  readonly delivered: number
}

export interface PaymentRow {
  readonly id: string
  readonly order_id: string
  readonly kind: 'provider' | 'channel'
  readonly status: string
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
}

export interface OperationRow {
  readonly id: string
  readonly order_id: string
  readonly kind: string
  readonly amount_minor: number
  readonly status: 'intent' | 'unknown' | 'succeeded' | 'failed'
}

export interface LevelRow {
  readonly product: string
  readonly location: string
  readonly on_hand: number
  readonly blocked: number
  readonly reserved: number
}

export interface GrantRow {
  readonly order_id: string
  readonly stocked_line: string
  readonly product: string
  readonly location: string
  readonly units: number
  readonly consumed: number
  readonly released: number
}

export interface NeedRow {
  readonly order_id: string
  readonly stocked_line: string
  readonly undecided: number
  readonly reserved: number
  readonly backordered: number
  readonly consumed: number
}

export interface MovementRow {
  readonly product: string
  readonly location: string
  readonly lot: string
  readonly from_account: string
  readonly to_account: string
  readonly units: number
  readonly cause: string
}

export interface StockedLineRow {
  readonly fulfillment: string
  readonly line: number
  readonly stocked_line: string
  readonly product: string
  readonly location: string
  readonly units: number
  readonly per_unit: number
  readonly picked: number
  readonly packed: number
  readonly shipped: number
}

export interface HistoryRow {
  readonly subject: string
  readonly seq: number
  readonly from_status: string | null
  readonly to_status: string
}

/** Rows of one of the services' tables. */
export const rowsOf = <R>(house: House, service: 'order' | 'inventory' | 'warehouse' | 'shipping' | 'afterSales', table: string): R[] => house[service].database.rows<R>(table)

export function sumBy<R>(rows: readonly R[], keyOf: (row: R) => string, unitsOf: (row: R) => number): Map<string, number> {
  const sums = new Map<string, number>()
  for (const row of rows) {
    const key = keyOf(row)
    sums.set(key, (sums.get(key) ?? 0) + unitsOf(row))
  }
  return sums
}

/** Every name of either side, with what each has of it. */
export const sideBySide = (one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): { readonly name: string; readonly one: number; readonly other: number }[] =>
  [...new Set([...one.keys(), ...other.keys()])].map((name) => ({ name, one: one.get(name) ?? 0, other: other.get(name) ?? 0 }))
