import type { PaymentLimits } from '../payments/payment-step.js'
import type { ProcessLimits } from './order-process.js'

/** How long this installation waits for whom. Read once from the configuration. */
export abstract class Patience {
  abstract readonly limits: ProcessLimits
  abstract readonly paymentLimits: PaymentLimits
}
