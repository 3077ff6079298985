import type { Cause } from '@waybill/kernel'

/** What a change answered to, as the history keeps it. */
export function causeText(cause: Cause): string {
  switch (cause.kind) {
    case 'event':
      return `${cause.type} ${cause.eventId}`
    case 'request':
      return `${cause.route} by ${cause.actor}`
    case 'timer':
      return `timer ${cause.timer}`
    default:
      return cause satisfies never
  }
}
