/** Why a message is not taken for a carrier's. */
export type SignatureFault = 'invalid-signature' | 'stale-timestamp' | 'invalid-webhook-id'

/** The headers that say who sent a message, and when. */
export interface WebhookHeaders {
  readonly id: string | undefined
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

/** Tells whether carriers' messages are carriers' messages. */
export abstract class WebhookSignatures {
  /** Checks the bytes as they came; null: they are the carrier's. */
  abstract faultOf(body: Uint8Array, headers: WebhookHeaders, now: Date): SignatureFault | null
}
