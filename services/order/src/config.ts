import { config, duration, integer, secret, url, type ConfigOf } from '@waybill/service-kit'
import { standardLimits } from './order-process/order-process.js'
import type { Patience } from './order-process/patience.js'

/** What order reads from its environment beside what every service reads. The limits say how long each wait may last. */
const settings = {
  paymentProviderUrl: url('PAYMENT_PROVIDER_URL', { default: 'http://127.0.0.1:3010' }),
  paymentProviderKey: secret('PAYMENT_PROVIDER_KEY', { default: 'sandbox-provider-key' }),
  /** An answer of the provider that comes later is no answer. */
  paymentDeadlineMs: duration('PAYMENT_DEADLINE', { default: 5_000 }),
  /** A refused capture or refund is tried so often in all, the second time after PAYMENT_RETRY_AFTER. */
  paymentTries: integer('PAYMENT_TRIES', { default: 5, min: 1, max: 50 }),
  paymentRetryAfterMs: duration('PAYMENT_RETRY_AFTER', { default: 10_000 }),
  paymentWindowMs: duration('PAYMENT_WINDOW', { default: standardLimits.paymentWindowMs }),
  paymentUnresolvedMs: duration('PAYMENT_UNRESOLVED_LIMIT', { default: standardLimits.paymentUnresolvedMs }),
  stockAnswerMs: duration('STOCK_ANSWER_LIMIT', { default: standardLimits.stockAnswerMs }),
  placesMs: duration('PLACES_LIMIT', { default: standardLimits.placesMs }),
  backorderUnknownMs: duration('BACKORDER_UNKNOWN_LIMIT', { default: standardLimits.backorderUnknownMs }),
  backorderLateMs: duration('BACKORDER_LATE_LIMIT', { default: standardLimits.backorderLateMs }),
  dispatchMs: duration('DISPATCH_LIMIT', { default: standardLimits.dispatchMs }),
  deliveryMs: duration('DELIVERY_LIMIT', { default: standardLimits.deliveryMs }),
  renewBeforeMs: duration('AUTHORIZATION_RENEW_BEFORE', { default: standardLimits.renewBeforeMs }),
  taskMs: duration('TASK_LIMIT', { default: standardLimits.taskMs }),
}

export const orderConfig = config(settings)
export type OrderConfig = ConfigOf<typeof settings>

/** How long this installation waits for whom. */
export const patienceOf = (config: OrderConfig): Patience => ({
  limits: config,
  paymentLimits: { tries: config.paymentTries, retryAfterMs: config.paymentRetryAfterMs },
})
