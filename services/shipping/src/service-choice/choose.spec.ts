import { describe, expect, it } from '@jest/globals'
import { businessDate } from '@waybill/kernel'
import { aLane, aLocation, aNeed, aService, factors } from '../../test/samples.js'
import { choose } from './choose.js'
import { co2Of, vehicleOf } from './emissions.js'
import { latenessOf } from './lateness.js'
import { chargeableGrams, priceOf } from './rate.js'
import { shipDay } from './ship-day.js'

const monday = new Date('2026-11-23T09:00:00Z')
const road = aService({ carrier: 'meridian', service: 'road', mode: 'road' })
const air = aService({ carrier: 'skylark', service: 'air', mode: 'air', transitDays: { p50: 1, p90: 1, p95: 2 }, baseMinor: 1_490, perKgMinor: 420, distanceKm: 800 })
const ship = aService({ carrier: 'tidewater', service: 'ship', mode: 'water', transitDays: { p50: 9, p90: 12, p95: 14 }, baseMinor: 290, perKgMinor: 10, distanceKm: 1_200 })

const chosen = (need: Parameters<typeof aNeed>[0], services = [road, air, ship]) => {
  const choice = choose(aNeed(need), aLane({ services }), aLocation(), factors, monday)
  return { service: choice.candidates[0]?.service, out: Object.fromEntries(choice.ruledOut.map(({ service, vetoes }) => [service, vetoes.map(({ constraint }) => constraint)])) }
}

describe('choice of mode and service', () => {
  it('economy waits for the ship where the promise allows it', () => {
    expect(chosen({ preference: 'economy', promisedTo: businessDate('2026-12-31') })).toEqual({ service: 'ship', out: {} })
  })

  it('a ship that could come after the promise is ruled out', () => {
    expect(chosen({ preference: 'economy', promisedTo: businessDate('2026-11-30') })).toEqual({ service: 'road', out: { ship: ['water-too-slow'] } })
  })

  it('express flies', () => {
    expect(chosen({ preference: 'express', promisedTo: businessDate('2026-11-24') }).service).toBe('air')
  })

  it('green goes by the least CO2e', () => {
    expect(chosen({ preference: 'green', promisedTo: businessDate('2026-12-31') }).service).toBe('ship')
  })

  it('a forbidden mode is never chosen, however good', () => {
    expect(chosen({ preference: 'express', promisedTo: businessDate('2026-11-24'), forbiddenModes: ['air'] }).out).toEqual({ air: ['mode-forbidden'], ship: ['water-too-slow'] })
  })

  it('dangerous goods and lithium do not fly', () => {
    expect(chosen({ handling: ['dangerous'], lithium: true, promisedTo: businessDate('2026-12-31') }).out).toEqual({ air: ['dangerous-by-air', 'lithium-by-air'] })
  })

  it('frozen goods go only as far as the coolant lasts', () => {
    expect(chosen({ handling: ['frozen'], coolantHours: 48, promisedTo: businessDate('2026-12-31') }).out).toEqual({ road: ['frozen-too-long'], ship: ['frozen-too-long'] })
  })

  it('size, weight, handling and value have limits', () => {
    const strict = aService({ service: 'strict', maxWeightGrams: 1_000, maxLengthMm: 200, refusedHandling: ['liquid'], valueCapMinor: 5_000 })
    const parcels = [{ pieces: 1, weightGrams: 1_001, lengthMm: 100, widthMm: 100, heightMm: 201 }]
    expect(chosen({ parcels, handling: ['liquid'], valueMinor: 5_001 }, [strict]).out).toEqual({ strict: ['handling-refused', 'too-heavy', 'too-long', 'value-cap'] })
    expect(chosen({ valueMinor: 5_001, currency: 'USD', parcels: [{ pieces: 1, weightGrams: 1_000, lengthMm: 100, widthMm: 100, heightMm: 200 }] }, [strict]).out).toEqual({})
  })

  it('ties go by name', () => {
    expect(chosen({}, [aService({ carrier: 'b' }), aService({ carrier: 'a', service: 'x' })]).service).toBe('x')
  })
})

describe('chargeable weight (D9)', () => {
  it('is the heavier of scale and volume, rounded up to the step', () => {
    const parcel = { pieces: 1, weightGrams: 1_350, lengthMm: 300, widthMm: 200, heightMm: 150 }
    expect(chargeableGrams(parcel, { divisor: 5_000, stepGrams: 500 })).toBe(2_000)
    expect(chargeableGrams({ ...parcel, weightGrams: 4_001 }, { divisor: 5_000, stepGrams: 500 })).toBe(4_500)
  })

  it('prices each package', () => {
    const parcel = { pieces: 2, weightGrams: 2_000, lengthMm: 100, widthMm: 100, heightMm: 100 }
    expect(priceOf([parcel], aService({ baseMinor: 390, perKgMinor: 45, stepGrams: 500 }))).toBe(960)
  })
})

describe('lateness', () => {
  const transit = { p50: 2, p90: 4, p95: 5 }
  const from = businessDate('2026-11-23')
  it('is read off the percentiles', () => {
    expect([-1, 0, 2, 4, 5].map((days) => latenessOf(transit, from, businessDate(`2026-11-${String(23 + days)}`)))).toEqual([1, 1, 0.5, 0.1, 0.05])
  })
  it('without a promise sooner is better', () => {
    expect(latenessOf(transit, from, null)).toBe(5)
  })
})

describe('the day it ships', () => {
  it('is today before the cut-off, else the next working day', () => {
    expect(shipDay(new Date('2026-11-23T14:59:00Z'), aLocation(), '16:00')).toEqual({ shipOn: '2026-11-23', cutOffAt: new Date('2026-11-23T15:00:00Z') })
    expect(shipDay(new Date('2026-11-23T15:00:00Z'), aLocation(), '16:00').shipOn).toBe('2026-11-24')
    expect(shipDay(new Date('2026-11-27T15:00:00Z'), aLocation(), '16:00').shipOn).toBe('2026-11-30')
  })
  it('leaves the handling days out that nobody works on', () => {
    expect(shipDay(new Date('2026-12-24T09:00:00Z'), aLocation({ handlingDays: 1 }), '16:00').shipOn).toBe('2026-12-28')
  })
})

describe('emissions', () => {
  it('knows the vehicle by mode and distance', () => {
    expect([vehicleOf('air', 800), vehicleOf('air', 8_000), vehicleOf('road', 50), vehicleOf('road', 500), vehicleOf('rail', 1), vehicleOf('water', 80), vehicleOf('water', 9_000)]).toEqual([
      'air-short', 'air-long', 'van', 'truck', 'rail', 'ro-ro', 'container-ship',
    ])
  })
  it('takes the factor that is valid on the day', () => {
    const dated = [
      { vehicle: 'truck', validFrom: businessDate('2020-01-01'), kgPerTonneKm: 0.126 },
      { vehicle: 'truck', validFrom: businessDate('2027-01-01'), kgPerTonneKm: 0.1 },
    ] as const
    const by = { mode: 'road', distanceKm: 1_000 } as const
    expect(co2Of(by, 1_000_000, dated, businessDate('2026-12-31'))).toBe(126)
    expect(co2Of(by, 1_000_000, dated, businessDate('2027-01-01'))).toBe(100)
  })
})
