import { businessDate, daysBetween } from '@waybill/kernel'
import type { OrderTerms } from '../orders/order-terms.js'
import { countUnits, intersection, lowest, minus, union, type UnitSet } from '../orders/unit-set.js'
import type { LineStanding } from './line-standing.js'
import type { Places } from './places.js'
import { likelyLocation, promiseWindow, unknownWindow, type PromiseWindow } from './promise-window.js'
import type { PromiseMove, UnitPromise } from './unit-promise.js'

interface Outlook {
  readonly units: UnitSet
  readonly backordered: boolean
  readonly availableOn: string | null
  readonly window: PromiseWindow
}

/** What can be said of the open units of a line now, the lowest numbers to what comes first. Unanswered units have no outlook. */
function outlookOf(standing: LineStanding, terms: OrderTerms, places: Places, used: readonly string[], now: Date): Outlook[] {
  let open = standing.open
  const take = (units: number): UnitSet => {
    const taken = lowest(open, units)
    open = minus(open, taken)
    return taken
  }
  const reserved = standing.reservedAt.map(({ location, units }) => ({
    units: take(units),
    backordered: false,
    availableOn: null,
    window: promiseWindow(places, location, null, terms, now),
  }))
  const isWaiting = standing.waiting.length > 0
  const source = isWaiting ? likelyLocation(places, [...standing.reservedAt.map(({ location }) => location), ...used], terms) : null
  const waiting = standing.waiting.map(({ units, availableOn }) => ({
    units: take(Math.min(units, countUnits(open))),
    backordered: true,
    availableOn,
    window: availableOn === null || source === null ? unknownWindow : promiseWindow(places, source, availableOn, terms, now),
  }))
  return [...reserved, ...waiting].filter(({ units }) => countUnits(units) > 0)
}

/** The promises an order is confirmed with. */
export const firstPromises = (standings: readonly LineStanding[], terms: OrderTerms, places: Places, now: Date): UnitPromise[] =>
  standings.flatMap((standing) =>
    outlookOf(standing, terms, places, [], now).map((outlook) => ({ line: standing.line.line, ...outlook, sold: outlook.window })),
  )

/**
 * Compares what was told with what can be said now. A promise of units that wait is told again when it moves by a day or more, either way
 * or from or to "not known"; units that are there keep their promise, unless they will be late by a day or more.
 */
export function keptPromises(
  told: readonly UnitPromise[],
  standings: readonly LineStanding[],
  terms: OrderTerms,
  places: Places,
  used: readonly string[],
  reason: string,
  now: Date,
): { readonly promises: readonly UnitPromise[]; readonly moves: readonly PromiseMove[] } {
  const outlooks = new Map(standings.map((standing) => [standing.line.line, outlookOf(standing, terms, places, used, now)]))
  // the usual case: all that is promised is on its way
  if ([...outlooks.values()].every((outlook) => outlook.length === 0)) return { promises: told, moves: [] }
  const moves: PromiseMove[] = []
  const promises = told.flatMap((promise) => {
    let untouched: UnitSet = promise.units
    const changed = (outlooks.get(promise.line) ?? []).flatMap((outlook) => {
      const units = intersection(promise.units, outlook.units)
      if (countUnits(units) === 0) return []
      untouched = minus(untouched, units)
      const isTold = outlook.backordered ? hasMoved(promise, outlook) : isLate(promise, outlook)
      if (isTold) {
        moves.push({ line: promise.line, units: countUnits(units), old: promise.window, new: outlook.window, availableOn: outlook.availableOn, reason })
      }
      return [{ ...promise, units, backordered: outlook.backordered, availableOn: outlook.availableOn, window: isTold ? outlook.window : promise.window }]
    })
    return countUnits(untouched) > 0 ? [{ ...promise, units: untouched }, ...changed] : changed
  })
  return { promises: merged(promises), moves }
}

/** As time goes by the same date gives another window: only a new date of arrival is news. */
function hasMoved(promise: UnitPromise, outlook: Outlook): boolean {
  if (promise.backordered && promise.availableOn === outlook.availableOn) return false
  const { window: was } = promise
  const { window: is } = outlook
  if (was.to === null || is.to === null) return was.to !== is.to
  return was.to !== is.to || was.from !== is.from
}

function isLate(promise: UnitPromise, outlook: Outlook): boolean {
  if (outlook.window.to === null) return false
  return promise.window.to === null || daysBetween(businessDate(promise.window.to), businessDate(outlook.window.to)) >= 1
}

/** Units of one line with the same promise stand in one row. */
function merged(promises: readonly UnitPromise[]): UnitPromise[] {
  const rows = new Map<string, UnitPromise>()
  for (const promise of promises) {
    const { line, backordered, availableOn, window, sold } = promise
    const key = JSON.stringify([line, backordered, availableOn, window.from, window.to, sold.from, sold.to])
    const row = rows.get(key)
    rows.set(key, row ? { ...row, units: union(row.units, promise.units) } : promise)
  }
  return [...rows.values()]
}

/** The promise under which these units leave: the latest of theirs. */
export function promiseOf(promises: readonly UnitPromise[], units: readonly { readonly line: number; readonly unitNumbers: UnitSet }[]): PromiseWindow {
  const windows = promises
    .filter((promise) => units.some(({ line, unitNumbers }) => line === promise.line && countUnits(intersection(unitNumbers, promise.units)) > 0))
    .map(({ window }) => window)
  return windows.reduce<PromiseWindow>((latest, window) => ((window.to ?? '') > (latest.to ?? '') ? window : latest), unknownWindow)
}
