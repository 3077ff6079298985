import type { ProviderCall } from './payment-provider.js'
import type { Operation } from './payment.js'

/** A call that may have to be made. */
export interface OpenCall extends ProviderCall, Pick<Operation, 'status' | 'calls'> {}

/** Finds the calls that were written down. */
export abstract class OpenCalls {
  /** Those of the operations that have no outcome yet. */
  abstract find(operations: readonly string[]): Promise<readonly OpenCall[]>
}
