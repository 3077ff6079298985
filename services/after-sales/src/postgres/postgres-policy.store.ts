import { Injectable } from '@nestjs/common'
import type { Cause } from '@waybill/kernel'
import { UnitOfWork, type Tx } from '@waybill/service-kit'
import { PolicyStore, type WriteOutcome, type WrittenPolicy } from '../policies/policy.store.js'
import type { ReturnPolicy } from '../policies/return-policy.js'
import { readPolicies } from './policy.rows.js'

@Injectable()
export class PostgresPolicyStore extends PolicyStore {
  constructor(private readonly uow: UnitOfWork) {
    super()
  }

  async write(cause: Cause, policies: readonly WrittenPolicy[]): Promise<{ readonly outcomes: readonly WriteOutcome[]; readonly replayed: boolean }> {
    const [outcome] = await this.uow.change<{ cause: Cause }, readonly WriteOutcome[]>([{ cause }], async (tx) => [await writeAll(tx, policies)])
    if (outcome?.problem) throw outcome.problem
    return { outcomes: outcome?.result ?? [], replayed: outcome?.replayed ?? false }
  }

  list(): Promise<readonly ReturnPolicy[]> {
    return readPolicies(this.uow)
  }
}

async function writeAll(tx: Tx, policies: readonly WrittenPolicy[]): Promise<readonly WriteOutcome[]> {
  // policies are few and seldom written: one writer at a time keeps the versions gap-free
  await tx.query('policies-lock', 'LOCK TABLE return_policy IN SHARE ROW EXCLUSIVE MODE')
  const newest = new Map((await readPolicies(tx)).map((policy) => [policy.policy, policy]))
  const written: ReturnPolicy[] = []
  const outcomes = policies.map((wanted): WriteOutcome => {
    const last = newest.get(wanted.policy)
    if (last && JSON.stringify({ ...last, version: 0 }) === JSON.stringify({ ...canonical(wanted), version: 0 })) return { status: 'unchanged', policy: wanted.policy, version: last.version }
    const next = { ...canonical(wanted), version: (last?.version ?? 0) + 1 }
    newest.set(wanted.policy, next)
    written.push(next)
    return { status: last ? 'updated' : 'created', policy: wanted.policy, version: next.version }
  })
  await tx.query(
    'policies-write',
    `INSERT INTO return_policy (policy, version, scope, scope_value, valid_from, valid_to, window_days, excluded, auto_approve, refund_shipping, fees)
     SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[], $8::boolean[], $9::boolean[], $10::boolean[], $11::jsonb[])`,
    [
      written.map(({ policy }) => policy),
      written.map(({ version }) => version),
      written.map(({ scope }) => scope),
      written.map(({ scopeValue }) => scopeValue),
      written.map(({ validFrom }) => validFrom),
      written.map(({ validTo }) => validTo),
      written.map(({ windowDays }) => windowDays),
      written.map(({ excluded }) => excluded),
      written.map(({ autoApprove }) => autoApprove),
      written.map(({ refundShipping }) => refundShipping),
      written.map(({ fees }) => JSON.stringify(fees)),
    ],
  )
  return outcomes
}

/** One order of fields, so that two policies that say the same read the same. */
const canonical = ({ policy, scope, scopeValue, validFrom, validTo, windowDays, excluded, autoApprove, refundShipping, fees }: WrittenPolicy): ReturnPolicy => ({
  policy,
  version: 0,
  scope,
  scopeValue,
  validFrom,
  validTo,
  windowDays,
  excluded,
  autoApprove,
  refundShipping,
  fees: fees.map(({ kind, fixedMinor, percent }) => ({ kind, fixedMinor, percent })),
})
