import { describe, expect, it } from '@jest/globals'
import { asId, businessDate, mayBecome, terminalStates, unitsIn, unreachableStates, type FulfillmentId, type OrderId, type ReturnId, type ShipmentId } from '@waybill/kernel'
import fc from 'fast-check'
import type { Decision } from '../care/facts.js'
import { newCare, type OrderCare } from '../care/order-care.js'
import { standardPolicy, type ReturnPolicy } from '../policies/return-policy.js'
import { requestReturn, returnableUnits, type WantedLine } from './request-return.js'
import { returnTransitions, type Return } from './return.js'
import { decideReturn, inspectReturn, receiveReturn, returnOverdue, settleReturn } from './work-return.js'

const now = new Date('2026-11-23T10:00:00Z')
const id = asId<ReturnId>('r1')

/** An order of `units` of one product, delivered on the given day. */
const delivered = (units: number, policy: Partial<ReturnPolicy> = {}, deliveredOn = '2026-11-20'): OrderCare => ({
  ...newCare(asId<OrderId>('o1')),
  placed: {
    channel: 'web-eu', reference: 'W-1', currency: 'EUR',
    lines: [{ line: 1, product: 'SET', category: 'tools', units, policy: { ...standardPolicy, ...policy }, stocked: [{ product: 'P-1', perParent: 1 }, { product: 'P-2', perParent: 3 }] }],
  },
  shipments: [
    {
      shipment: asId<ShipmentId>('s1'), fulfillment: asId<FulfillmentId>('f1'), carrier: 'road', location: 'BER',
      deliveredAt: `${deliveredOn}T10:00:00Z`, deliveredOn: businessDate(deliveredOn), lines: [{ line: 1, unitNumbers: [{ from: 1, to: units }] }],
    },
  ],
})
const ask = (care: OrderCare, line: Partial<WantedLine> = {}, as = id) =>
  requestReturn(care, { id: as, by: 'customer', lines: [{ line: 1, units: 1, reason: 'changed-mind', ...line }] }, now)
const names = ({ facts }: Decision<unknown>) => facts.map(({ fact }) => fact)
const only = (care: OrderCare): Return => care.returns[0] as Return

describe('the life of a return', () => {
  it('has no state that nothing leads to, and three ends', () => {
    expect(unreachableStates(returnTransitions, 'requested')).toEqual([])
    expect(terminalStates(returnTransitions)).toEqual(['rejected', 'settled', 'expired'])
  })
})

describe('a customer who wants to send something back', () => {
  it('may at once, where the policy says so', () => {
    const decision = ask(delivered(2))
    expect(names(decision)).toEqual(['return-requested', 'return-approved'])
    expect(decision.result).toMatchObject({ status: 'approved', sendBackUntil: '2026-12-07', location: 'BER' })
  })
  it('hears which rule forbids it', () => {
    expect(ask(delivered(2, { excluded: true })).result).toMatchObject({ status: 'rejected', rule: 'category-excluded' })
    expect(ask(delivered(2, { windowDays: 2 })).result).toMatchObject({ status: 'rejected', rule: 'window-ended' })
    expect(ask(delivered(2, { windowDays: 3 })).result).toMatchObject({ status: 'approved' })
  })
  it('may always send back what came wrong, within the window', () => expect(ask(delivered(2, { excluded: true }), { reason: 'damaged' }).result).toMatchObject({ status: 'approved' }))
  it('cannot send back more than came', () =>
    expect(ask(delivered(2), { units: 3 }).result).toEqual({ status: 'refused', code: 'not-returnable', line: 1, returnableUnits: 2 }))
  it('cannot send back one unit twice, but can what was rejected', () => {
    const first = ask(delivered(1)).care
    expect(ask(first, {}, asId<ReturnId>('r2')).result).toMatchObject({ status: 'refused' })
    const rejected = ask(delivered(1, { excluded: true })).care
    expect(ask(rejected, { reason: 'damaged' }, asId<ReturnId>('r2')).result).toMatchObject({ status: 'approved' })
  })
  it('who names a line twice means the sum, and cannot have two reasons for it', () => {
    const both = (second: Partial<WantedLine>) => requestReturn(delivered(3), { id, by: 'agent', lines: [{ line: 1, units: 1, reason: 'damaged' }, { line: 1, units: 2, reason: 'damaged', ...second }] }, now)
    expect(only(both({}).care).lines).toMatchObject([{ line: 1, unitNumbers: [{ from: 1, to: 3 }] }])
    expect(both({ units: 3 }).result).toMatchObject({ status: 'refused', code: 'not-returnable', line: 1, returnableUnits: 3 })
    expect(both({ reason: 'late' }).result).toMatchObject({ status: 'refused', code: 'not-returnable', line: 1 })
  })
  it('waits for a person where the policy wants one', () => {
    const decision = ask(delivered(1, { autoApprove: false }))
    expect(decision.tasks).toMatchObject([{ kind: 'return-decision', subject: id }])
    expect(names(decideReturn(decision.care, { id, isApproved: true, why: 'good customer' }, now))).toEqual(['return-approved'])
    expect(names(decideReturn(decision.care, { id, isApproved: false, why: 'third time' }, now))).toEqual(['return-rejected'])
  })
})

