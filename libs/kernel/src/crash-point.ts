/**
 * Places in the code where a process may die in the middle of work, each with what is done and what is not at that moment. Tests kill
 * processes at each of them (tools/faults/test/crash-points). Source: reliability.md section 5; C38 comes with the audit chain.
 */
export const crashPoints = {
  'C1-body-read': 'a request has arrived whole; nothing is done',
  'C2-order-inserted': 'the order is written; lines, payment and facts are not, nothing is committed',
  'C3-journal-inserted': 'all a request causes is written, facts too; nothing is committed',
  'C4-committed': 'what a request causes is committed; no answer is made',
  'C5-replying': 'the answer is made and not sent',
  'C6-batch-selected': 'the relay has read journal rows; none is sent',
  'C7-sent': 'the rows are on their way; the broker has not answered',
  'C8-acked': 'the broker has the rows; the cursor does not know',
  'C9-cursor-moved': 'the cursor stands behind the rows; nothing else is done',
  'C10-lease-renewed': 'the relay has just made its lease longer',
  'C11-fetched': 'messages have arrived; none is touched',
  'C12-inbox-inserted': 'messages are noted as taken in; their work is not done, nothing is committed',
  'C13-domain-written': 'the work of messages is written; the facts it tells are not, nothing is committed',
  'C14-before-commit': 'all that messages cause is written; nothing is committed',
  'C15-committed': 'the work of messages is committed; the broker does not know',
  'C16-offset-committed': 'the broker knows how far the group has come',
  'C17-quarantined': 'records that cannot be taken lie in quarantine, committed; the broker does not know',
  'C18-parked': 'a message that fails is parked, committed; the broker does not know',
  'C19-intent-saved': 'it is written down what the payment provider is to do; it has not been called',
  'C20-provider-called': 'the payment provider has done it; we have not read its answer',
  'C21-provider-answered': 'we have read the answer of the payment provider; it is not saved',
  'C22-result-saved': 'the answer of the payment provider is saved and acted upon; the timer that led to it is just ending',
  'C23-webhook-received': 'a message of a carrier is there; nothing of it is saved',
  'C24-webhook-saved': 'a message of a carrier is saved and acted upon; the carrier has no answer',
  'C25-between-lines': 'what an order needs is written, what is reserved for it is not; nothing is committed',
  'C26-expiry-sweep': 'expired lots are blocked, committed; the sweep is just ending',
  'C27-receipt-to-backorder-fill': 'units have come in and are about to go to who waits for them; nothing is committed',
  'C28-scan-saved': 'a scan of a picker is written with its answer; nothing is committed',
  'C29-pack-closed': 'a package is closed and has its number; nothing is committed',
  'C30-label-bought': 'the carrier has sold the label; we have not saved it',
  'C31-label-saved': 'the label is saved and told; the timer that led to it is just ending',
  'C32-refund-intent': 'an inspected return asks for money back, committed; no answer is made',
  'C33-return-received': 'returned units are taken in, committed; no answer is made',
  'C34-row-k': 'rows of an uploaded file have become orders; nothing is committed',
  'C35-file-done': 'the last rows of an uploaded file are committed; the timer that led to it is just ending',
  'C36-fired': 'a timer is claimed; its work has not begun',
  'C37-details-erased-in-one-service': 'a customer is forgotten where the order is kept, committed; the others do not know',
} as const

export type CrashPoint = keyof typeof crashPoints

let onHit: ((name: CrashPoint) => void) | undefined

/** Says that the process is at this point. Does nothing, at the cost of one comparison, unless somebody has armed the points. */
export function crashPoint(name: CrashPoint): void {
  if (onHit !== undefined) onHit(name)
}

/** The same once everything that is ready to run has run: what was just handed to a socket is on its way then. */
export function crashPointAfterThisTurn(name: CrashPoint): void {
  if (onHit !== undefined) setImmediate(() => onHit?.(name))
}

/** Has every point that is passed told, from now on; undefined: none any more. For whoever owns the process, and its tests. */
export function armCrashPoints(hit: ((name: CrashPoint) => void) | undefined): void {
  onHit = hit
}
