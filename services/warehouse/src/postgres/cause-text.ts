import type { Cause } from '@waybill/kernel'

/** How a ledger or history names what a change answers to. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'event':
      return `event:${cause.eventId}`
    case 'request':
      return `request:${cause.client}:${cause.key}`
    case 'timer':
      return `timer:${cause.timer}:${cause.token}`
    default:
      return cause satisfies never
  }
}
