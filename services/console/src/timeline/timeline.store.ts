import type { Cause } from '@waybill/kernel'
import type { ToldFact } from './told-fact.js'

export interface Told {
  readonly cause: Cause
  readonly fact: ToldFact
}

/** Where facts are kept for ever, and the views built from them. */
export abstract class TimelineStore {
  /** Keeps the facts and brings the views up to date, in one transaction. */
  abstract keep(told: readonly Told[]): Promise<void>
  /** Builds every view anew from the kept facts. Returns how many there were. */
  abstract rebuild(cause: Cause): Promise<number>
}
