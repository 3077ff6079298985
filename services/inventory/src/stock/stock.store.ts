import type { Cause, OrderId, ProductId } from '@waybill/kernel'
import type { StockBook } from './stock-book.js'

/** What an input concerns: it says what has to be locked and read before anything is decided. */
export interface Touch {
  /** Products whose stock moves. */
  readonly products?: readonly ProductId[]
  /** Orders that are here already, with all their lines, grants and fulfillments. */
  readonly orders?: readonly OrderId[]
  /** Reads the lots of all products touched: those with units, and these by name. Left out: none. */
  readonly lots?: readonly (string | null)[]
  /** Where the orders go that are not here yet. */
  readonly countries?: readonly string[]
  /** Places whose last imported count is needed, by importKey. */
  readonly imported?: readonly string[]
  /** Supplies by id. */
  readonly supplies?: readonly string[]
  /** Supplies by code, of the products touched. */
  readonly supplyCodes?: readonly string[]
}

/** How one input ended. */
export interface Answered<R> {
  readonly result: R | undefined
  readonly replayed: boolean
}

/** The one way stock changes. */
export abstract class StockStore {
  /**
   * In one transaction: takes the inputs not seen before, locks the stock of all products they touch (one lock order:
   * product, location), reads what they touch, lets `act` decide, moves promises away from what was lost, serves and
   * dates the queue, writes, and queues the facts. `act` may be run again from the start; it keeps nothing outside its book.
   */
  abstract change<I extends { readonly cause: Cause }, R = void>(
    inputs: readonly I[],
    touch: (input: I) => Touch,
    act: (book: StockBook, fresh: readonly I[]) => readonly R[] | void,
  ): Promise<readonly Answered<R>[]>
}
