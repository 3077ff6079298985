import { Controller, Headers, HttpCode, Param, Post, Req } from '@nestjs/common'
import { ApiTags } from '@nestjs/swagger'
import { crashPoint, type RequestCause } from '@waybill/kernel'
import { Clock, Log, Metrics, Problem, Public, RawBody, rawBodyOf } from '@waybill/service-kit'
import type { FastifyRequest } from 'fastify'
import { createHash } from 'node:crypto'
import { WebhookSignatures } from '../tracking/webhook-signatures.js'
import type { ScanOutcome } from '../tracking/scans.js'
import { TakeScan } from '../use-cases/take-scan.js'
import { readCarrierMessage } from './carrier-message.js'

/** What carriers tell us. Open to all, because only a carrier can sign. */
@ApiTags('webhooks')
@Controller('v1/webhooks/carriers')
export class WebhooksController {
  private readonly refused = new Map<string, number>()

  constructor(
    private readonly takeScan: TakeScan,
    private readonly signatures: WebhookSignatures,
    private readonly clock: Clock,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    metrics.gauge('shipping_webhooks_refused', 'Carrier messages refused since the start, by reason', 'code', () => Promise.resolve(Object.fromEntries(this.refused)))
  }

  /** A tracking message, signed as Standard Webhooks say. The same webhook-id is taken once. */
  @Post(':connection')
  @HttpCode(200)
  @Public()
  @RawBody()
  async take(
    @Param('connection') connection: string,
    @Req() request: FastifyRequest,
    @Headers('webhook-id') id?: string,
    @Headers('webhook-timestamp') timestamp?: string,
    @Headers('webhook-signature') signature?: string,
  ): Promise<{ readonly outcome: ScanOutcome }> {
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(connection)) throw new Problem('invalid-id')
    const body = rawBodyOf(request)
    const fault = this.signatures.faultOf(body, { id, timestamp, signature }, this.clock.now())
    if (fault) throw this.refusal(fault)
    const webhookId = id ?? ''
    const message = readCarrierMessage(body)
    crashPoint('C23-webhook-received')
    try {
      const { result } = await this.takeScan.run({ ...message, connection, webhookId, cause: causeOf(connection, webhookId, body) })
      crashPoint('C24-webhook-saved')
      return { outcome: result ?? 'ignored' }
    } catch (error) {
      if (error instanceof Problem && error.code === 'idempotency-key-reused') {
        this.log.error('a carrier used a webhook-id for two messages', { connection, webhookId })
        throw this.refusal('webhook-id-reused')
      }
      throw error
    }
  }

  private refusal(code: 'invalid-signature' | 'stale-timestamp' | 'invalid-webhook-id' | 'webhook-id-reused'): Problem {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
    return new Problem(code)
  }
}

/** The webhook id is the carrier's idempotency key: the same message again finds its answer. */
const causeOf = (connection: string, webhookId: string, body: Buffer): RequestCause => ({
  kind: 'request',
  client: `carrier:${connection}`,
  key: webhookId,
  route: 'POST /v1/webhooks/carriers/:connection',
  bodyHash: createHash('sha256').update(body).digest('hex'),
  actor: `carrier:${connection}`,
  correlationId: null,
  traceparent: null,
})