describe('goods that come back', () => {
  const approved = (units: number, policy: Partial<ReturnPolicy> = {}) => ask(delivered(units, policy), { units }).care
  const received = (care: OrderCare, units: number) => receiveReturn(care, { id, location: 'HAM', lines: [{ line: 1, units }] }, now)

  it('are refunded when all is inspected, and move stock of what was in them', () => {
    const there = received(approved(2), 2)
    expect(names(there)).toEqual(['return-received'])
    const done = inspectReturn(there.care, { id, lines: [{ line: 1, units: 1, disposition: 'restock' }, { line: 1, units: 1, disposition: 'block' }] }, now)
    expect(done.facts).toMatchObject([
      {
        fact: 'return-dispositioned', location: 'HAM',
        lines: [
          { unitNumbers: [{ from: 1, to: 1 }], disposition: 'restock', stocked: [{ product: 'P-1', units: 1 }, { product: 'P-2', units: 3 }] },
          { unitNumbers: [{ from: 2, to: 2 }], disposition: 'block' },
        ],
      },
      { fact: 'refund-requested', lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }] }], refundShipping: false },
    ])
  })
  it('may come part by part', () => {
    const first = inspectReturn(received(approved(2), 1).care, { id, lines: [{ line: 1, units: 1, disposition: 'restock' }] }, now)
    expect(names(first)).toEqual(['return-dispositioned'])
    expect(only(first.care).status).toBe('inspected')
    const second = inspectReturn(received(first.care, 1).care, { id, lines: [{ line: 1, units: 1, disposition: 'restock' }] }, now)
    expect(names(second)).toEqual(['return-dispositioned', 'refund-requested'])
  })
  it('are refunded as far as they came when the time is over; the rest is the customer\'s again', () => {
    const first = inspectReturn(received(approved(3), 1).care, { id, lines: [{ line: 1, units: 1, disposition: 'restock' }] }, now)
    const over = returnOverdue(first.care, { id, kind: 'return-expiry' }, now)
    expect(over.facts).toMatchObject([{ fact: 'refund-requested', lines: [{ unitNumbers: [{ from: 1, to: 1 }] }] }])
    expect(returnableUnits(over.care, 1).units).toEqual([2, 3])
  })
  it('never came: the return expires', () => expect(only(returnOverdue(approved(1), { id, kind: 'return-expiry' }, now).care).status).toBe('expired'))
  it('keep the fee of the policy, but not where it was our fault', () => {
    const fees = [{ kind: 'restocking', fixedMinor: 500, percent: 10 }]
    const refund = (reason: WantedLine['reason']) => {
      const care = received(ask(delivered(1, { fees }), { reason }).care, 1).care
      return inspectReturn(care, { id, lines: [{ line: 1, units: 1, disposition: 'restock' }] }, now).facts.at(-1)
    }
    expect(refund('changed-mind')).toMatchObject({ fees, refundShipping: false })
    expect(refund('defective')).toMatchObject({ fees: [], refundShipping: true })
  })
  it('cannot be more than are on their way', () =>
    expect(received(approved(1), 2).result).toMatchObject({ status: 'refused', code: 'not-in-return' }))
  it('are settled once by the refund, whenever it is said again', () => {
    const done = inspectReturn(received(approved(1), 1).care, { id, lines: [{ line: 1, units: 1, disposition: 'scrap' }] }, now)
    const settled = settleReturn(done.care, { id, refundedMinor: 1000, currency: 'EUR' }, now)
    expect(names(settled)).toEqual(['return-settled'])
    expect(names(settleReturn(settled.care, { id, refundedMinor: 1000, currency: 'EUR' }, now))).toEqual([])
  })
})

describe('whatever is asked of returns, in any order', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ask' as const), units: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ kind: fc.constant('receive' as const), which: fc.nat(3), units: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('inspect' as const), which: fc.nat(3), units: fc.integer({ min: 1, max: 3 }) }),
    fc.record({ kind: fc.constant('overdue' as const), which: fc.nat(3), units: fc.constant(0) }),
  )

  it('no unit is claimed twice, none is refunded twice, and every step is in the table', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let care = delivered(5)
        const refunded: number[] = []
        for (const [index, each] of steps.entries()) {
          const which = each.kind === 'ask' ? asId<ReturnId>(`r${index}`) : (care.returns[each.which]?.id ?? asId<ReturnId>('none'))
          const decision: Decision<unknown> =
            each.kind === 'ask' ? ask(care, { units: each.units }, which)
            : each.kind === 'receive' ? receiveReturn(care, { id: which, location: 'BER', lines: [{ line: 1, units: each.units }] }, now)
            : each.kind === 'inspect' ? inspectReturn(care, { id: which, lines: [{ line: 1, units: each.units, disposition: 'restock' }] }, now)
            : returnOverdue(care, { id: which, kind: 'return-expiry' }, now)
          for (const next of decision.care.returns) {
            const before = care.returns.find((one) => one.id === next.id)
            expect(mayBecome(returnTransitions, before?.status ?? 'requested', next.status)).toBe(true)
          }
          for (const fact of decision.facts) if (fact.fact === 'refund-requested') refunded.push(...fact.lines.flatMap(({ unitNumbers }) => unitNumbers.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, at) => from + at))))
          care = decision.care
          const claimed = care.returns.filter(({ status }) => status !== 'rejected' && status !== 'expired').reduce((sum, { lines }) => sum + lines.reduce((units, { unitNumbers }) => units + unitsIn(unitNumbers), 0), 0)
          expect(claimed + returnableUnits(care, 1).units.length).toBe(5)
        }
        expect(new Set(refunded).size).toBe(refunded.length)
      }),
    )
  })
})
