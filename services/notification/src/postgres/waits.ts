import type { Waits } from '@waybill/service-kit'
import type { MessageStatus } from '../messages/message.js'

const undeliverable = { waitsFor: 'an agent', within: 'a day', then: 'it is somebody\'s task from the beginning', by: 'task' } as const

/** All that waits in this service. */
export const waits: readonly Waits<MessageStatus>[] = [
  {
    what: 'mail',
    states: {
      AWAITING_DETAILS: { waitsFor: 'the customer\'s name and address', within: 'DETAILS_PATIENCE', then: 'a person is told, and it is looked at again', by: ['message-check'] },
      QUEUED: { waitsFor: 'the mail server', within: 'MAIL_PATIENCE', then: 'it is given to a person', by: ['send-mail'] },
      SENT: null,
      FAILED: undeliverable,
      UNKNOWN: undeliverable,
      DROPPED: null,
    },
    // a person may have closed the task of what failed: that is a decision, and it rests in peace
    resting: `SELECT id::text AS subject, status, order_id, created_at AS since FROM messages WHERE status IN ('AWAITING_DETAILS', 'QUEUED')`,
  },
]
