import { describe, expect, it } from '@jest/globals'
import { businessDate, dayIn, daysBetween, instantAt, isExpired, isGoodThrough, plusDays, weekdayOf } from './calendar.js'

describe('a business date', () => {
  it('is refused if the calendar has no such day', () => expect(() => businessDate('2026-02-30')).toThrow())
  it('is the day of the zone that acts', () => {
    const at = new Date('2026-11-23T23:30:00Z')
    expect(dayIn('Europe/Berlin', at)).toBe('2026-11-24')
    expect(dayIn('America/New_York', at)).toBe('2026-11-23')
  })
  it('counts over the end of summer time', () => {
    const day = businessDate('2026-10-24')
    expect(plusDays(day, 2)).toBe('2026-10-26')
    expect(daysBetween(day, businessDate('2026-10-26'))).toBe(2)
    expect(weekdayOf(day)).toBe(6)
  })
  it('has its wall-clock times in its zone', () => expect(instantAt(businessDate('2026-07-01'), '16:00', 'Europe/Berlin').toISOString()).toBe('2026-07-01T14:00:00.000Z'))
})

describe('expiry', () => {
  const expiresOn = businessDate('2026-11-23')
  it('comes with the end of the day, in the zone of the location', () => {
    expect(isExpired(expiresOn, 'Europe/Berlin', new Date('2026-11-23T22:59:59Z'))).toBe(false)
    expect(isExpired(expiresOn, 'Europe/Berlin', new Date('2026-11-23T23:00:00Z'))).toBe(true)
  })
  it('leaves the customer the days the product needs', () => {
    expect(isGoodThrough(expiresOn, businessDate('2026-11-20'), 3)).toBe(true)
    expect(isGoodThrough(expiresOn, businessDate('2026-11-20'), 4)).toBe(false)
  })
})
