import type { Answered, Cause, NewId } from '@waybill/kernel'
import type { Refusal } from '../reading/fault.js'
import type { Candidate, Decision, KnownOrder } from './capture.js'
import type { Submission } from './submission.js'
import type { Terms } from './terms.js'

/** An order as it came through a door. */
export interface Incoming {
  readonly read: Submission | Refusal
  /** As it was sent, to be kept sealed if it is refused and cannot be sent again by itself. */
  readonly raw: unknown
}

/** Orders that came together, for one reason. */
export interface Arrival {
  readonly cause: Cause
  readonly orders: readonly Incoming[]
}

/**
 * How a door answers. `call`: a refusal undoes everything, so that the same call can succeed once the catalogue is right.
 * `bulk`: each order has its answer. `message`: answers are published, refused messages are kept sealed for 30 days.
 */
export type Door = 'call' | 'bulk' | 'message'

/** The answer to one order. */
export type OrderAnswer =
  | { readonly status: 'accepted'; readonly isNew: boolean; readonly order: string; readonly channel: string; readonly reference: string; readonly currency: string; readonly totalMinor: number }
  | ({ readonly status: 'refused' } & Refusal)

/** Judges a batch of orders. */
export type Capture = (candidates: readonly Candidate[], known: ReadonlyMap<string, KnownOrder>, terms: Terms, newId: NewId) => readonly Decision[]

/** Timer: the sealed messages of a day have been kept long enough. */
export const FORGET_REFUSED = 'forget-refused-input'

/** A day whose sealed messages have been kept long enough. */
export interface DueInput {
  readonly cause: Cause
}

/** Keeps what the doors take. */
export abstract class CaptureStore {
  /** Holds all arrivals against channels, catalogue and prices in one transaction; what is placed is kept, begun and told. */
  abstract capture(door: Door, arrivals: readonly Arrival[], decide: Capture): Promise<readonly Answered<readonly OrderAnswer[]>[]>
  /** Deletes sealed messages, with their keys, that are older than 30 days. */
  abstract forgetRefused(due: readonly DueInput[]): Promise<void>
}
