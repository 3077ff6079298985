import type { JsonObject, JsonValue } from '@waybill/kernel'
import type { ToldFact } from './told-fact.js'

/** One entry of an order's timeline: who did what, when, and why. */
export interface TimelineEntry {
  readonly at: string
  readonly who: string
  readonly what: string
  readonly why: string | null
  readonly fact: string
  readonly eventId: string
  readonly subject: string
  readonly payload: JsonObject
}

type Sentence = (payload: JsonObject) => string

const of = (value: JsonValue | undefined): string => (value === null || value === undefined ? '?' : typeof value === 'object' ? JSON.stringify(value) : String(value))
const lines = (payload: JsonObject): readonly JsonObject[] => (Array.isArray(payload['lines']) ? (payload['lines'] as readonly JsonObject[]) : [])
const units = (payload: JsonObject): string => lines(payload).map((line) => `${of(line['units'])} x ${of(line['product'])}`).join(', ')
const money = (payload: JsonObject): string => `${of(payload['amountMinor'])} (minor units) ${of(payload['currency'])}`
const days = (window: JsonValue | undefined): string => {
  const { from, to } = (window ?? {}) as JsonObject
  return from === null || from === undefined ? 'a day not known yet' : from === to ? of(from) : `${of(from)} to ${of(to)}`
}

