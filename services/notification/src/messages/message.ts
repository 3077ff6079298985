import type { Brand, BusinessDate, OrderId, TransitionTable } from '@waybill/kernel'

/** One mail to one customer about one thing that happened. Form: uuid v7. */
export type MessageId = Brand<string, 'MessageId'>

/** First and last day of a promise; both null: no date is known. */
export interface Window {
  readonly from: BusinessDate | null
  readonly to: BusinessDate | null
}

/** What happened, as far as the customer is told of it. No personal data: that joins when the mail is written. */
export type Occasion =
  | {
      readonly kind: 'order-confirmed'
      readonly totalMinor: number
      readonly currency: string
      readonly lines: readonly {
        readonly description: string
        readonly units: number
        readonly promises: readonly { readonly units: number; readonly backordered: boolean; readonly availableOn: string | null; readonly window: Window }[]
      }[]
    }
  | { readonly kind: 'promise-changed'; readonly description: string; readonly units: number; readonly old: Window; readonly new: Window }
  | { readonly kind: 'payment-declined'; readonly until: string }
  | { readonly kind: 'order-expired' }
  | { readonly kind: 'order-cancelled'; readonly why: string }
  | {
      readonly kind: 'shipped'
      readonly shipment: string
      readonly carrier: string
      readonly trackingNumbers: readonly string[]
      readonly lines: readonly { readonly line: number; readonly units: number }[]
      readonly expected: Window
    }
  | { readonly kind: 'feedback-requested'; readonly feedback: string; readonly answerUntil: string }
  | { readonly kind: 'return-approved'; readonly sendBackUntil: string; readonly lines: readonly { readonly line: number; readonly units: number }[] }
  | { readonly kind: 'return-rejected'; readonly why: string }
  | { readonly kind: 'refunded'; readonly amountMinor: number; readonly currency: string }

export type MessageKind = Occasion['kind']

/** Where a message stands. */
export type MessageStatus =
  /** The customer's name and address are not known yet. */
  | 'AWAITING_DETAILS'
  /** To be sent now, or again later. */
  | 'QUEUED'
  | 'SENT'
  /** The mail server said no for good. */
  | 'FAILED'
  /** It may have gone out twice already: it is not sent a third time unasked. */
  | 'UNKNOWN'
  /** Not to be sent any more: the customer's details were erased. */
  | 'DROPPED'

export const messageStatuses: readonly MessageStatus[] = ['AWAITING_DETAILS', 'QUEUED', 'SENT', 'FAILED', 'UNKNOWN', 'DROPPED']

/** Which status of a message may follow which. It begins in AWAITING_DETAILS or QUEUED. */
export const messageTransitions: TransitionTable<MessageStatus, 'details' | 'erased' | 'sent' | 'refused' | 'uncertain' | 'asked-again'> = {
  AWAITING_DETAILS: { details: 'QUEUED', erased: 'DROPPED' },
  QUEUED: { sent: 'SENT', refused: 'FAILED', uncertain: 'UNKNOWN', erased: 'DROPPED' },
  SENT: {},
  FAILED: { 'asked-again': 'QUEUED', 'erased': 'DROPPED' },
  UNKNOWN: { 'asked-again': 'QUEUED', 'erased': 'DROPPED' },
  DROPPED: {},
}

/** A customer's details, for one order. */
export interface Details {
  readonly order: OrderId
  /** The channel's own number of the order: what the customer knows it by. */
  readonly reference: string
  readonly name: string
  readonly email: string
}

/** What mails call the lines of an order by. */
export interface OrderedLines {
  readonly order: OrderId
  readonly lines: readonly { readonly line: number; readonly description: string }[]
}

/** A message whose time to be sent has come. */
export interface Outgoing {
  readonly id: MessageId
  readonly order: OrderId
  readonly occasion: Occasion
  readonly status: MessageStatus
  readonly details: Details | null
  readonly isErased: boolean
  readonly descriptions: ReadonlyMap<number, string>
  readonly tries: number
  /** How often it may have gone out without our having been told. */
  readonly maybeSent: number
  readonly createdAt: Date
}
