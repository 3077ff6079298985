import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { businessDate, daysBetween, plusDays, weekdayOf } from './calendar.js'

const utc = (day: string) => DateTime.fromISO(day, { zone: 'utc' })
const aDay = fc.integer({ min: -200_000, max: 200_000 }).map((days) => businessDate(utc('2026-11-24').plus({ days }).toFormat('yyyy-MM-dd')))

it('days are counted as a calendar library counts them', () => {
  fc.assert(
    fc.property(aDay, fc.integer({ min: -40_000, max: 40_000 }), aDay, (day, days, other) => {
      expect(plusDays(day, days)).toBe(utc(day).plus({ days }).toFormat('yyyy-MM-dd'))
      expect(weekdayOf(day)).toBe(utc(day).weekday)
      expect(daysBetween(day, other)).toBe(Math.round(utc(other).diff(utc(day), 'days').days))
    }),
  )
})
