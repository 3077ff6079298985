import type { BusinessDate } from '@waybill/kernel'
import type { Fee, PolicyScope, ReturnPolicy } from '../policies/return-policy.js'

interface Reader {
  query<Row>(name: string, sql: string, values?: readonly unknown[]): Promise<Row[]>
}

interface PolicyRow {
  policy: string
  version: number
  scope: PolicyScope
  scope_value: string
  valid_from: string
  valid_to: string | null
  window_days: number
  excluded: boolean
  auto_approve: boolean
  refund_shipping: boolean
  fees: Fee[]
}

const toPolicy = (row: PolicyRow): ReturnPolicy => ({
  policy: row.policy,
  version: row.version,
  scope: row.scope,
  scopeValue: row.scope_value,
  validFrom: row.valid_from as BusinessDate,
  validTo: row.valid_to as BusinessDate | null,
  windowDays: row.window_days,
  excluded: row.excluded,
  autoApprove: row.auto_approve,
  refundShipping: row.refund_shipping,
  fees: row.fees,
})

const COLUMNS = 'policy, version, scope, scope_value, valid_from::text, valid_to::text, window_days, excluded, auto_approve, refund_shipping, fees'

/** The newest version of every policy. */
export const readPolicies = async (reader: Reader): Promise<ReturnPolicy[]> =>
  (await reader.query<PolicyRow>('policies-newest', `SELECT DISTINCT ON (policy) ${COLUMNS} FROM return_policy ORDER BY policy, version DESC`)).map(toPolicy)

/** The zone of every location known here. */
export const readZones = async (reader: Reader): Promise<Map<string, string>> =>
  new Map((await reader.query<{ location: string; zone: string }>('zones', 'SELECT location, zone FROM location_mirror')).map(({ location, zone }) => [location, zone]))
