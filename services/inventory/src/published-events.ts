import {
  BackorderDateChanged,
  BackorderFilled,
  LocationPublished,
  ReservationRefused,
  StockAdjusted,
  StockBackordered,
  StockBlocked,
  StockConsumed,
  StockReceived,
  StockReleased,
  StockReserved,
  StockUnblocked,
  SupplyAnnounced,
  SupplyMoved,
} from '@waybill/contracts'
import type { EventDefinition } from '@waybill/contracts'
import type { Cause } from '@waybill/kernel'
import type { Tx } from '@waybill/service-kit'
import type { Location } from './locations/location.js'
import type { BackorderedLine, Fact, ReservationFact, Stated, StockFact, SupplyFact } from './stock/facts.js'
import { subjectOf } from './stock/stock-level.js'

/** Everything inventory tells others about stock: business fact to versioned message. */
export function publish(tx: Tx, { fact, cause }: Stated): void {
  if ('order' in fact) publishReservation(tx, fact, cause)
  else publishStock(tx, fact, cause)
}

/** A location as it is now, for everybody's mirror. */
export function publishLocation(tx: Tx, { street: _street, ...location }: Location, cause: Cause): void {
  const payload = { ...location, handling: [...location.handling], calendar: { ...location.calendar, workdays: [...location.calendar.workdays], holidays: [...location.calendar.holidays] } }
  tx.publish(LocationPublished, { subject: location.location, key: location.location, payload, cause })
}

function publishReservation(tx: Tx, fact: ReservationFact, cause: Cause): void {
  const { order } = fact
  const say = <P>(event: EventDefinition<P>, payload: P): void => tx.publish(event, { subject: order, key: order, payload, cause, correlationId: order })
  switch (fact.fact) {
    case 'StockReserved':
      return say(StockReserved, { order, lines: [...fact.lines] })
    case 'BackorderFilled':
      return say(BackorderFilled, { order, lines: [...fact.lines] })
    case 'StockReleased':
      return say(StockReleased, { order, lines: [...fact.lines], reason: fact.reason })
    case 'StockBackordered':
      return say(StockBackordered, { order, lines: fact.lines.map(withConfidence) })
    case 'BackorderDateChanged':
      return say(BackorderDateChanged, { order, lines: [...fact.lines] })
    case 'ReservationRefused':
      return say(ReservationRefused, { order, why: fact.why, lines: [...fact.lines] })
    case 'StockConsumed':
      return say(StockConsumed, { order, fulfillment: fact.fulfillment, location: fact.location, lines: [...fact.lines] })
    default:
      fact satisfies never
  }
}

function publishStock(tx: Tx, fact: StockFact | SupplyFact, cause: Cause): void {
  const say = <P>(event: EventDefinition<P>, payload: P): void =>
    tx.publish(event, { subject: subjectOf(fact.product, fact.location), key: fact.product, payload, cause })
  switch (fact.fact) {
    case 'StockReceived':
      return say(StockReceived, withoutName(fact))
    case 'StockAdjusted':
      return say(StockAdjusted, withoutName(fact))
    case 'StockBlocked':
      return say(StockBlocked, withoutName(fact))
    case 'StockUnblocked':
      return say(StockUnblocked, withoutName(fact))
    case 'SupplyAnnounced':
      return say(SupplyAnnounced, withoutName(fact))
    case 'SupplyMoved':
      return say(SupplyMoved, withoutName(fact))
    default:
      fact satisfies never
  }
}

const withConfidence = (line: BackorderedLine) => ({ ...line, confidence: line.availableOn === null ? ('unknown' as const) : ('announced' as const) })

function withoutName<F extends Fact>({ fact: _fact, ...payload }: F): Omit<F, 'fact'> {
  return payload
}
