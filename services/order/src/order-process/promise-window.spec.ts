import { describe, expect, test } from '@jest/globals'
import { aLane, aLocation } from '../../test/support/order-story.js'
import type { Places } from './places.js'
import { likelyLocation, promiseWindow } from './promise-window.js'

const toGermany = { country: 'DE', preference: 'standard', forbiddenModes: [] } as const
const places = (handlingDays = 0): Places => ({ locations: new Map([['BER', aLocation('BER', handlingDays)]]), lanes: [aLane('BER')] })
// Monday to Friday, 08:00 to 18:00, cut-off 16:00, Berlin; 2026-11-23 is a Monday
const at = (text: string) => new Date(text)

describe('the window of a promise', () => {
  test.each([
    ['before the cut-off it leaves today', '2026-11-23T14:59:00Z', null, 0, '2026-11-24', '2026-11-25'],
    ['after the cut-off it leaves tomorrow', '2026-11-23T15:01:00Z', null, 0, '2026-11-25', '2026-11-26'],
    ['on a weekend it leaves on Monday', '2026-11-28T10:00:00Z', null, 0, '2026-12-01', '2026-12-02'],
    ['handling takes working days', '2026-11-26T10:00:00Z', null, 2, '2026-12-01', '2026-12-02'],
    ['a backorder leaves on the first working day from its date on', '2026-11-23T10:00:00Z', '2026-12-05', 0, '2026-12-08', '2026-12-09'],
    ['a date that is over is as good as now', '2026-11-23T10:00:00Z', '2026-11-01', 0, '2026-11-24', '2026-11-25'],
  ])('%s', (_name, now, availableOn, handlingDays, from, to) => {
    expect(promiseWindow(places(handlingDays), 'BER', availableOn, toGermany, at(now))).toEqual({ from, to })
  })

  test('holidays are no working days', () => {
    const site = aLocation('BER')
    const known = { locations: new Map([['BER', { ...site, calendar: { ...site.calendar, holidays: ['2026-12-25'] } }]]), lanes: [aLane('BER')] }
    expect(promiseWindow(known, 'BER', '2026-12-25', toGermany, at('2026-11-23T10:00:00Z'))).toEqual({ from: '2026-12-29', to: '2026-12-30' })
  })

  test('a country without a lane of its own has the default lane', () => {
    const known = { ...places(), lanes: [aLane('BER'), aLane('BER', '*', 5, 9)] }
    expect(promiseWindow(known, 'BER', null, { ...toGermany, country: 'NZ' }, at('2026-11-23T10:00:00Z'))).toEqual({ from: '2026-11-28', to: '2026-12-02' })
  })

  test('is not known without a location, a lane, or a mode the customer allows', () => {
    const none = { from: null, to: null }
    const now = at('2026-11-23T10:00:00Z')
    expect(promiseWindow(places(), 'HAM', null, toGermany, now)).toEqual(none)
    expect(promiseWindow(places(), 'BER', null, { ...toGermany, country: 'FR' }, now)).toEqual(none)
    expect(promiseWindow(places(), 'BER', null, { ...toGermany, forbiddenModes: ['road'] }, now)).toEqual(none)
  })

  test('express customers are promised the quickest service, others the middle one', () => {
    const service = (p90: number) => ({ mode: 'road' as const, cutOff: '16:00', transitDays: { p50: p90, p90, p95: p90 } })
    const known = { ...places(), lanes: [{ location: 'BER', country: 'DE', services: [service(9), service(1), service(4)] }] }
    const now = at('2026-11-23T10:00:00Z')
    expect(promiseWindow(known, 'BER', null, { ...toGermany, preference: 'express' }, now).to).toBe('2026-11-24')
    expect(promiseWindow(known, 'BER', null, toGermany, now).to).toBe('2026-11-27')
  })

  test('units without a location come from one the order uses, else from the quickest', () => {
    const known = { locations: new Map(['BER', 'HAM'].map((name) => [name, aLocation(name)])), lanes: [aLane('BER', 'DE', 3, 4), aLane('HAM', 'DE', 1, 2)] }
    expect(likelyLocation(known, ['BER'], toGermany)).toBe('BER')
    expect(likelyLocation(known, [], toGermany)).toBe('HAM')
    expect(likelyLocation(known, [], { ...toGermany, country: 'FR' })).toBeNull()
  })
})
