import { kinds, type FaultName } from './plan.js'
import type { MadeFault } from './supervisor.js'

/** What a run came to. */
export interface FaultReport {
  readonly seed: number
  readonly minutes: number
  readonly orders: number
  readonly accepted: number
  readonly refused: number
  /** kill -9 of a service, the broker or PostgreSQL. */
  readonly kills: number
  readonly otherFaults: number
  /** Planned and not come about: what they were to meet never came. */
  readonly notMade: number
  readonly byKind: Readonly<Record<string, number>>
  readonly lost: readonly string[]
  readonly doubled: readonly string[]
  readonly oversold: readonly string[]
  readonly doubleCharged: readonly string[]
  /** Nothing was told of them for 60 s after the faults stopped, and they had not ended. */
  readonly stuck: readonly string[]
  readonly parkedBeforeRedrive: number
  readonly parkedAfterRedrive: number
  readonly plantedDiscarded: number
  /** In quarantine, and not planted by the run. */
  readonly quarantined: readonly string[]
  readonly notAtRest: readonly string[]
  /** Of `verify`, by rule. */
  readonly violations: readonly string[]
  readonly secondsUntilRest: number
  readonly seconds: number
}

/** How many of each kind were made, by number and words; and how many ended a process by kill -9. */
export function tally(made: readonly MadeFault[]): Pick<FaultReport, 'kills' | 'otherFaults' | 'notMade' | 'byKind'> {
  const done = made.filter(({ outcome }) => outcome !== 'not made')
  const kills = done.filter(({ name }) => kinds[name].isKill).length
  const names = (Object.keys(kinds) as FaultName[]).map((name) => [`${kinds[name].id} ${kinds[name].what}`, done.filter((fault) => fault.name === name).length] as const)
  return { kills, otherFaults: done.length - kills, notMade: made.length - done.length, byKind: Object.fromEntries(names) }
}

/** What is wrong, one line each; empty when the run is clean. */
export function faultsFound(report: FaultReport): readonly string[] {
  const named = (what: string, list: readonly string[]): string[] => list.map((one) => `${what}: ${one}`)
  return [
    ...(report.accepted === report.orders ? [] : [`${report.orders - report.accepted} of ${report.orders} orders were not accepted`]),
    ...named('lost', report.lost),
    ...named('doubled', report.doubled),
    ...named('oversold', report.oversold),
    ...named('double charged', report.doubleCharged),
    ...named('stuck', report.stuck),
    ...(report.parkedAfterRedrive === 0 ? [] : [`${report.parkedAfterRedrive} keys are parked after a redrive`]),
    ...named('in quarantine', report.quarantined),
    ...named('not at rest', report.notAtRest),
    ...named('violation', report.violations),
  ]
}
