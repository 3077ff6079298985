import type { Operation, Payment } from './payment.js'

/** What the provider said of one operation. */
export type ProviderAnswer =
  | { readonly outcome: 'succeeded'; readonly reference: string; readonly authorization: string; readonly expiresAt: Date | null }
  | { readonly outcome: 'declined'; readonly code: string; readonly retryable: boolean }
  /** No answer, or one that says nothing: it may have happened. */
  | { readonly outcome: 'unknown'; readonly why: string }

/** A call as the provider needs it. */
export interface ProviderCall extends Pick<Operation, 'id' | 'kind' | 'amountMinor' | 'authorization' | 'token'>, Pick<Payment, 'order' | 'currency'> {}

/** The company that moves the money. Every call carries its operation's id as idempotency key. */
export abstract class PaymentProvider {
  /** Does it, once per id. Never throws for what the provider or the network does: that is an answer. */
  abstract perform(call: ProviderCall): Promise<ProviderAnswer>
  /** What became of the operation with this id; undefined: the provider never heard of it. */
  abstract ask(call: ProviderCall): Promise<ProviderAnswer | undefined>
}
