import type { JsonObject, JsonValue } from '@waybill/kernel'
import { further, newView, nextStatus, type OrderStatus, type OrderView, type Stage } from './order-view.js'
import type { ToldFact } from './told-fact.js'

const text = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null)
const number = (value: JsonValue | undefined): number | null => (typeof value === 'number' ? value : null)
const objects = (value: JsonValue | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly JsonObject[]) : [])

const sum = (lines: readonly JsonObject[], field: string): number => lines.reduce((total, line) => total + (number(line[field]) ?? 0), 0)

const unitsIn = (lines: readonly JsonObject[]): number =>
  lines.reduce((total, line) => total + objects(line['unitNumbers']).reduce((units, range) => units + (number(range['to']) ?? 0) - (number(range['from']) ?? 0) + 1, 0), 0)

const stageOf: Readonly<Record<string, Stage>> = {
  StockReserved: 'reserved',
  OrderConfirmed: 'confirmed',
  FulfillmentRequested: 'confirmed',
  ShipmentPlanned: 'planned',
  PickingStarted: 'picking',
  FulfillmentPicked: 'picking',
  FulfillmentPacked: 'packed',
  ShipmentCreated: 'labelled',
  ShipmentDispatched: 'dispatched',
  ShipmentDelivered: 'delivered',
  OrderCompleted: 'completed',
}

const statusOf: Readonly<Record<string, OrderStatus>> = { OrderConfirmed: 'confirmed', OrderCompleted: 'completed', OrderCancelled: 'cancelled', OrderExpired: 'expired' }

/** What one fact changes on the board. The same facts in any order give the same board, but for what was last. */
export function projectFact(before: OrderView | undefined, fact: ToldFact): OrderView {
  const view = before ?? newView(fact.order ?? fact.subject)
  const stage = stageOf[fact.name]
  const status = statusOf[fact.name]
  const isNewest = fact.at >= view.lastAt
  return {
    ...view,
    ...fieldsOf(view, fact),
    stage: stage ? further(view.stage, stage) : view.stage,
    status: status ? nextStatus(view.status, status) : view.status,
    lastFact: isNewest ? fact.name : view.lastFact,
    lastAt: isNewest ? fact.at : view.lastAt,
  }
}

function fieldsOf(view: OrderView, { name, payload }: ToldFact): Partial<OrderView> {
  const lines = objects(payload['lines'])
  switch (name) {
    case 'OrderPlaced': {
      const totals = payload['totals'] as JsonObject | undefined
      return {
        channel: text(payload['channel']),
        reference: text(payload['reference']),
        placedAt: text(payload['placedAt']),
        country: text(payload['country']),
        currency: text(payload['currency']),
        totalMinor: number(totals?.['totalMinor']),
        units: sum(objects(payload['orderedLines']), 'units'),
      }
    }
    case 'OrderConfirmed':
      return { promisedTo: lastDay(lines.flatMap((line) => objects(line['promises']).map((promise) => promise['window'] as JsonObject))) }
    case 'PromiseChanged':
      return { promisedTo: lastDay([payload['new'] as JsonObject]) ?? view.promisedTo }
    case 'StockBackordered':
      return { backorderedUnits: view.backorderedUnits + sum(lines, 'units') }
    case 'BackorderFilled':
      return { backorderedUnits: view.backorderedUnits - sum(lines, 'units') }
    case 'ShipmentDelivered':
      return { deliveredUnits: view.deliveredUnits + unitsIn(lines) }
    default:
      return {}
  }
}

const lastDay = (windows: readonly JsonObject[]): string | null => windows.map((window) => text(window['to'])).reduce((last, day) => (day !== null && (last === null || day > last) ? day : last), null)
