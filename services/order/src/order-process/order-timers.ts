/** The time-outs of an order. Each is also the name of the task it opens, where it opens one. */
export const orderTimers = [
  'stock-answer-overdue',
  'places-unknown',
  'payment-window-ended',
  'payment-unresolved',
  'authorization-expiring',
  'backorder-overdue',
  'dispatch-overdue',
  'delivery-overdue',
  'task-overdue',
] as const
export type OrderTimer = (typeof orderTimers)[number]
