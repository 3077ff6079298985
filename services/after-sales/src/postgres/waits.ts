import type { Waits } from '@waybill/service-kit'
import type { Feedback } from '../feedback/feedback.js'
import type { ReturnStatus } from '../returns/return.js'

const returns: Waits<ReturnStatus> = {
  what: 'return',
  states: {
    requested: { waitsFor: 'an agent to decide where the policy does not', within: 'the task\'s due date', then: 'it is somebody\'s task from the beginning', by: 'task' },
    approved: { waitsFor: 'the goods to come back', within: 'the last day of the policy', then: 'it expires', by: ['return-expiry'] },
    received: { waitsFor: 'inspection', within: '3 days', then: 'a person is asked to inspect', by: ['return-inspection', 'return-expiry'] },
    inspected: { waitsFor: 'the rest of the goods', within: 'the last day of the policy', then: 'what came is refunded', by: ['return-expiry'] },
    dispositioned: { waitsFor: 'the money to be back with the customer', within: '3 days', then: 'a person is asked to see to the refund', by: ['return-refund'] },
    rejected: null,
    settled: null,
    expired: null,
  },
  resting: `SELECT c.return_id::text AS subject, c.status, c.order_id, coalesce((SELECT max(h.at) FROM return_history h WHERE h.subject = c.return_id), c.requested_at) AS since
    FROM return_case c WHERE c.status NOT IN ('rejected', 'settled', 'expired')`,
}

const feedback: Waits<Feedback['status']> = {
  what: 'feedback',
  states: { requested: { waitsFor: 'the customer\'s answer', within: 'the day the question says', then: 'it is closed', by: ['feedback-closing'] }, received: null, closed: null },
  resting: `SELECT feedback_id::text AS subject, status, order_id, answer_until - interval '1 day' AS since FROM feedback WHERE status = 'requested'`,
}

/** All that waits in this service. */
export const waits: readonly Waits[] = [returns, feedback]
