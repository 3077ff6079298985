import type { ServiceName } from '@waybill/contracts'

/** One record of a topic, as far as rules look at it. */
export interface TopicRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: string | null
  readonly eventId: string | null
  readonly type: string | null
  readonly subject: string | null
  readonly sequence: number | null
  readonly version: number | null
  /** A record without a value: the end of a compacted key. */
  readonly isEmpty: boolean
}

/** One operation in the payment provider's ledger. */
export interface ProviderOperation {
  readonly key: string
  readonly kind: string
  readonly status: 'succeeded' | 'declined'
  readonly amountMinor: number
  readonly currency: string
}

/** One package on a label that a carrier sold. */
export interface CarrierPackage {
  readonly key: string
  readonly sscc: string
  readonly trackingNumber: string
  readonly isVoided: boolean
}

/** An order as its sender remembers it: accepted by us, under this id. */
export interface SentOrder {
  readonly channel: string
  readonly reference: string
  readonly order: string
}

/** Everything that rules look at: databases by a role that can only read, topics, the ledgers of the outside, and what senders remember. */
export interface World {
  query<Row>(service: ServiceName, sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Every record that lies on the topics now. Read once. */
  records(): Promise<readonly TopicRecord[]>
  providerOperations(): Promise<readonly ProviderOperation[]>
  carrierPackages(): Promise<readonly CarrierPackage[]>
  /** What senders hold as accepted; empty where nobody kept a ledger. */
  sentOrders(): Promise<readonly SentOrder[]>
  /** Reads the topics anew next time. */
  forget(): void
}
