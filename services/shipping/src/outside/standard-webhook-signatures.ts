import { Injectable } from '@nestjs/common'
import { Webhook, WebhookVerificationError } from 'standardwebhooks'
import { WebhookSignatures, type SignatureFault, type WebhookHeaders } from '../tracking/webhook-signatures.js'

/** Secrets that carriers sign with, several while one is being replaced. */
export abstract class WebhookSecrets {
  abstract readonly carrierWebhookSecrets: readonly string[]
}

/** How far a message's time may be from ours. Source: Standard Webhooks; bad-inputs BI-E2. Unit: s. */
const TOLERANCE_S = 300

/** Signatures of Standard Webhooks (https://www.standardwebhooks.com), HMAC-SHA-256 over `id.timestamp.body`. */
@Injectable()
export class StandardWebhookSignatures extends WebhookSignatures {
  private readonly keys: readonly Webhook[]

  constructor(secrets: WebhookSecrets) {
    super()
    this.keys = secrets.carrierWebhookSecrets.map((secret) => new Webhook(secret))
  }

  faultOf(body: Uint8Array, { id, timestamp, signature }: WebhookHeaders, now: Date): SignatureFault | null {
    if (id === undefined || timestamp === undefined || signature === undefined) return 'invalid-signature'
    // a dot in the id could move the borders of what is signed
    if (!/^[A-Za-z0-9_-]{1,120}$/.test(id)) return 'invalid-webhook-id'
    const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
    if (!(Math.abs(now.getTime() / 1_000 - seconds) <= TOLERANCE_S)) return 'stale-timestamp'
    const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
    return this.keys.some((key) => verifies(key, Buffer.from(body), headers)) ? null : 'invalid-signature'
  }
}

function verifies(key: Webhook, body: Buffer, headers: Record<string, string>): boolean {
  try {
    key.verify(body, headers, { jsonParse: false })
    return true
  } catch (error) {
    if (error instanceof WebhookVerificationError) return false
    throw error
  }
}
