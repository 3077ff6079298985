import { Injectable } from '@nestjs/common'
import type { OrderId, TimerCause } from '@waybill/kernel'
import type { Addressed } from '../order-process/order-file.store.js'
import { OpenCalls, type OpenCall } from '../payments/open-calls.js'
import { PaymentProvider, type ProviderAnswer } from '../payments/payment-provider.js'
import { ReactToFacts } from './react-to-facts.js'

/** A call to the provider that is due. */
export interface DueCall {
  readonly cause: TimerCause
  readonly operation: string
  /** Of the operation; a call without one is of no order. */
  readonly order: OrderId | null
  /** From 1; more: an earlier try may have reached the provider although we know nothing of it. */
  readonly attempt: number
}

/**
 * Calls the payment provider for what was written down, outside any transaction, and enters the answers as they come:
 * a slow call keeps nobody else waiting. What may have been called before is asked about first, under the same key.
 */
@Injectable()
export class CallProvider {
  constructor(
    private readonly calls: OpenCalls,
    private readonly provider: PaymentProvider,
    private readonly reactToFacts: ReactToFacts,
  ) {}

  async run(due: readonly DueCall[]): Promise<void> {
    const open = new Map((await this.calls.find(due.map(({ operation }) => operation))).map((call) => [call.id, call]))
    const pending = new Map<string, Promise<string>>()
    const answered: Addressed[] = []
    for (const { cause, operation, order, attempt } of due) {
      const call = open.get(operation)
      const enter = (answer: ProviderAnswer): string => {
        answered.push({ cause, order, fact: { kind: 'provider-answered', operation, answer } })
        return operation
      }
      // without an open call there is nothing to ask: the timer alone is consumed
      const answer = call ? this.answerTo(call, attempt) : Promise.resolve<ProviderAnswer>({ outcome: 'unknown', why: 'settled before' })
      pending.set(operation, answer.then(enter))
    }
    while (pending.size > 0) {
      await Promise.race(pending.values())
      const batch = answered.splice(0)
      for (const { fact } of batch) if (fact.kind === 'provider-answered') pending.delete(fact.operation)
      await this.reactToFacts.run(batch)
    }
  }

  private async answerTo(call: OpenCall, attempt: number): Promise<ProviderAnswer> {
    const mayHaveHappened = call.status === 'unknown' || attempt > 1
    return (mayHaveHappened ? await this.provider.ask(call) : undefined) ?? (await this.provider.perform(call))
  }
}
