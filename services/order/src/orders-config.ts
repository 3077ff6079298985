import { duration, integer, secret, url, type ConfigOf } from '@waybill/service-kit'
import { standardLimits } from './order-process/order-process.js'

/** What the order process and its payments read from the environment. */
export const ordersSettings = {
  providerUrl: url('PAYMENT_PROVIDER_URL', { default: 'http://127.0.0.1:3010' }),
  providerKey: secret('PAYMENT_PROVIDER_KEY', { default: 'sandbox-payment-key' }),
  providerDeadlineMs: duration('PAYMENT_DEADLINE', { default: 5_000 }),
  paymentTries: integer('PAYMENT_TRIES', { default: 5, min: 1, max: 20 }),
  paymentRetryAfterMs: duration('PAYMENT_RETRY_AFTER', { default: 10_000 }),
  paymentWindowMs: duration('PAYMENT_WINDOW', { default: standardLimits.paymentWindowMs }),
  paymentUnresolvedMs: duration('PAYMENT_UNRESOLVED_AFTER', { default: standardLimits.paymentUnresolvedMs }),
  renewBeforeMs: duration('AUTHORIZATION_RENEW_BEFORE', { default: standardLimits.renewBeforeMs }),
  stockAnswerMs: duration('STOCK_ANSWER_WITHIN', { default: standardLimits.stockAnswerMs }),
  placesMs: duration('PLACES_ASKED_EVERY', { default: standardLimits.placesMs }),
  backorderUnknownMs: duration('BACKORDER_UNKNOWN_WITHIN', { default: standardLimits.backorderUnknownMs }),
  backorderLateMs: duration('BACKORDER_LATE_AFTER', { default: standardLimits.backorderLateMs }),
  dispatchMs: duration('DISPATCH_WITHIN', { default: standardLimits.dispatchMs }),
  deliveryMs: duration('DELIVERY_WITHIN', { default: standardLimits.deliveryMs }),
  taskMs: duration('TASK_WITHIN', { default: standardLimits.taskMs }),
}

export type OrdersConfig = ConfigOf<typeof ordersSettings>
