import type { Cause, NewId, OrderId } from '@waybill/kernel'
import type { ReturnPolicy } from '../policies/return-policy.js'
import type { Decision } from './facts.js'
import type { OrderCare } from './order-care.js'

/** A cause with the order it is about. */
export interface AboutOrder {
  readonly cause: Cause
  readonly order: OrderId
}

/** What a decision may look at beside the order: the database's clock, new ids, policies and zones in force. */
export interface CareContext {
  readonly now: Date
  readonly newId: NewId
  readonly policies: readonly ReturnPolicy[]
  readonly zoneOf: (location: string) => string
}

export interface Answered<R> {
  readonly result: R | undefined
  readonly replayed: boolean
}

/** Where orders in care are kept. */
export abstract class CareStore {
  /** Locks the orders of all inputs, decides one after another, and saves states, facts, timers and tasks together. Inputs seen before are skipped. */
  abstract change<I extends AboutOrder, R>(inputs: readonly I[], decide: (care: OrderCare, input: I, context: CareContext) => Decision<R>): Promise<readonly Answered<R>[]>
  /** The order of a return or of a feedback; undefined if there is none. */
  abstract orderOf(subject: { readonly return: string } | { readonly feedback: string }): Promise<OrderId | undefined>
  /** The orders of many returns or feedbacks, by their ids. */
  abstract ordersOf(subjects: readonly string[]): Promise<ReadonlyMap<string, OrderId>>
}
