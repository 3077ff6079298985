import { describe, expect, it } from '@jest/globals'
import { plusDays, businessDate } from '@waybill/kernel'
import fc from 'fast-check'
import { aLane, aLocation, aNeed, aService, factors } from '../../test/samples.js'
import { handlings } from '../goods/product.js'
import { modes, serviceKey, type LaneService } from '../lanes/lane.js'
import { choose } from './choose.js'
import type { Preference } from './need.js'
import { chargeableGrams } from './rate.js'
import { weightsFor } from './weights.js'

const preferences: readonly Preference[] = ['economy', 'standard', 'express', 'green']

const now = new Date('2026-11-23T09:00:00Z')
const rate = fc.integer({ min: 0, max: 1_000 }).map((thousandths) => thousandths / 1_000)
const transitDays = fc.tuple(fc.nat(20), fc.nat(10), fc.nat(10)).map(([p50, to90, to95]) => ({ p50, p90: p50 + to90, p95: p50 + to90 + to95 }))
const service: fc.Arbitrary<LaneService> = fc
  .record({
    service: fc.integer({ min: 0, max: 30 }).map((number) => `s${number}`),
    mode: fc.constantFrom(...modes),
    transitDays,
    refusedHandling: fc.subarray([...handlings], { maxLength: 2 }),
    baseMinor: fc.nat(5_000),
    perKgMinor: fc.nat(500),
    onTimeRate: rate,
    damageRate: rate,
    distanceKm: fc.integer({ min: 1, max: 9_000 }),
    maxWeightGrams: fc.option(fc.integer({ min: 500, max: 40_000 })),
  })
  .map((parts) => aService(parts))
const lane = fc.uniqueArray(service, { selector: serviceKey, minLength: 1, maxLength: 8 }).map((services) => aLane({ services }))
const need = fc
  .record({
    preference: fc.constantFrom(...preferences),
    forbiddenModes: fc.subarray([...modes]),
    handling: fc.subarray([...handlings]),
    lithium: fc.boolean(),
    parcels: fc.array(fc.record({ pieces: fc.integer({ min: 1, max: 5 }), weightGrams: fc.integer({ min: 1, max: 30_000 }), lengthMm: fc.integer({ min: 10, max: 900 }), widthMm: fc.integer({ min: 10, max: 900 }), heightMm: fc.integer({ min: 10, max: 900 }) }), { minLength: 1, maxLength: 3 }),
    promisedTo: fc.option(fc.integer({ min: 0, max: 40 }).map((days) => plusDays(businessDate('2026-11-23'), days))),
  })
  .map((parts) => aNeed(parts))

const chosenOf = (...given: Parameters<typeof choose>) => choose(...given).candidates[0]

describe('choice of mode and service', () => {
  it('weights sum to one, whatever the preference and the goods', () => {
    fc.assert(
      fc.property(fc.constantFrom(...preferences), fc.subarray([...handlings]), (preference, handling) => {
        const { cost, lateness, co2, reliability, damage } = weightsFor(preference, handling)
        expect(cost + lateness + co2 + reliability + damage).toBeCloseTo(1, 12)
      }),
    )
  })

  it('never chooses what the customer forbids, nor what refuses the goods', () => {
    fc.assert(
      fc.property(need, lane, (asked, way) => {
        for (const candidate of choose(asked, way, aLocation(), factors, now).candidates) {
          expect(asked.forbiddenModes).not.toContain(candidate.mode)
          expect(way.services.find((each) => serviceKey(each) === serviceKey(candidate))?.refusedHandling.filter((each) => asked.handling.includes(each))).toEqual([])
        }
      }),
    )
  })

  it('judges every service once: candidate, or ruled out with a reason', () => {
    fc.assert(
      fc.property(need, lane, (asked, way) => {
        const { candidates, ruledOut } = choose(asked, way, aLocation(), factors, now)
        expect([...candidates, ...ruledOut].map(serviceKey).sort()).toEqual(way.services.map(serviceKey).sort())
        expect(ruledOut.every(({ vetoes }) => vetoes.length > 0)).toBe(true)
      }),
    )
  })

  it('scores lie between 0 and 1 and are sorted; ties go by name', () => {
    fc.assert(
      fc.property(need, lane, (asked, way) => {
        const { candidates } = choose(asked, way, aLocation(), factors, now)
        candidates.forEach((candidate, index) => {
          expect(candidate.score).toBeGreaterThanOrEqual(0)
          expect(candidate.score).toBeLessThanOrEqual(1.000001)
          const before = candidates[index - 1]
          if (before) expect(before.score < candidate.score || (before.score === candidate.score && serviceKey(before) < serviceKey(candidate))).toBe(true)
        })
      }),
    )
  })

  it('does not depend on the order of the services', () => {
    fc.assert(
      fc.property(need, lane, (asked, way) => {
        const turned = { ...way, services: way.services.toReversed() }
        expect(choose(asked, turned, aLocation(), factors, now).candidates).toEqual(choose(asked, way, aLocation(), factors, now).candidates)
      }),
    )
  })

  it('the chosen service stays chosen when it becomes cheaper', () => {
    fc.assert(
      fc.property(need, lane, fc.nat(5_000), (asked, way, less) => {
        const before = chosenOf(asked, way, aLocation(), factors, now)
        if (!before) return
        const cheaper = way.services.map((each) => (serviceKey(each) === serviceKey(before) ? { ...each, baseMinor: Math.max(0, each.baseMinor - less) } : each))
        const after = chosenOf(asked, { ...way, services: cheaper }, aLocation(), factors, now)
        expect(after && serviceKey(after)).toBe(serviceKey(before))
      }),
    )
  })

  it('of two services that differ in price alone, the cheaper never scores worse', () => {
    fc.assert(
      fc.property(need, lane, service, fc.integer({ min: 1, max: 1_000 }), (asked, way, one, more) => {
        const cheap = { ...one, service: 'z-cheap' }
        const dear = { ...one, service: 'a-dear', baseMinor: one.baseMinor + more }
        const { candidates } = choose(asked, { ...way, services: [...way.services, cheap, dear] }, aLocation(), factors, now)
        const scoreOf = (name: string) => candidates.find((candidate) => candidate.service === name)?.score
        const [ofCheap, ofDear] = [scoreOf('z-cheap'), scoreOf('a-dear')]
        if (ofCheap !== undefined && ofDear !== undefined) expect(ofCheap).toBeLessThanOrEqual(ofDear)
        else expect(ofCheap).toBe(ofDear)
      }),
    )
  })

  it('chargeable weight is never below the scale, is a multiple of the step, and grows with the package', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50_000 }), fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: 2_000 }), (weightGrams, side, stepGrams) => {
        const parcel = { pieces: 1, weightGrams, lengthMm: side, widthMm: side, heightMm: side }
        const charged = chargeableGrams(parcel, { divisor: 5_000, stepGrams })
        expect(charged).toBeGreaterThanOrEqual(weightGrams)
        expect(charged % stepGrams).toBe(0)
        expect(chargeableGrams({ ...parcel, lengthMm: side + 1 }, { divisor: 5_000, stepGrams })).toBeGreaterThanOrEqual(charged)
      }),
    )
  })
})
