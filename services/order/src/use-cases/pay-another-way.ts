import { Injectable } from '@nestjs/common'
import type { Answered, Cause, OrderId } from '@waybill/kernel'
import { advance } from '../order-process/advance.js'
import { payRefusal, type PayRefusal } from '../order-process/may-pay.js'
import { OrderFileStore } from '../order-process/order-file.store.js'
import { Patience } from '../order-process/patience.js'

/** What the customer is answered: being paid, or why not. */
export type PayAnswer = { readonly status: 'paying' } | { readonly status: 'refused'; readonly why: PayRefusal | 'order-not-found' }

/** The customer gives another means of payment, within the window or while the order stands still for lack of money. */
@Injectable()
export class PayAnotherWay {
  constructor(
    private readonly orders: OrderFileStore,
    private readonly patience: Patience,
  ) {}

  async run(cause: Cause, order: OrderId, token: string): Promise<Answered<PayAnswer>> {
    const { limits, paymentLimits } = this.patience
    const fact = { kind: 'way-to-pay-given' as const, token }
    const [answered] = await this.orders.change([{ cause, order, fact }], (file, given, context) => {
      const why = payRefusal(file, context.now)
      if (why !== undefined) return { file, effects: [], reply: { status: 'refused', why } }
      return { ...advance(file, given, { ...context, limits, paymentLimits }), reply: { status: 'paying' } }
    })
    const { result, replayed = false } = answered ?? {}
    if (result?.['status'] === 'paying') return { result: { status: 'paying' }, replayed }
    const why = result?.['why']
    return { result: { status: 'refused', why: isRefusal(why) ? why : 'order-not-found' }, replayed }
  }
}

const refusals: readonly PayRefusal[] = ['already-paid', 'payment-in-progress', 'payment-not-due', 'payment-window-ended']
const isRefusal = (why: unknown): why is PayRefusal => refusals.some((refusal) => refusal === why)
