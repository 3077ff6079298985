import { describe, expect, it } from '@jest/globals'
import { businessDate } from '@waybill/kernel'
import { policyFor, returnableUntil, standardPolicy, type ReturnPolicy } from './return-policy.js'

const policy = (some: Partial<ReturnPolicy>): ReturnPolicy => ({ ...standardPolicy, version: 1, ...some })
const oil = { product: 'P-100', category: 'food', brand: 'acme', channel: 'web-eu' }
const today = businessDate('2026-11-23')

describe('the policy of a line', () => {
  it('is the most specific that matches', () => {
    const policies = [
      policy({ policy: 'all' }),
      policy({ policy: 'web', scope: 'channel', scopeValue: 'web-eu' }),
      policy({ policy: 'food', scope: 'category', scopeValue: 'food' }),
      policy({ policy: 'oil', scope: 'product', scopeValue: 'P-100' }),
    ]
    expect(policyFor(policies, oil, today).policy).toBe('oil')
    expect(policyFor(policies, { ...oil, product: 'P-200' }, today).policy).toBe('food')
    expect(policyFor(policies, { ...oil, product: 'P-200', category: null }, today).policy).toBe('web')
    expect(policyFor(policies, { product: 'X', category: null, brand: null, channel: 'till' }, today).policy).toBe('all')
  })
  it('follows the season of the day the order was placed', () => {
    const christmas = policy({ policy: 'christmas', validFrom: businessDate('2026-11-15'), validTo: businessDate('2026-12-24'), windowDays: 60 })
    expect(policyFor([policy({ policy: 'all' }), christmas], oil, today).policy).toBe('christmas')
    expect(policyFor([policy({ policy: 'all' }), christmas], oil, businessDate('2027-01-02')).policy).toBe('all')
  })
  it('is 30 days where the company has written none', () => {
    expect(returnableUntil(policyFor([], oil, today), today)).toBe('2026-12-23')
  })
})
