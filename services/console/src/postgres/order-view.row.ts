import type { OrderStatus, OrderView, Stage } from '../timeline/order-view.js'

export interface OrderViewRow {
  order_id: string
  channel: string | null
  reference: string | null
  placed_at: string | null
  country: string | null
  currency: string | null
  total_minor: string | null
  units: number | null
  status: OrderStatus
  stage: Stage
  backordered_units: number
  delivered_units: number
  promised_to: string | null
  last_fact: string
  last_at: string
}

/** An instant as text with microseconds, so that two facts of one millisecond keep their order. */
export const instantText = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

export const ORDER_VIEW_COLUMNS = `order_id, channel, reference, ${instantText('placed_at')} AS placed_at, country, currency, total_minor, units, status, stage,
  backordered_units, delivered_units, promised_to::text, last_fact, ${instantText('last_at')} AS last_at`

export const toOrderView = (row: OrderViewRow): OrderView => ({
  order: row.order_id,
  channel: row.channel,
  reference: row.reference,
  placedAt: row.placed_at,
  country: row.country,
  currency: row.currency,
  totalMinor: row.total_minor === null ? null : Number(row.total_minor),
  units: row.units,
  status: row.status,
  stage: row.stage,
  backorderedUnits: row.backordered_units,
  deliveredUnits: row.delivered_units,
  promisedTo: row.promised_to,
  lastFact: row.last_fact,
  lastAt: row.last_at,
})
