import { Injectable } from '@nestjs/common'
import type { Cause, OrderId, ReturnId } from '@waybill/kernel'
import { CareStore, type Answered } from '../care/care.store.js'
import { decided } from '../care/facts.js'
import type { ReturnAnswer } from '../returns/request-return.js'
import { decideReturn, inspectReturn, receiveReturn, refundFailed, settleReturn, type Inspected, type WorkAnswer } from '../returns/work-return.js'

interface AboutReturn {
  readonly cause: Cause
  readonly id: ReturnId
}

interface AboutRefund {
  readonly cause: Cause
  readonly order: OrderId
  readonly id: ReturnId | null
}

const notFound = (id: ReturnId): Answered<WorkAnswer> => ({ result: { status: 'refused', code: 'return-not-found', detail: id }, replayed: false })

/** Takes a return from the decision over receipt and inspection to its refund. */
@Injectable()
export class WorkReturn {
  constructor(private readonly care: CareStore) {}

  async decide(input: AboutReturn & { readonly isApproved: boolean; readonly why: string }): Promise<Answered<WorkAnswer | ReturnAnswer>> {
    const order = await this.care.orderOf({ return: input.id })
    if (order === undefined) return notFound(input.id)
    const [answer] = await this.care.change([{ ...input, order }], (care, each, { now }) => decideReturn(care, each, now))
    return answer ?? notFound(input.id)
  }

  async receive(input: AboutReturn & { readonly location: string; readonly lines: readonly { readonly line: number; readonly units: number }[] }): Promise<Answered<WorkAnswer>> {
    const order = await this.care.orderOf({ return: input.id })
    if (order === undefined) return notFound(input.id)
    const [answer] = await this.care.change([{ ...input, order }], (care, each, { now }) => receiveReturn(care, each, now))
    return answer ?? notFound(input.id)
  }

  async inspect(input: AboutReturn & { readonly lines: readonly Inspected[] }): Promise<Answered<WorkAnswer>> {
    const order = await this.care.orderOf({ return: input.id })
    if (order === undefined) return notFound(input.id)
    const [answer] = await this.care.change([{ ...input, order }], (care, each, { now }) => inspectReturn(care, each, now))
    return answer ?? notFound(input.id)
  }

  /** Money went back; a refund without a return is noted as read, no more. */
  async refunded(refunds: readonly (AboutRefund & { readonly refundedMinor: number; readonly currency: string })[]): Promise<void> {
    await this.care.change(refunds, (care, { id, refundedMinor, currency }, { now }) => (id === null ? decided(care, null) : settleReturn(care, { id, refundedMinor, currency }, now)))
  }

  async refundFailed(failures: readonly (AboutRefund & { readonly reason: string })[]): Promise<void> {
    await this.care.change(failures, (care, { id, reason }, { now }) => (id === null ? decided(care, null) : refundFailed(care, { id, reason }, now)))
  }
}
