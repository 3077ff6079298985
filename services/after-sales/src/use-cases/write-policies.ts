import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { PolicyStore, type WriteOutcome, type WrittenPolicy } from '../policies/policy.store.js'

/** The company changes its rules on returns; orders placed before keep theirs. */
@Injectable()
export class WritePolicies {
  constructor(private readonly policies: PolicyStore) {}

  run(cause: Cause, policies: readonly WrittenPolicy[]): Promise<{ readonly outcomes: readonly WriteOutcome[]; readonly replayed: boolean }> {
    return this.policies.write(cause, policies)
  }
}
