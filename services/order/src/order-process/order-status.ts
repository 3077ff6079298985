import type { TransitionTable } from '@waybill/kernel'

/** Where an order is in its life. CANCELLED, EXPIRED and COMPLETED are final. */
export type OrderStatus = 'PLACED' | 'CONFIRMED' | 'COMPLETED' | 'CANCELLED' | 'EXPIRED'

/** What moves an order, or happens to it and leaves it where it is. */
export type OrderTrigger =
  | 'stock-answered'
  | 'stock-and-money-secured'
  | 'reservation-refused'
  | 'all-units-cancelled'
  | 'payment-declined-for-good'
  | 'payment-window-ended'
  | 'fulfillment-went-on'
  | 'waited-too-long'
  | 'all-units-ended'

/** The life of an order. A late fact in a final state changes quantities, never the status. Source: domain section 4. */
export const orderTransitions: TransitionTable<OrderStatus, OrderTrigger> = {
  PLACED: {
    'stock-answered': 'PLACED',
    'waited-too-long': 'PLACED',
    'stock-and-money-secured': 'CONFIRMED',
    'reservation-refused': 'CANCELLED',
    'all-units-cancelled': 'CANCELLED',
    'payment-declined-for-good': 'EXPIRED',
    'payment-window-ended': 'EXPIRED',
  },
  CONFIRMED: {
    'stock-answered': 'CONFIRMED',
    'fulfillment-went-on': 'CONFIRMED',
    'waited-too-long': 'CONFIRMED',
    'all-units-ended': 'COMPLETED',
    'all-units-cancelled': 'CANCELLED',
  },
  COMPLETED: {},
  CANCELLED: {},
  EXPIRED: {},
}

export const isFinal = (status: OrderStatus): boolean => Object.keys(orderTransitions[status]).length === 0
