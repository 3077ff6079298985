import { plusDays, type BusinessDate } from '@waybill/kernel'

/** To what a policy applies; the more specific match wins. Source: domain D13. */
export type PolicyScope = 'product' | 'category' | 'brand' | 'channel' | 'all'

/** A charge kept back from a refund. Unit: minor units of the order, and per cent of the refunded net. */
export interface Fee {
  readonly kind: string
  readonly fixedMinor: number
  readonly percent: number
}

/** One version of a rule on returns, as the company wrote it. Versions are never changed, only followed. */
export interface ReturnPolicy {
  readonly policy: string
  readonly version: number
  readonly scope: PolicyScope
  /** The product, category, brand or channel; empty for `all`. */
  readonly scopeValue: string
  readonly validFrom: BusinessDate
  readonly validTo: BusinessDate | null
  /** Days after delivery within which a return can be asked for. */
  readonly windowDays: number
  /** Nothing of this scope can be returned, unless it came wrong or damaged. */
  readonly excluded: boolean
  readonly autoApprove: boolean
  readonly refundShipping: boolean
  readonly fees: readonly Fee[]
}

/** What a policy is matched against: an ordered line and where it was ordered. */
export interface PolicySubject {
  readonly product: string
  readonly category: string | null
  readonly brand: string | null
  readonly channel: string
}

/** The policy of a company that has written none: 30 days, no fees, approved at once. */
export const standardPolicy: ReturnPolicy = {
  policy: 'standard',
  version: 0,
  scope: 'all',
  scopeValue: '',
  validFrom: '2000-01-01' as BusinessDate,
  validTo: null,
  windowDays: 30,
  excluded: false,
  autoApprove: true,
  refundShipping: false,
  fees: [],
}

const specificity: readonly PolicyScope[] = ['product', 'category', 'brand', 'channel', 'all']

const applies = ({ scope, scopeValue }: ReturnPolicy, subject: PolicySubject): boolean =>
  scope === 'all' || subject[scope] === scopeValue

const isInSeason = ({ validFrom, validTo }: ReturnPolicy, day: BusinessDate): boolean => validFrom <= day && (validTo === null || day <= validTo)

/** The policy for a line ordered on a day: the most specific match, then the latest season, then the latest version. */
export function policyFor(policies: readonly ReturnPolicy[], subject: PolicySubject, day: BusinessDate): ReturnPolicy {
  const [best] = policies
    .filter((policy) => applies(policy, subject) && isInSeason(policy, day))
    .sort(
      (a, b) =>
        specificity.indexOf(a.scope) - specificity.indexOf(b.scope) || (a.validFrom < b.validFrom ? 1 : a.validFrom > b.validFrom ? -1 : 0) || b.version - a.version,
    )
  return best ?? standardPolicy
}

/** The last day on which a return of units delivered on `deliveredOn` can be asked for. */
export const returnableUntil = ({ windowDays }: ReturnPolicy, deliveredOn: BusinessDate): BusinessDate => plusDays(deliveredOn, windowDays)
