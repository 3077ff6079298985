import { Injectable } from '@nestjs/common'
import { crashPoint } from '@waybill/kernel'
import { bulkhead, circuitBreaker, ConsecutiveBreaker, handleAll, wrap } from 'cockatiel'
import { Carrier, type CarrierAnswer, type LabelRequest } from '../shipments/carrier.js'
import type { LabelBought } from '../shipments/news.js'

/** Where the carriers' API is, and how long an answer may take. */
export abstract class CarrierAccess {
  abstract readonly carrierUrl: string
  abstract readonly carrierTimeoutMs: number
}

/** Calls in flight at once; the rest waits in the process. */
const CALLS_AT_ONCE = 16
const CALLS_WAITING = 1_000
/** After so many failures in a row nobody is called for a while: a carrier that is down is not helped by more calls. */
const FAILURES_IN_A_ROW = 5
const CALM_MS = 5_000

/** The carriers' HTTP API. Every way of not getting a clear answer is "unknown". */
@Injectable()
export class HttpCarrier extends Carrier {
  private readonly policy = wrap(
    bulkhead(CALLS_AT_ONCE, CALLS_WAITING),
    circuitBreaker(handleAll, { halfOpenAfter: CALM_MS, breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW) }),
  )

  constructor(private readonly access: CarrierAccess) {
    super()
  }

  async buyLabel(request: LabelRequest, key: string): Promise<CarrierAnswer<LabelBought>> {
    const answer = await this.call('POST', '/v1/labels', labelOf, { body: request, key })
    crashPoint('C30-label-bought')
    return answer
  }

  async findLabel(key: string): Promise<CarrierAnswer<LabelBought | null>> {
    return this.call('GET', `/v1/labels?key=${encodeURIComponent(key)}`, firstLabelOf)
  }

  async handOver(trackingNumbers: readonly string[]): Promise<CarrierAnswer<null>> {
    return this.call('POST', '/v1/handovers', () => null, { body: { trackingNumbers } })
  }

  private async call<T>(method: string, path: string, read: (body: unknown) => T, sent?: { readonly body: unknown; readonly key?: string }): Promise<CarrierAnswer<T>> {
    try {
      return await this.policy.execute(async () => {
        const response = await fetch(`${this.access.carrierUrl}${path}`, {
          method,
          headers: { accept: 'application/json', ...(sent ? { 'content-type': 'application/json' } : {}), ...(sent?.key ? { 'idempotency-key': sent.key } : {}) },
          ...(sent ? { body: JSON.stringify(sent.body) } : {}),
          signal: AbortSignal.timeout(this.access.carrierTimeoutMs),
        })
        const body: unknown = await response.json()
        if (response.ok) return { answer: 'done', value: read(body) } as const
        if (isClearNo(response.status)) return { answer: 'refused', why: reasonOf(body, response.status) } as const
        throw new CarrierTrouble(`HTTP ${response.status}`)
      })
    } catch (error) {
      return { answer: 'unknown', why: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }
    }
  }
}

class CarrierTrouble extends Error {
  override readonly name = 'CarrierTrouble'
}

/** An answer that says "not done, and not to be tried again as it is". Time-outs, conflicts in flight and rate limits say nothing of the kind. */
const isClearNo = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429

function reasonOf(body: unknown, status: number): string {
  const { code } = isRecord(body) ? body : {}
  return typeof code === 'string' ? code : `HTTP ${status}`
}

function labelOf(body: unknown): LabelBought {
  const { packages, priceMinor } = isRecord(body) ? body : {}
  if (!Array.isArray(packages) || packages.length === 0 || typeof priceMinor !== 'number') throw new CarrierTrouble('an answer that is no label')
  return {
    priceMinor,
    packages: packages.map((each: unknown) => {
      const { sscc, trackingNumber } = isRecord(each) ? each : {}
      if (typeof sscc !== 'string' || typeof trackingNumber !== 'string' || trackingNumber === '' || trackingNumber.length > 64) throw new CarrierTrouble('a label without tracking numbers')
      return { sscc, trackingNumber }
    }),
  }
}

function firstLabelOf(body: unknown): LabelBought | null {
  const { labels } = isRecord(body) ? body : {}
  if (!Array.isArray(labels)) throw new CarrierTrouble('an answer that is no list of labels')
  return labels.length === 0 ? null : labelOf(labels[0])
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
