import type { JsonObject } from '@waybill/kernel'

/** A fact as it came from Kafka, with its envelope. */
export interface ToldFact {
  readonly eventId: string
  readonly topic: string
  readonly type: string
  /** Code name, such as OrderPlaced. */
  readonly name: string
  readonly subject: string
  readonly sequence: number | null
  /** The order it belongs to, if any. */
  readonly order: string | null
  readonly at: string
  /** role:id of who caused it. */
  readonly actor: string
  readonly payload: JsonObject
}
