import type { Cause, EventCause, OrderId } from '@waybill/kernel'
import type { Next } from './after-sending.js'
import type { Sending } from './mailer.js'
import type { Details, MessageId, MessageKind, MessageStatus, Occasion, OrderedLines, Outgoing } from './message.js'

/** How a change ended: done now, or done before and answered alike. */
export interface Answered<R> {
  readonly result: R | undefined
  readonly replayed: boolean
}

/** Something a customer is to be told. */
export interface News {
  readonly cause: EventCause
  readonly order: OrderId
  /** Null: nothing to tell after all. */
  readonly occasion: Occasion | null
}

/** An attempt to send, and how it ended. */
export interface Attempt {
  readonly cause: Cause
  readonly message: Outgoing
  /** Null: nothing was tried, the message is no longer to be sent. */
  readonly sending: Sending | null
}

/** A row of what was told to whom; without the whom. */
export interface MessageRow {
  readonly id: MessageId
  readonly kind: MessageKind
  readonly order: OrderId
  readonly status: MessageStatus
  readonly why: string | null
  readonly tries: number
  readonly createdAt: Date
  readonly sentAt: Date | null
}

/** Messages, and what they are written from. Each message is written down before it is sent, once for an event and a kind. */
export abstract class Messages {
  /** What customers are to be told, to be sent as soon as their details are known. */
  abstract intend(news: readonly News[]): Promise<void>
  abstract keepOrders(inputs: readonly { readonly cause: Cause; readonly order: OrderedLines }[]): Promise<void>
  /** Sets details, unless they were erased, and sends what waited for them. */
  abstract keepDetails(inputs: readonly { readonly cause: Cause; readonly details: Details }[]): Promise<void>
  /** Deletes the details and drops what was not sent. */
  abstract eraseDetails(inputs: readonly { readonly cause: Cause; readonly order: OrderId }[]): Promise<void>
  abstract outgoing(ids: readonly MessageId[]): Promise<readonly Outgoing[]>
  /** Writes how attempts ended. */
  abstract settle(attempts: readonly Attempt[], decide: (message: Outgoing, sending: Sending, now: Date) => Next): Promise<void>
  /** Looks again at messages that wait for details. */
  abstract check(due: readonly { readonly cause: Cause; readonly message: MessageId }[]): Promise<void>
  /** Sends again what failed or may not have gone out, because a person asks. Answers its status; undefined: there is none. */
  abstract sendAgain(input: { readonly cause: Cause; readonly message: MessageId }): Promise<Answered<{ readonly status: MessageStatus } | null>>
  abstract list(filter: { readonly order?: OrderId; readonly status?: MessageStatus; readonly after?: MessageId; readonly limit: number }): Promise<readonly MessageRow[]>
}
