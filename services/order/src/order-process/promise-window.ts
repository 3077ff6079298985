import { businessDate, dayIn, instantAt, plusDays, weekdayOf, type BusinessDate } from '@waybill/kernel'
import type { OrderTerms } from '../orders/order-terms.js'
import { laneTo, type LaneService, type Location, type Places } from './places.js'

/** First and last day on which the customer can expect it. Both null: the date is not known. */
export interface PromiseWindow {
  readonly from: string | null
  readonly to: string | null
}

export const unknownWindow: PromiseWindow = { from: null, to: null }

type Destination = Pick<OrderTerms, 'country' | 'preference' | 'forbiddenModes'>

/**
 * When units that are at a location now, or will be on a day, can arrive:
 * next working slot (cut-off, calendar) + handling days + transit p50 to p90. Not known without location or lane. Source: domain D11.
 */
export function promiseWindow(places: Places, location: string, availableOn: string | null, destination: Destination, now: Date): PromiseWindow {
  const { country, preference, forbiddenModes } = destination
  const key = `${now.getTime()} ${location} ${availableOn} ${country} ${preference} ${forbiddenModes.join()}`
  const known = remembered.get(places) ?? new Map<string, PromiseWindow>()
  remembered.set(places, known)
  const window = known.get(key) ?? computeWindow(places, location, availableOn, destination, now)
  known.set(key, window)
  return window
}

/** Calendars are slow (20 us a window) and the orders of a batch ask the same of them: remembered as long as what is known of the places. */
const remembered = new WeakMap<Places, Map<string, PromiseWindow>>()

function computeWindow(places: Places, location: string, availableOn: string | null, destination: Destination, now: Date): PromiseWindow {
  const site = places.locations.get(location)
  const service = serviceTo(places, location, destination)
  if (!site || !service) return unknownWindow
  const slot = nextSlot(site, service.cutOff, availableOn, now)
  const ready = plusWorkingDays(site, slot, site.handlingDays)
  return { from: plusDays(ready, service.transitDays.p50), to: plusDays(ready, service.transitDays.p90) }
}

/** Is it known when things can arrive from there? */
export const isReachable = (places: Places, location: string, destination: Destination): boolean =>
  places.locations.has(location) && serviceTo(places, location, destination) !== undefined

/** The location that units without one will most likely come from: one the order uses already, else the quickest to the country. Null: none known. */
export function likelyLocation(places: Places, used: readonly string[], destination: Destination): string | null {
  const usable = (location: string): boolean => places.locations.get(location)?.ships === true && serviceTo(places, location, destination) !== undefined
  const known = used.find(usable)
  if (known !== undefined) return known
  const byTransit = [...places.locations.keys()]
    .filter(usable)
    .map((location) => ({ location, p90: serviceTo(places, location, destination)?.transitDays.p90 ?? 0 }))
    .sort((a, b) => a.p90 - b.p90 || (a.location < b.location ? -1 : 1))
  return byTransit[0]?.location ?? null
}

/**
 * The service a promise is made on. Shipping chooses the real one later and is held to the promise, so this must be neither the luckiest
 * nor the slowest: express customers get the quickest of what they allow, the others the middle one.
 */
function serviceTo(places: Places, location: string, { country, preference, forbiddenModes }: Destination): LaneService | undefined {
  const allowed = (laneTo(places, location, country)?.services ?? [])
    .filter(({ mode }) => !forbiddenModes.includes(mode))
    .toSorted((a, b) => a.transitDays.p90 - b.transitDays.p90 || a.transitDays.p50 - b.transitDays.p50)
  return preference === 'express' ? allowed[0] : allowed[Math.floor((allowed.length - 1) / 2)]
}

function nextSlot(site: Location, cutOff: string, availableOn: string | null, now: Date): BusinessDate {
  const today = dayIn(site.zone, now)
  const latest = cutOff !== '' && cutOff < site.calendar.closes ? cutOff : site.calendar.closes
  const soonest = now <= instantAt(today, latest, site.zone) ? today : plusDays(today, 1)
  const from = availableOn !== null && availableOn > today ? businessDate(availableOn) : soonest
  return nextWorkday(site, from)
}

/** A calendar without a working day in a year is no calendar: the day itself counts then. */
const SEARCH_DAYS_MAX = 366

function nextWorkday(site: Location, from: BusinessDate): BusinessDate {
  for (let days = 0; days < SEARCH_DAYS_MAX; days += 1) {
    const day = plusDays(from, days)
    if (site.calendar.workdays.includes(weekdayOf(day)) && !site.calendar.holidays.includes(day)) return day
  }
  return from
}

function plusWorkingDays(site: Location, from: BusinessDate, days: number): BusinessDate {
  let day = from
  for (let done = 0; done < days; done += 1) day = nextWorkday(site, plusDays(day, 1))
  return day
}
