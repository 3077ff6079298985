import type { Cause } from '@waybill/kernel'
import type { ReturnPolicy } from './return-policy.js'

/** A policy as the company writes it; the version is counted by the store. */
export type WrittenPolicy = Omit<ReturnPolicy, 'version'>

export type WriteOutcome = { readonly status: 'created' | 'updated' | 'unchanged'; readonly policy: string; readonly version: number }

/** Where policies are kept: every version, for ever. */
export abstract class PolicyStore {
  /** Writes each policy as a new version, unless it says what the newest says. One outcome per policy. */
  abstract write(cause: Cause, policies: readonly WrittenPolicy[]): Promise<{ readonly outcomes: readonly WriteOutcome[]; readonly replayed: boolean }>
  abstract list(): Promise<readonly ReturnPolicy[]>
}
