import type { Waits } from '@waybill/service-kit'
import { isFinal, type OrderStatus } from '../order-process/order-status.js'
import { orderTimers } from '../order-process/order-timers.js'
import { orderWaits } from '../order-process/waits.js'
import type { PaymentStatus } from '../payments/payment.js'

const timersIn = (status: OrderStatus): readonly string[] => orderTimers.filter((timer) => orderWaits[timer].in.includes(status))

const orderState = (status: OrderStatus) =>
  isFinal(status)
    ? null
    : {
        waitsFor: orderTimers.filter((timer) => orderWaits[timer].in.includes(status)).map((timer) => orderWaits[timer].meaning).join('; '),
        within: 'each wait its own limit: order-process/waits.ts',
        then: 'the process acts by itself, or a task is opened for the wait\'s owner',
        by: timersIn(status),
      }

const money = (waitsFor: string, then: string, ...by: readonly string[]) => ({ waitsFor, within: 'the limit of the order\'s wait', then, by })

const orders: Waits<OrderStatus> = {
  what: 'order',
  states: { PLACED: orderState('PLACED'), CONFIRMED: orderState('CONFIRMED'), COMPLETED: null, CANCELLED: null, EXPIRED: null },
  resting: `SELECT id::text AS subject, status, id AS order_id, changed_at AS since FROM orders WHERE status IN ('PLACED', 'CONFIRMED')`,
}

/** Money waits with its order, whose timers bear the order's id. */
const payments: Waits<PaymentStatus> = {
  what: 'payment',
  states: {
    CREATED: money('the provider to authorize', 'the order expires without it, or a person is asked', 'payment-window-ended', 'payment-unresolved', 'stock-answer-overdue', 'places-unknown'),
    REQUIRES_ACTION: money('the customer to pay another way', 'the order expires', 'payment-window-ended', 'payment-unresolved', 'stock-answer-overdue'),
    AUTHORIZED: money('goods to leave', 'the authorization is renewed, and the order\'s own waits go on', ...timersIn('PLACED'), ...timersIn('CONFIRMED')),
    PARTIALLY_CAPTURED: money('the rest of the goods to leave', 'the authorization is renewed, and the order\'s own waits go on', ...timersIn('CONFIRMED')),
    AUTHORIZATION_EXPIRED: money('a new authorization', 'a person is asked', ...timersIn('PLACED'), ...timersIn('CONFIRMED')),
    CAPTURED: null,
    VOIDED: null,
    DECLINED: null,
  },
  resting: `SELECT p.order_id::text AS subject, p.status, p.order_id, o.changed_at AS since FROM payments p JOIN orders o ON o.id = p.order_id
    WHERE o.status IN ('PLACED', 'CONFIRMED') AND p.status NOT IN ('CAPTURED', 'VOIDED', 'DECLINED')`,
}

const call = { waitsFor: 'the provider\'s answer', within: 'asked at once, and again at growing distances', then: 'it is asked about under the same key; unknown for 15 minutes, a person is told', by: ['payment-call', 'payment-unresolved'] }

/** Calls to the provider lie in the database until they are answered. */
const paymentCalls: Waits<'intent' | 'unknown' | 'succeeded' | 'failed'> = {
  what: 'payment call',
  states: { intent: call, unknown: call, succeeded: null, failed: null },
  resting: `SELECT id::text AS subject, status, order_id, created_at AS since FROM payment_operations WHERE status IN ('intent', 'unknown')`,
}

/** All that waits in this service. */
export const waits: readonly Waits[] = [orders, payments, paymentCalls]
