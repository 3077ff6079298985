import { businessDate, dayIn, instantAt, plusDays, weekdayOf, type BusinessDate } from '@waybill/kernel'
import type { Location } from '../goods/location.js'

/** The day a shipment leaves its location, and until when it must be with the carrier. */
export interface ShipDay {
  readonly shipOn: BusinessDate
  readonly cutOffAt: Date
}

/** A site that is closed for longer than this has a calendar that nobody keeps: it is taken as open. */
const DAYS_AHEAD_MAX = 60

/** The next working day whose cut-off can still be met, plus the site's handling days (working days). Source: domain D11. */
export function shipDay(now: Date, location: Location, cutOff: string): ShipDay {
  const today = dayIn(location.zone, now)
  const starts = workdayFrom(now < instantAt(today, cutOff, location.zone) ? today : plusDays(today, 1), location)
  let shipOn = starts
  for (let day = 0; day < location.handlingDays; day++) shipOn = workdayFrom(plusDays(shipOn, 1), location)
  return { shipOn, cutOffAt: instantAt(shipOn, cutOff, location.zone) }
}

function workdayFrom(day: BusinessDate, { calendar }: Location): BusinessDate {
  for (let ahead = 0; ahead <= DAYS_AHEAD_MAX; ahead++) {
    const candidate = plusDays(day, ahead)
    if (calendar.workdays.includes(weekdayOf(candidate)) && !calendar.holidays.includes(candidate)) return businessDate(candidate)
  }
  return day
}
