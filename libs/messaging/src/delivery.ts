import type { EventDefinition } from '@waybill/contracts'
import type { EventCause } from '@waybill/kernel'
import type { RawRecord } from './envelope.js'

/** fresh: do the work; seen: done before; parked: queued behind a parked message of its key, or behind a gap; refused: went to quarantine. */
export type Admission = 'fresh' | 'seen' | 'parked' | 'refused'

/** A message as a handler gets it. */
export interface Received<P> {
  readonly cause: EventCause
  readonly payload: P
}

/** Thrown by a handler that knows which message is the culprit: its key is parked, the rest of the batch is done again without it. */
export class Poison extends Error {
  constructor(
    readonly eventId: string,
    readonly code: string,
    detail?: string,
  ) {
    super(detail ?? code)
    this.name = 'Poison'
  }
}

/** One message on its way through a round, or through a retry. */
export interface Delivery {
  readonly record: RawRecord
  readonly cause: EventCause
  readonly event: EventDefinition | undefined
  readonly payload: unknown
  /** Set when it comes out of parking: the row it lies in, as it was read. */
  readonly parked?: { readonly id: string; readonly revision: number }
  /** Set when it comes out of quarantine: its place in the sequence was counted when it went in. */
  readonly redriven?: true
  /** What the inbox said last; undefined: it was not asked. */
  admission: Admission | undefined
}

const carried = Symbol('delivery')

/** The cause a handler gets, with its delivery attached so that the inbox finds the raw record behind it. Survives a copy by spread. */
function causeWith(delivery: Delivery): EventCause {
  const cause: EventCause & { [carried]?: Delivery } = { ...delivery.cause }
  cause[carried] = delivery
  return cause
}

/** The delivery behind a cause; undefined for a cause made by hand. */
export const deliveryOf = (cause: EventCause): Delivery | undefined => (cause as EventCause & { readonly [carried]?: Delivery })[carried]

export const received = (delivery: Delivery): Received<unknown> => ({ cause: causeWith(delivery), payload: delivery.payload })
