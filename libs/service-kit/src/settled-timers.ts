import type { Cause } from '@waybill/kernel'

const settled = new WeakSet<Cause>()

/** A commit has said the last word about these: consumed, or not the ones any more that were claimed. Nothing is left to give back. */
export function settleTimers(causes: readonly Cause[]): void {
  for (const cause of causes) if (cause.kind === 'timer') settled.add(cause)
}

export const isSettled = (cause: Cause): boolean => settled.has(cause)
