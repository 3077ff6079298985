import { crashPoint } from '@waybill/kernel'
import type { ProviderAnswer, ProviderCall } from '../payments/payment-provider.js'
import { PaymentProvider } from '../payments/payment-provider.js'
import { Convoy } from './convoy.js'

export interface ProviderAccess {
  /** Base address of its API. */
  readonly url: string
  readonly apiKey: string
  /** An answer that comes later is no answer. Unit: ms. */
  readonly deadlineMs: number
}

interface ProviderRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: string
}

const paths: Readonly<Record<ProviderCall['kind'], string>> = {
  authorize: '/v1/authorizations',
  renew: '/v1/authorizations',
  capture: '/v1/captures',
  void: '/v1/voids',
  refund: '/v1/refunds',
}

/** What the provider's API says of an operation. */
interface ProviderOperation {
  readonly operation?: unknown
  readonly authorization?: unknown
  readonly status?: unknown
  readonly code?: unknown
  readonly retryable?: unknown
  readonly expiresAt?: unknown
}

const unknown = (why: string): ProviderAnswer => ({ outcome: 'unknown', why })

/**
 * The payment provider over HTTP. 201: done; 402: declined, with code; other 4xx but 401, 408, 409 and 429: not understood, so not done.
 * Everything else, silence included, says nothing about what happened.
 */
export class HttpPaymentProvider extends PaymentProvider {
  private readonly convoy = new Convoy()

  constructor(private readonly access: ProviderAccess) {
    super()
  }

  async perform(call: ProviderCall): Promise<ProviderAnswer> {
    const answer = await this.send(paths[call.kind], {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': call.id },
      body: JSON.stringify(bodyOf(call)),
    })
    if (typeof answer === 'string') return unknown(answer)
    const { status, body } = answer
    if (status === 201 || status === 402) return answerOf(body as ProviderOperation)
    if (status >= 400 && status < 500 && ![401, 403, 408, 409, 425, 429].includes(status)) {
      return { outcome: 'declined', code: textOf((body as ProviderOperation).code, `http-${status}`), retryable: false }
    }
    return unknown(`http-${status}`)
  }

  async ask(call: ProviderCall): Promise<ProviderAnswer | undefined> {
    const answer = await this.send(`/v1/operations?key=${encodeURIComponent(call.id)}`, { method: 'GET', headers: {} })
    if (typeof answer === 'string') return unknown(answer)
    const { operations } = answer.body as { readonly operations?: unknown }
    if (answer.status !== 200 || !Array.isArray(operations)) return unknown(`http-${answer.status}`)
    const [operation] = operations as readonly ProviderOperation[]
    return operation && answerOf(operation)
  }

  private send(path: string, request: ProviderRequest) {
    return this.convoy.accompany(() => this.ownAnswer(path, request))
  }

  /** The answer, or in one word why there is none. */
  private async ownAnswer(path: string, request: ProviderRequest) {
    const { url, apiKey, deadlineMs } = this.access
    try {
      const response = await fetch(`${url}${path}`, {
        ...request,
        headers: { ...request.headers, authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.timeout(deadlineMs),
      })
      crashPoint('C20-provider-called')
      const body: unknown = await response.json()
      crashPoint('C21-provider-answered')
      return { status: response.status, body: typeof body === 'object' && body !== null ? body : {} }
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no-answer'
    }
  }
}

const bodyOf = ({ kind, token, authorization, amountMinor, currency, order }: ProviderCall): object => {
  switch (kind) {
    case 'authorize':
    case 'renew':
      return { token, amountMinor: Number(amountMinor), currency, reference: order }
    case 'void':
      return { authorization }
    case 'capture':
    case 'refund':
      return { authorization, amountMinor: Number(amountMinor) }
    default:
      return kind satisfies never
  }
}

function answerOf({ operation, authorization, status, code, retryable, expiresAt }: ProviderOperation): ProviderAnswer {
  if (status === 'declined') return { outcome: 'declined', code: textOf(code, 'declined'), retryable: retryable === true }
  if (status !== 'succeeded' || typeof operation !== 'string' || typeof authorization !== 'string') return unknown('malformed-answer')
  const end = typeof expiresAt === 'string' ? new Date(expiresAt) : null
  return { outcome: 'succeeded', reference: operation, authorization, expiresAt: end === null || Number.isNaN(end.getTime()) ? null : end }
}

const textOf = (value: unknown, otherwise: string): string => (typeof value === 'string' && value !== '' ? value.slice(0, 100) : otherwise)
