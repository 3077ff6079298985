import type { OrderFile } from './advance.js'

/** Why the customer cannot pay now. */
export type PayRefusal = 'already-paid' | 'payment-in-progress' | 'payment-not-due' | 'payment-window-ended'

/** Whether another way to pay is wanted now; undefined: it is. */
export function payRefusal({ process, payment }: Pick<OrderFile, 'process' | 'payment'>, now: Date): PayRefusal | undefined {
  if (payment.kind === 'channel') return 'already-paid'
  switch (process.status) {
    case 'PLACED':
      if (process.money === 'secured' || process.money === 'not-needed') return 'already-paid'
      if (process.money === 'asked') return 'payment-in-progress'
      if (process.money === 'not-asked') return 'payment-not-due'
      return process.payUntil !== null && now >= new Date(process.payUntil) ? 'payment-window-ended' : undefined
    case 'CONFIRMED':
      return process.isAuthorizationLost ? undefined : 'already-paid'
    case 'EXPIRED':
      return 'payment-window-ended'
    case 'CANCELLED':
      return 'payment-not-due'
    case 'COMPLETED':
      return 'already-paid'
    default:
      return process.status satisfies never
  }
}
