import type { Answered, Cause, JsonObject, OrderId } from '@waybill/kernel'
import type { AdvanceContext, Advanced, OrderFile } from './advance.js'
import type { OrderFact } from './facts.js'

/** Something said about an order, and where it comes from. */
export interface Addressed<Fact extends OrderFact = OrderFact> {
  readonly cause: Cause
  /** null: about no order at all; taken note of, and that is it. */
  readonly order: OrderId | null
  readonly fact: Fact
}

/** What becomes of an order, and what whoever asked is answered. */
export type Decision = Advanced & { readonly reply?: JsonObject }

/** What a decision is given besides the file: it is the use-case that knows the patience of the house. */
export type DecisionContext = Omit<AdvanceContext, 'limits' | 'paymentLimits'>

/** Orders with their money, changed under lock. */
export abstract class OrderFileStore {
  /**
   * Takes a batch of facts in one transaction: locks the orders in the order of their ids, decides fact by fact, keeps and tells what follows.
   * The answer of a fact about an order that is not ours is undefined (of a message: it is parked).
   */
  abstract change<Fact extends OrderFact>(
    facts: readonly Addressed<Fact>[],
    decide: (file: OrderFile, fact: Fact, context: DecisionContext) => Decision,
  ): Promise<readonly Answered<JsonObject | undefined>[]>
}
