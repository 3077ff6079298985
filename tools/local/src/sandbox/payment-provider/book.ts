/** What the provider did, or refused to do, under one key. One line of its ledger; nothing is ever changed in it. */
export interface Operation {
  readonly seq: number
  readonly operation: string
  readonly kind: 'authorization' | 'capture' | 'void' | 'refund'
  /** The caller's Idempotency-Key. */
  readonly key: string
  readonly status: 'succeeded' | 'declined'
  /** Why not: `card-declined`, `insufficient-funds`, `authorization-expired`, `amount-exceeds-authorized` and so on. */
  readonly code?: string
  /** A declined operation may succeed when it is tried again under another key (or with another token). */
  readonly retryable?: boolean
  /** Unit: minor units of `currency`. Of a void: what was released. */
  readonly amountMinor: number
  readonly currency: string
  readonly authorization: string
  readonly capture?: string
  readonly refund?: string
  readonly reference?: string
  readonly token?: string
  readonly expiresAt?: string
  readonly at: string
}

type Draft = Omit<Operation, 'seq' | 'key' | 'at'>

interface Capture {
  readonly id: string
  readonly amountMinor: number
  refundedMinor: number
}

interface Authorization {
  readonly id: string
  readonly token: string
  readonly amountMinor: number
  readonly currency: string
  readonly expiresAt: Date
  readonly captures: Capture[]
  isVoided: boolean
  failedRefunds: number
}

/**
 * The provider's account of every authorization, rebuilt from the ledger.
 * Holds always: captured <= authorized, refunded <= captured (each capture, so also in sum), no capture after void or expiry.
 */
export class Book {
  private readonly authorizations = new Map<string, Authorization>()
  private readonly authorizationOfCapture = new Map<string, string>()
  private seq = 0

  constructor(
    operations: readonly Operation[],
    private readonly validDays: number,
  ) {
    for (const operation of operations) this.record(operation)
  }

  authorize(asked: { token: string; amountMinor: number; currency: string; reference: string }, id: string, now: Date): Draft {
    const base = { operation: id, kind: 'authorization' as const, authorization: id, ...asked }
    if (asked.token === 'tok_declined') return { ...base, status: 'declined', code: 'card-declined', retryable: false }
    if (asked.token === 'tok_insufficient') return { ...base, status: 'declined', code: 'insufficient-funds', retryable: true }
    if (!asked.token.startsWith('tok_')) return { ...base, status: 'declined', code: 'unknown-token', retryable: false }
    const expiresAt = new Date(now.getTime() + this.validDays * 86_400_000)
    return { ...base, status: 'succeeded', expiresAt: expiresAt.toISOString() }
  }

  capture(asked: { authorization: string; amountMinor: number }, id: string, now: Date): Draft | undefined {
    const authorization = this.authorizations.get(asked.authorization)
    if (authorization === undefined) return undefined
    const base = { operation: id, kind: 'capture' as const, capture: id, currency: authorization.currency, ...asked }
    const declined = (code: string, retryable = false): Draft => ({ ...base, status: 'declined', code, retryable })
    if (authorization.isVoided) return declined('authorization-voided')
    if (now >= authorization.expiresAt) return declined('authorization-expired')
    if (capturedOf(authorization) + asked.amountMinor > authorization.amountMinor) return declined('amount-exceeds-authorized')
    if (authorization.token === 'tok_capture_fails') return declined('capture-refused')
    return { ...base, status: 'succeeded' }
  }

  void(asked: { authorization: string }, id: string): Draft | undefined {
    const authorization = this.authorizations.get(asked.authorization)
    if (authorization === undefined) return undefined
    const released = authorization.amountMinor - capturedOf(authorization)
    const base = { operation: id, kind: 'void' as const, amountMinor: released, currency: authorization.currency, ...asked }
    if (authorization.isVoided) return { ...base, amountMinor: 0, status: 'declined', code: 'authorization-voided', retryable: false }
    if (released === 0) return { ...base, status: 'declined', code: 'nothing-to-void', retryable: false }
    return { ...base, status: 'succeeded' }
  }

  refund(asked: { authorization?: string; capture?: string; amountMinor: number }, id: string): Draft | undefined {
    const of = asked.capture === undefined ? asked.authorization : this.authorizationOfCapture.get(asked.capture)
    const authorization = this.authorizations.get(of ?? '')
    if (authorization === undefined) return undefined
    const base = {
      operation: id,
      kind: 'refund' as const,
      refund: id,
      authorization: authorization.id,
      ...(asked.capture === undefined ? {} : { capture: asked.capture }),
      amountMinor: asked.amountMinor,
      currency: authorization.currency,
    }
    const declined = (code: string, retryable = false): Draft => ({ ...base, status: 'declined', code, retryable })
    const refundable = authorization.captures
      .filter((capture) => asked.capture === undefined || capture.id === asked.capture)
      .reduce((sum, capture) => sum + capture.amountMinor - capture.refundedMinor, 0)
    if (asked.amountMinor > refundable) return declined('amount-exceeds-captured')
    if (authorization.token === 'tok_refund_fails_once' && authorization.failedRefunds === 0) return declined('refund-refused', true)
    return { ...base, status: 'succeeded' }
  }

  /** Enters what was decided; from here on it counts. */
  enter(draft: Draft, key: string, now: Date): Operation {
    const { operation, kind, status, ...rest } = draft
    const entered: Operation = { seq: this.seq + 1, operation, kind, key, status, ...rest, at: now.toISOString() }
    this.record(entered)
    return entered
  }

  private record(operation: Operation): void {
    this.seq = operation.seq
    if (operation.kind === 'authorization') {
      if (operation.status === 'succeeded') {
        this.authorizations.set(operation.authorization, {
          id: operation.authorization,
          token: operation.token ?? '',
          amountMinor: operation.amountMinor,
          currency: operation.currency,
          expiresAt: new Date(operation.expiresAt ?? operation.at),
          captures: [],
          isVoided: false,
          failedRefunds: 0,
        })
      }
      return
    }
    const authorization = this.authorizations.get(operation.authorization)
    if (authorization === undefined) throw new Error(`ledger entry ${operation.seq} speaks of an unknown authorization`)
    if (operation.status === 'declined') {
      if (operation.code === 'refund-refused') authorization.failedRefunds += 1
      return
    }
    switch (operation.kind) {
      case 'capture':
        authorization.captures.push({ id: operation.operation, amountMinor: operation.amountMinor, refundedMinor: 0 })
        this.authorizationOfCapture.set(operation.operation, authorization.id)
        return
      case 'void':
        authorization.isVoided = true
        return
      case 'refund':
        takeFrom(authorization.captures, operation)
        return
      default:
        operation.kind satisfies never
    }
  }
}

const capturedOf = (authorization: Authorization): number =>
  authorization.captures.reduce((sum, capture) => sum + capture.amountMinor, 0)

/** A refund of an authorization empties its captures from the oldest on; a refund of a capture touches that one alone. */
function takeFrom(captures: readonly Capture[], refund: Operation): void {
  let open = refund.amountMinor
  for (const capture of captures) {
    if (refund.capture !== undefined && capture.id !== refund.capture) continue
    const taken = Math.min(open, capture.amountMinor - capture.refundedMinor)
    capture.refundedMinor += taken
    open -= taken
  }
}