const sentences: Readonly<Record<string, Sentence>> = {
  OrderPlaced: (p) => `Order ${of(p['reference'])} of ${of(p['channel'])} placed, total ${of((p['totals'] as JsonObject)['totalMinor'])} (minor units) ${of(p['currency'])}`,
  OrderConfirmed: (p) => `Order confirmed: ${lines(p).map((line) => `${of(line['units'])} x ${of(line['product'])} ${(line['promises'] as readonly JsonObject[]).map(({ units: each, window }) => `${of(each)} on ${days(window)}`).join('; ')}`).join(', ')}`,
  FulfillmentRequested: (p) => `Location ${of(p['location'])} asked to send ${lines(p).length} line(s)`,
  OrderCancelled: () => 'Order cancelled',
  OrderExpired: () => 'Order expired',
  OrderCompleted: (p) => `Order completed: ${of(p['deliveredUnits'])} delivered, ${of(p['cancelledUnits'])} cancelled, ${of(p['lostUnits'])} lost`,
  PromiseChanged: (p) => `Promise for ${of(p['units'])} x ${of(p['product'])} moved from ${days(p['old'])} to ${days(p['new'])}`,
  HoldApplied: (p) => `Hold ${of(p['hold'])} applied`,
  HoldLifted: (p) => `Hold ${of(p['hold'])} lifted`,
  PaymentAuthorized: (p) => `Payment of ${money(p)} authorized`,
  PaymentDeclined: (p) => `Payment declined${p['final'] === true ? ' for good' : `, another way to pay until ${of(p['until'])}`}`,
  PaymentCaptured: (p) => `${money(p)} captured`,
  CaptureFailed: (p) => `Capture of ${money(p)} failed after ${of(p['tries'])} tries`,
  PaymentVoided: (p) => `Authorization of ${money(p)} given back`,
  PaymentRefunded: (p) => `${money(p)} refunded`,
  RefundFailed: (p) => `Refund of ${money(p)} failed`,
  StockReserved: (p) => `Reserved: ${lines(p).map((line) => `${of(line['units'])} x ${of(line['product'])} at ${of(line['location'])}`).join(', ')}`,
  StockBackordered: (p) => `On backorder: ${lines(p).map((line) => `${of(line['units'])} x ${of(line['product'])}, ${line['availableOn'] === null ? 'date not known' : `available on ${of(line['availableOn'])}`}`).join(', ')}`,
  ReservationRefused: () => 'Stock refused',
  BackorderDateChanged: (p) => `Expected date moved: ${lines(p).map((line) => `${of(line['units'])} x ${of(line['product'])} from ${of(line['old'])} to ${of(line['new'])}`).join(', ')}`,
  BackorderFilled: (p) => `Backorder filled: ${units(p)}`,
  StockReleased: (p) => `Released: ${units(p)}`,
  StockConsumed: (p) => `Left the house: ${units(p)}`,
  FulfillmentAccepted: (p) => `Location ${of(p['location'])} accepted the fulfillment`,
  FulfillmentRejected: (p) => `Location ${of(p['location'])} rejected the fulfillment`,
  PickingStarted: (p) => `Picking started at ${of(p['location'])}`,
  FulfillmentPicked: (p) => `Picked: ${lines(p).map((line) => `${of(line['units'])} x ${of(line['product'])} from ${of(line['bin'])}`).join(', ')}`,
  FulfillmentShortPicked: () => 'Units were not found',
  DamageReported: (p) => `${of(p['units'])} x ${of(p['product'])} found damaged in ${of(p['bin'])}`,
  FulfillmentPacked: (p) => `Packed into ${(p['packages'] as readonly JsonObject[]).map((each) => `${of(each['carton'])} (${of(each['weightGrams'])} g)`).join(', ')}`,
  FulfillmentHandedOver: () => 'Handed over to the carrier',
  ShipmentPlanned: (p) => `Will travel by ${of(p['mode'])}: ${of(p['carrier'])} ${of(p['service'])}, expected ${days(p['expected'])}`,
  ShipmentPlanRefused: () => 'No service can take the shipment',
  ShipmentCreated: (p) => `Label bought from ${of(p['carrier'])}: ${(p['packages'] as readonly JsonObject[]).map((each) => of(each['trackingNumber'])).join(', ')}`,
  ShipmentDispatched: (p) => `On its way with ${of(p['carrier'])}, expected ${days(p['expected'])}`,
  ShipmentTracked: (p) => `Package ${of(p['trackingNumber'])}: ${of(p['status'])}`,
  ShipmentDelivered: (p) => `Delivered (${of(p['proof'])})`,
  ShipmentFailed: (p) => `The shipment will not arrive: ${of(p['outcome'])}`,
  FeedbackRequested: () => 'Customer asked for feedback',
  FeedbackReceived: (p) => `Customer gave ${of(p['csat'])} of 5`,
  ReturnRequested: (p) => `Return requested by the ${of(p['by'])}`,
  ReturnApproved: (p) => `Return approved, to be sent back by ${of(p['sendBackUntil'])}`,
  ReturnRejected: (p) => `Return rejected: ${of(p['rule'])}`,
  ReturnReceived: (p) => `Returned goods arrived at ${of(p['location'])}`,
  ReturnDispositioned: (p) => `Inspected: ${lines(p).map((line) => of(line['disposition'])).join(', ')}`,
  RefundRequested: () => 'Refund asked for',
  ReturnSettled: (p) => `Return settled, ${of(p['refundedMinor'])} (minor units) ${of(p['currency'])} refunded`,
  TaskOpened: (p) => `Task for ${of(p['owner'])}: ${of(p['kind'])}, due ${of(p['dueAt'])}`,
  TaskClosed: (p) => `Task ${of(p['kind'])} done: ${of(p['resolution'])}`,
}

const reasons = ['why', 'reason', 'resolution'] as const

/** Tells a fact to people. */
export function describeFact(fact: ToldFact): TimelineEntry {
  const { payload } = fact
  const why = reasons.map((field) => payload[field]).find((value) => typeof value === 'string' && value !== '')
  const constraints = payload['constraints']
  return {
    at: fact.at,
    who: fact.actor,
    what: sentences[fact.name]?.(payload) ?? fact.name,
    why: typeof why === 'string' ? why : Array.isArray(constraints) ? (constraints as readonly JsonObject[]).map((each) => `${of(each['carrier'])} ${of(each['service'])}: ${of(each['constraint'])}`).join('; ') : null,
    fact: fact.name,
    eventId: fact.eventId,
    subject: fact.subject,
    payload,
  }
}
