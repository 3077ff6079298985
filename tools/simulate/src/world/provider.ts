import { PaymentProvider, type ProviderAnswer, type ProviderCall } from '@waybill/order/core'
import { hashOf } from './random.js'
import { shortOf } from './ids.js'
import type { Caller, Outside } from './outside.js'
import type { VirtualClock } from './clock.js'

/** What the provider has done under a key. */
export interface Booked {
  readonly key: string
  readonly kind: ProviderCall['kind']
  readonly order: string
  readonly amountMinor: bigint
  readonly authorization: string
  readonly answer: ProviderAnswer
}

interface Authorization {
  readonly reference: string
  readonly amountMinor: bigint
  capturedMinor: bigint
  refundedMinor: bigint
  isVoid: boolean
  readonly expiresAt: Date
}

const AUTHORIZED_FOR_MS = 7 * 86_400_000

/** Means of payment of which the first word says what becomes of them. */
export const tokens = ['good', 'declined', 'declined-for-good', 'good-but-declined-once'] as const

/** The payment provider and its ledger: the truth outside. It honors keys: one key, one effect, one answer. */
export class ProviderBooks {
  readonly booked = new Map<string, Booked>()
  private readonly authorizations = new Map<string, Authorization>()

  constructor(
    private readonly clock: VirtualClock,
    private readonly complain: (what: string) => void,
    /** Was this written down before the call? G9. */
    private readonly isIntended: (key: string) => boolean,
  ) {}

  perform(call: ProviderCall): ProviderAnswer {
    const before = this.booked.get(call.id)
    if (before) return before.answer
    if (!this.isIntended(call.id)) this.complain(`G9: the provider is called to ${call.kind} without a row that says so (${call.id})`)
    const booked = this.decide(call)
    this.booked.set(call.id, { key: call.id, kind: call.kind, order: call.order, amountMinor: call.amountMinor, ...booked })
    return booked.answer
  }

  ask(call: ProviderCall): ProviderAnswer | undefined {
    return this.booked.get(call.id)?.answer
  }

  /** What of an order's money was taken and given back. */
  sumOf(order: string, kind: 'capture' | 'refund'): bigint {
    let sum = 0n
    for (const each of this.booked.values()) if (each.order === order && each.kind === kind && each.answer.outcome === 'succeeded') sum += each.amountMinor
    return sum
  }

  private decide(call: ProviderCall): Pick<Booked, 'authorization' | 'answer'> {
    switch (call.kind) {
      case 'authorize':
      case 'renew':
        return this.authorize(call)
      case 'capture':
      case 'refund':
      case 'void':
        return this.move(call, this.authorizations.get(call.authorization ?? ''))
      default:
        return call.kind satisfies never
    }
  }

  private authorize({ id, token, amountMinor }: ProviderCall): Pick<Booked, 'authorization' | 'answer'> {
    const isTriedOnce = token === 'good-but-declined-once' && ![...this.booked.values()].some(({ answer }) => answer.outcome === 'declined')
    if (token === null || token.startsWith('declined') || isTriedOnce) return declined('card-declined', token !== 'declined-for-good')
    const reference = `auth-${shortOf(id)}`
    const expiresAt = new Date(this.clock.now.getTime() + AUTHORIZED_FOR_MS)
    this.authorizations.set(reference, { reference, amountMinor, capturedMinor: 0n, refundedMinor: 0n, isVoid: false, expiresAt })
    return succeeded(id, reference, expiresAt)
  }

  private move({ id, kind, amountMinor }: ProviderCall, authorization: Authorization | undefined): Pick<Booked, 'authorization' | 'answer'> {
    if (!authorization) return declined('unknown-authorization', false)
    if (kind === 'refund') {
      if (authorization.refundedMinor + amountMinor > authorization.capturedMinor) return declined('more-than-captured', false)
      // now and then the card is gone
      if (hashOf(shortOf(id)) % 17 === 0) return declined('card-closed', false)
      authorization.refundedMinor += amountMinor
      return succeeded(id, authorization.reference, null)
    }
    if (authorization.isVoid) return declined('authorization-void', false)
    if (kind === 'void') {
      authorization.isVoid = true
      return succeeded(id, authorization.reference, null)
    }
    if (authorization.expiresAt <= this.clock.now) return declined('authorization-expired', false)
    if (authorization.capturedMinor + amountMinor > authorization.amountMinor) return declined('more-than-authorized', false)
    if (hashOf(shortOf(id)) % 13 === 0) return declined('try-again', true)
    authorization.capturedMinor += amountMinor
    return succeeded(id, authorization.reference, null)
  }
}

const succeeded = (key: string, authorization: string, expiresAt: Date | null): Pick<Booked, 'authorization' | 'answer'> => ({
  authorization,
  answer: { outcome: 'succeeded', reference: `ref-${shortOf(key)}`, authorization, expiresAt },
})

const declined = (code: string, retryable: boolean): Pick<Booked, 'authorization' | 'answer'> => ({ authorization: '', answer: { outcome: 'declined', code, retryable } })

const unknown: ProviderAnswer = { outcome: 'unknown', why: 'no answer' }

/** The provider as order sees it: every answer takes its time, or does not come. */
export class SlowProvider extends PaymentProvider {
  constructor(
    private readonly books: ProviderBooks,
    private readonly outside: Outside,
    private readonly caller: Caller,
  ) {
    super()
  }

  perform(call: ProviderCall): Promise<ProviderAnswer> {
    return this.outside.call(this.caller, `${call.kind} ${shortOf(call.id)}`, () => this.books.perform(call), unknown)
  }

  ask(call: ProviderCall): Promise<ProviderAnswer | undefined> {
    return this.outside.call<ProviderAnswer | undefined>(this.caller, `ask ${call.kind} ${shortOf(call.id)}`, () => this.books.ask(call), unknown)
  }
}
