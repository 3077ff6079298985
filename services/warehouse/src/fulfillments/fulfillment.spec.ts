import { describe, expect, it } from '@jest/globals'
import { terminalStates, unreachableStates } from '@waybill/kernel'
import { packageTransitions } from '../packing/package.js'
import { pickTaskTransitions } from '../picking/pick-task.js'
import { aFulfillment, BER, cause, NOW } from '../../test/samples.js'
import { answer, begin, type Circumstances } from './answer.js'
import { become, fulfillmentTransitions, restMax } from './fulfillment.js'
import { followHolds } from './hold.js'

describe('the tables of the floor', () => {
  it('reach every state, and end where nothing waits', () => {
    expect(unreachableStates(fulfillmentTransitions, 'REQUESTED')).toEqual([])
    expect(unreachableStates(pickTaskTransitions, 'CREATED')).toEqual([])
    expect(unreachableStates(packageTransitions, 'OPEN')).toEqual([])
    expect(terminalStates(fulfillmentTransitions).sort()).toEqual(['CANCELLED', 'HANDED_OVER', 'REJECTED', 'SHORT'])
    expect(terminalStates(packageTransitions).sort()).toEqual(['CANCELLED', 'HANDED_OVER'])
  })

  it('leave no fulfillment to rest without a due date', () => {
    const terminal = terminalStates(fulfillmentTransitions)
    for (const [status, rest] of Object.entries(restMax)) expect([status, rest === null]).toEqual([status, terminal.some((each) => each === status)])
  })

  it('let nothing move in a way they do not know', () => {
    expect(() => become(aFulfillment([{ units: 1, pieces: { P: 1 } }]), 'PACKED', NOW, cause)).toThrow('moves as its table says')
  })
})

describe('the answer to a request', () => {
  const requested = () => ({ ...aFulfillment([{ units: 1, pieces: { P: 1 } }]), status: 'REQUESTED' as const, accepted: false })
  const plan = { fulfillment: requested().id, order: requested().order, refused: false, shipOn: null, transitDays: 1, cutOffAt: null, service: 'x' }
  const known: Circumstances = { location: { location: BER, version: 1, name: 'Berlin', zone: 'UTC', ships: true }, plan: undefined, startBlocked: false, stopWaiting: false, now: NOW }
  const after = (circumstances: Partial<Circumstances>) => {
    const { fulfillment, facts, steps } = answer(requested(), cause, { ...known, ...circumstances })
    return [fulfillment.status, fulfillment.accepted, facts.map(({ fact }) => fact), steps.map(({ to }) => to)]
  }

  it('is yes where the location ships, with a plan or without', () => {
    expect(after({})).toEqual(['REQUESTED', true, ['accepted'], []])
    expect(after({ plan })).toEqual(['PLANNED', true, ['accepted'], ['PLANNED']])
    expect(after({ plan, startBlocked: true })).toEqual(['ON_HOLD', true, ['accepted'], ['PLANNED', 'ON_HOLD']])
  })

  it('is no where it does not, and waits for a location that nobody has told of', () => {
    expect(after({ location: { ...known.location!, ships: false } })).toEqual(['REJECTED', false, ['rejected'], ['REJECTED']])
    expect(after({ location: undefined })).toEqual(['REQUESTED', false, [], []])
    expect(after({ location: undefined, stopWaiting: true })).toEqual(['REJECTED', false, ['rejected'], ['REJECTED']])
    expect(after({ plan: { ...plan, refused: true } })).toEqual(['CANCELLED', false, [], ['CANCELLED']])
  })

  it('refuses a request whose units do not have the same pieces each', () => {
    const request = { cause, fulfillment: requested().id, order: requested().order, location: BER, priority: 1, lines: [{ line: 1, unitNumbers: [{ from: 1, to: 2 }], stocked: [{ stockedLine: '1.1', product: requested().lines[0]!.stocked[0]!.product, units: 3 }] }] }
    expect(() => begin(request, NOW)).toThrow('same pieces')
  })
})

describe('a hold', () => {
  it('stops what would come next, and nothing that is under way', () => {
    const planned = aFulfillment([{ units: 1, pieces: { P: 1 } }])
    const held = followHolds(planned, new Set(['start'] as const), NOW, cause).fulfillment
    expect(held).toMatchObject({ status: 'ON_HOLD', heldFrom: 'PLANNED' })
    expect(followHolds(held, new Set(), NOW, cause).fulfillment).toMatchObject({ status: 'PLANNED', heldFrom: null })
    expect(followHolds(planned, new Set(['hand-over'] as const), NOW, cause).fulfillment.status).toBe('PLANNED')
    expect(followHolds({ ...planned, status: 'PICKING' }, new Set(['start', 'hand-over'] as const), NOW, cause).fulfillment.status).toBe('PICKING')
    expect(followHolds({ ...planned, status: 'LABELLED' }, new Set(['hand-over'] as const), NOW, cause).fulfillment).toMatchObject({ status: 'ON_HOLD', heldFrom: 'LABELLED' })
  })
})
